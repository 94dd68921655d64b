"""Whether the smaller model saves the user time, on tasks whose truth is known."""

import numpy as np
import polars as pl
import pytest

from tests.sql.pipeline import NOW, Pipeline

TASKS = 600
CALL_MS = {"tiny": 800.0, "large": 2600.0}
OVERHEAD_MS = 900.0
USER_MS = 9000.0


def tasks(seed: int, hard_share_of: dict[str, float], extra_turn_when_hard: float) -> pl.DataFrame:
    """Requests of tasks begun with either tier; a hard one may cost tiny a second turn."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(TASKS):
        tier = ("tiny", "large")[number % 2]
        is_hard = rng.random() < hard_share_of[tier]
        turns = 1 + (tier == "tiny" and is_hard and rng.random() < extra_turn_when_hard)
        at_ms = number * 60_000.0
        for turn in range(turns):
            duration_ms = OVERHEAD_MS + CALL_MS[tier] * rng.lognormal(0, 0.2)
            rows.append(
                {
                    "request_id": f"{number}-{turn}",
                    "use_case": "support_agent",
                    "task_id": f"task-{number}",
                    "started_at_ms": at_ms,
                    "duration_ms": duration_ms,
                    "tier": tier,
                    "first_tier": tier,
                    "intent": "hard" if is_hard else "easy",
                    "outcome": "ok",
                    "retries": 0,
                }
            )
            at_ms += duration_ms + USER_MS
    return pl.DataFrame(rows)


def compared(pipeline: Pipeline, requests: pl.DataFrame) -> dict[str, dict[str, float | str]]:
    """The row of `task_tiers` by clock."""
    pipeline.con.register("played", requests.to_arrow())
    pipeline.con.execute(
        "INSERT INTO lake.requests BY NAME "
        "SELECT * EXCLUDE (started_at_ms), ?::timestamptz - to_days(2) "
        "+ to_microseconds((started_at_ms * 1000)::bigint) AS started_at FROM played",
        [NOW],
    )
    rows = pipeline.frame(
        "FROM task_tiers(timestamptz '2026-01-01', timestamptz '2026-01-06', NULL)"
    )
    return {row["clock"]: row for row in rows.iter_rows(named=True)}


def test_a_small_model_that_has_to_be_asked_twice_backfires_on_the_users_clock(
    pipeline: Pipeline,
) -> None:
    """Its call is three times as quick; two in five tasks are hard, and take it a second turn."""
    requests = tasks(seed=1, hard_share_of={"tiny": 0.4, "large": 0.4}, extra_turn_when_hard=0.9)
    wall = compared(pipeline, requests)["wall"]
    assert wall["first_turn_smaller_ms"] < wall["first_turn_larger_ms"]
    assert wall["difference_low_ms"] > 0
    assert wall["verdict"] == "backfires"
    assert wall["turns_smaller"] == pytest.approx(1.36, abs=0.1)


def test_a_router_that_sends_easy_tasks_to_the_small_model_does_not_hide_it(
    pipeline: Pipeline,
) -> None:
    """Hard tasks go to the large model, so that the plain means say the opposite."""
    requests = tasks(seed=2, hard_share_of={"tiny": 0.08, "large": 0.72}, extra_turn_when_hard=1.0)
    wall = compared(pipeline, requests)["wall"]
    assert wall["turns_smaller"] < 1.2
    assert wall["difference_ms"] == pytest.approx(-1800 * 1.0 + 0.4 * (10_700 * 1.0), rel=0.25)
    assert wall["verdict"] == "backfires"


def test_a_small_model_that_answers_as_well_pays(pipeline: Pipeline) -> None:
    requests = tasks(seed=3, hard_share_of={"tiny": 0.4, "large": 0.4}, extra_turn_when_hard=0.0)
    both = compared(pipeline, requests)
    assert {clock: row["verdict"] for clock, row in both.items()} == {
        "machine": "pays",
        "wall": "pays",
    }
    assert both["machine"]["difference_ms"] == pytest.approx(-1800, rel=0.1)


def test_an_unresolved_task_is_not_quick(pipeline: Pipeline) -> None:
    """The small model gives up at once on one task in four: each is given the slowest's time."""
    requests = tasks(seed=4, hard_share_of={"tiny": 0.0, "large": 0.0}, extra_turn_when_hard=0.0)
    gave_up = (pl.col("tier") == "tiny") & (pl.int_range(pl.len()) % 8 < 2)
    failed = requests.with_columns(
        outcome=pl.when(gave_up).then(pl.lit("error")).otherwise("outcome"),
        duration_ms=pl.when(gave_up).then(100.0).otherwise("duration_ms"),
    )
    machine = compared(pipeline, failed)["machine"]
    assert machine["resolved_smaller"] == pytest.approx(0.75, abs=0.01)
    assert machine["difference_ms"] > -1400


def test_a_dozen_tasks_are_too_few(pipeline: Pipeline) -> None:
    requests = tasks(seed=5, hard_share_of={"tiny": 0.4, "large": 0.4}, extra_turn_when_hard=0.9)
    assert compared(pipeline, requests.head(24))["wall"]["verdict"] == "too_few"
