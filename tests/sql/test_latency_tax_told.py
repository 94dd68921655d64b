"""The latency tax of several use cases together: what adds up, what is left out, what changed."""

from datetime import datetime, timedelta
from math import log, sqrt

import pytest

from tests.sql.pipeline import NOW, Pipeline

DAY = timedelta(days=1)
COMPARED = "SELECT {} FROM latency_tax_told(?, ?, NULL, 0.5) ORDER BY use_case NULLS FIRST"


def fitted(pipeline: Pipeline, use_case: str, verdict: str) -> None:
    """Who waits for too long buys a tenth less; the curve's ends are 5 and 20 % less."""
    pipeline.con.execute(
        """INSERT INTO lake.tax_fits BY NAME SELECT
        ? AS use_case, ?::timestamptz AS fitted_at, ? AS verdict, 'as fitted' AS reason,
        'hinge' AS decay, [0, 0, 0, 0, 0, ?] AS effects_low, [0, 0, 0, 0, 0, ?] AS effects,
        [0, 0, 0, 0, 0, ?] AS effects_high""",
        [use_case, NOW, verdict, log(1.05), log(1.1), log(1.2)],
    )


def sold(pipeline: Pipeline, use_case: str, at: datetime, usd: float, chance: float = 0.0) -> None:
    """Late sessions of an hour, and what they brought; `chance` is the sum of squares."""
    pipeline.con.execute(
        """INSERT INTO lake.tax_cells BY NAME SELECT
        ? AS use_case, ?::timestamptz AS hour, 5::tinyint AS latency_bin, 100 AS sessions,
        10 AS conversions, ?::double AS revenue_usd, ?::double AS revenue_usd_squared""",
        [use_case, at, usd, chance],
    )


def compared(pipeline: Pipeline, columns: str) -> list[tuple[object, ...]]:
    return pipeline.rows(COMPARED.format(columns), [NOW - DAY, NOW])


def test_what_is_measured_adds_up_and_a_benchmark_never_does(pipeline: Pipeline) -> None:
    for use_case, verdict in (
        ("live_chat", "measured"),
        ("lead_gen", "blended"),
        ("voice_agent", "insufficient_data"),
    ):
        fitted(pipeline, use_case, verdict)
        sold(pipeline, use_case, NOW - DAY / 2, 2000.0)
    total, *of_cases = compared(
        pipeline, "use_case, measured, left_out, usd, money, money_low, money_high, is_tax_shown"
    )
    below, above = 200 - 100, 400 - 200
    assert total[:3] == (None, 2, 1)
    assert total[3:7] == pytest.approx(
        (400, 200, (400 - sqrt(2) * below) / 2, (400 + sqrt(2) * above) / 2)
    )
    assert total[7] is True
    assert [(row[0], row[1], row[4]) for row in of_cases] == [
        ("lead_gen", 1, pytest.approx(100)),
        ("live_chat", 1, pytest.approx(100)),
        ("voice_agent", 0, None),
    ]


@pytest.mark.parametrize(
    ("usd", "chance", "change"),
    [(3000.0, 0.0, "more"), (1000.0, 0.0, "less"), (3000.0, 1e6, "unclear")],
    ids=["more", "less", "as chance brings"],
)
def test_a_change_is_one_only_beyond_chance(
    pipeline: Pipeline, usd: float, chance: float, change: str
) -> None:
    fitted(pipeline, "live_chat", "measured")
    sold(pipeline, "live_chat", NOW - 2 * DAY, 2000.0, chance)
    sold(pipeline, "live_chat", NOW - DAY / 2, usd, chance)
    total, _ = compared(pipeline, "usd_before, change_ratio, change")
    assert total == (pytest.approx(200), pytest.approx(usd / 2000 - 1), change)


def test_half_a_period_of_records_is_not_compared_with(pipeline: Pipeline) -> None:
    fitted(pipeline, "live_chat", "measured")
    sold(pipeline, "live_chat", NOW - 1.5 * DAY, 2000.0)
    sold(pipeline, "live_chat", NOW - DAY / 2, 2000.0)
    total, _ = compared(pipeline, "usd_before, change_ratio, change")
    assert total == (None, None, None)


def test_nothing_sold_is_nothing_measured(pipeline: Pipeline) -> None:
    (total,) = compared(pipeline, "measured, left_out, usd, money_low, is_tax_shown, change")
    assert total == (0, 0, None, None, None, None)
