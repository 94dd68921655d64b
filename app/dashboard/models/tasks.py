"""Whether the smaller model saves the user time: rows of task_tiers in words and as a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import polars as pl

from app.dashboard import wording
from app.dashboard.cells import chip, heading, table

WITH_USER, MACHINE = "wall", "machine"
VERDICTS = {
    "backfires": ("missed", "◆", "Backfires"),
    "pays": ("within", "●", "Saves time"),
    "unclear": ("quiet", "■", "Unclear"),
    "too_few": ("quiet", "■", "Too few tasks"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Tasks that began with a smaller tier against those that began with a larger one."""

    title: str
    clock: str
    smaller_tier: str
    larger_tier: str
    n_smaller: int
    n_larger: int
    first_turn_smaller_ms: float
    first_turn_larger_ms: float
    turns_smaller: float
    turns_larger: float
    resolved_smaller: float
    resolved_larger: float
    difference_ms: float
    difference_low_ms: float | None
    difference_high_ms: float | None
    verdict: str


def comparisons_of(rows: pl.DataFrame) -> list[Comparison]:
    """The rows of task_tiers, in their order."""
    columns = [field.name for field in fields(Comparison)]
    return [Comparison(**row) for row in rows.select(columns).iter_rows(named=True)]


def answer(comparisons: Iterable[Comparison]) -> str:
    """The sentence that answers: the smaller model that costs the user most time."""
    worst = max(
        (each for each in comparisons if each.verdict == "backfires"),
        key=lambda each: each.difference_ms,
        default=None,
    )
    if worst is None:
        return "No smaller model is seen to cost users time over a whole task."
    return (
        f"In {wording.inside(worst.title)}, {worst.smaller_tier} gives its first answer after "
        f"{wording.duration(worst.first_turn_smaller_ms)}, {worst.larger_tier} after "
        f"{wording.duration(worst.first_turn_larger_ms)}; yet the whole task takes the user "
        f"{wording.duration(worst.difference_ms)} longer with {worst.smaller_tier} "
        f"({_between(worst)}): it has to be asked again."
    )


def comparison_table(comparisons: Iterable[Comparison]) -> str:
    """A row for each pair of tiers in a use case: by the call, and by the task."""
    heads = (
        *("Use case", "Verdict", "First answer", "Whole task", "Of it waiting for us"),
        *("Turns", "Resolved", "Tasks"),
    )
    pairs: dict[tuple[str, str, str], dict[str, Comparison]] = {}
    for each in comparisons:
        of_pair = pairs.setdefault((each.title, each.smaller_tier, each.larger_tier), {})
        of_pair[each.clock] = each
    return table("Call time against task time", heads, map(_row, pairs.values()))


def _row(by_clock: Mapping[str, Comparison]) -> tuple[str, ...]:
    each = by_clock[WITH_USER]
    return (
        heading(each.title, f"{each.smaller_tier} against {each.larger_tier}"),
        chip(*VERDICTS[each.verdict]),
        _pair(
            wording.duration(each.first_turn_smaller_ms),
            wording.duration(each.first_turn_larger_ms),
        ),
        _difference(each),
        _difference(by_clock[MACHINE]),
        _pair(f"{each.turns_smaller:.1f}", f"{each.turns_larger:.1f}"),
        _pair(wording.share(each.resolved_smaller), wording.share(each.resolved_larger)),
        _pair(wording.count(each.n_smaller), wording.count(each.n_larger)),
    )


def _difference(each: Comparison) -> str:
    return f"{wording.slower(each.difference_ms)}<small>{_between(each)}</small>"


def _pair(smaller: str, larger: str) -> str:
    return f"{smaller}<small>against {larger}</small>"


def _between(each: Comparison) -> str:
    if each.difference_low_ms is None or each.difference_high_ms is None:
        return "too few to tell"
    low, high = wording.slower(each.difference_low_ms), wording.slower(each.difference_high_ms)
    return f"{low} to {high}"
