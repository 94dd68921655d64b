"""What [retention] keeps and has cut, in words: for doctor and the pages."""

from collections.abc import Iterator

import polars as pl

from app.dashboard import wording
from sql.settings import KindLimits

KINDS = {
    "spans": "Spans: the waterfall and attributes of a request",
    "requests": "Requests: their steps, levers, conversions",
    "rollups": "Sums: percentiles, budgets, the latency tax",
}
GIBIBYTE, MEBIBYTE = 2**30, 2**20


def rule(limits: KindLimits) -> str:
    """``at most 30 days and 20 GiB are kept``."""
    bounds = [f"{limits.days} days"] if limits.days else []
    bounds += [f"{limits.size_bytes / GIBIBYTE:,g} GiB"] if limits.size_bytes else []
    return f"at most {' and '.join(bounds)} are kept" if bounds else "all is kept"


def size(size_bytes: int) -> str:
    """``1,204.5 MiB``."""
    return f"{size_bytes / MEBIBYTE:,.1f} MiB"


def cut_short(objectives: pl.DataFrame) -> Iterator[str]:
    """A sentence for each row of objectives_cut_short."""
    for row in objectives.iter_rows(named=True):
        sli = wording.SLI_WORDS.get(row["metric"], row["metric"])
        of = f"{sli}, {row['step']}" if row["step"] else sli
        yield (
            f"{row['title']}, {of} within {wording.duration(row['threshold_ms'])}: counted from "
            f"{row['counted_from']:%-d %B %Y} on. Older requests were deleted when it was new."
        )


def old_budgets(budgets: pl.DataFrame) -> Iterator[str]:
    """A sentence for each row of tax_by_old_budgets."""
    for row in budgets.iter_rows(named=True):
        then, now = wording.duration(row["budget_ms"]), wording.duration(row["budget_now_ms"])
        yield (
            f"{row['title']}: until {row['last_hour']:%-d %B %Y} against the budget of then, "
            f"{then} instead of {now}. The requests of those days were deleted, so it stays."
        )
