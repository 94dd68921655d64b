"""What is kept, and what no longer reaches back, as doctor and the pages say it."""

from datetime import UTC, datetime

import polars as pl

from app.dashboard.pipeline.tables import kept
from app.retention_words import cut_short, old_budgets, rule
from sql.settings import KindLimits, Retention

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_rule_names_age_and_size() -> None:
    assert rule(KindLimits(None, None)) == "all is kept"
    assert rule(KindLimits(30, 20 * 2**30)) == "at most 30 days and 20 GiB are kept"


def test_the_pipeline_says_how_much_of_each_kind_is_kept_since_when() -> None:
    stored = pl.DataFrame(
        [
            {"kind": "spans", "rows": 1234, "size_bytes": 2**21, "oldest_at": AT},
            {"kind": "requests", "rows": 0, "size_bytes": 0, "oldest_at": None},
        ]
    )
    spans, requests = kept(stored, Retention(spans_days=30)).drop("What").rows()
    assert spans == ("1,234", "2.0 MiB", "2 March 2026", "at most 30 days are kept")
    assert requests == ("0", "0.0 MiB", "–", "all is kept")


def test_an_objective_and_a_budget_say_from_and_until_when_they_count() -> None:
    objective = {
        "title": "Live chat",
        "metric": "perceived",
        "step": "tool",
        "threshold_ms": 300.0,
        "counted_from": AT,
    }
    [told] = cut_short(pl.DataFrame([objective]))
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "Live chat, first word or sound, tool within 300 ms: counted from 2 March 2026 on. "
        "Older requests were deleted when it was new."
    )
    budget = {"title": "Live chat", "budget_ms": 800.0, "budget_now_ms": 500.0, "last_hour": AT}
    [told] = old_budgets(pl.DataFrame([budget]))
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "Live chat: until 2 March 2026 against the budget of then, 800 ms instead of 500 ms. "
        "The requests of those days were deleted, so it stays."
    )
