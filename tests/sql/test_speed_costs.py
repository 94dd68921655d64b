"""What was paid to be fast, held to a recount of random traces; and lakes of before it was."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sql.lake import open_writer
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import Pipeline, settings_of
from tests.sql.speed_costs_reference import SLOW, USD_A_MTOK, recount

TRACES = 200
PRICED = """INSERT INTO lake.model_prices BY NAME SELECT $1 AS model, 'maker' AS provider,
    $2 AS input_usd_per_mtok, true AS is_default, $3 AS service_tier"""
PAID = (
    "SELECT trace_id, cost.kind, cost.calls, cost.unpriced, cost.usd "
    "FROM (SELECT trace_id, unnest(speed_costs) AS cost FROM requests) ORDER BY ALL"
)
CALL = {"gen_ai.operation.name": "chat"}
ROOT = "1".zfill(16)
OF_ANY = {
    "marketing.hedge_group": ("", "", "r", "s"),
    "marketing.speculative": ("", "true"),
    "marketing.cancelled": ("", "", "true"),
}
OF_CALLS = OF_ANY | {
    "gen_ai.request.model": ("large", "large", "small", "unheard-of"),
    "marketing.service_tier": ("priority", "standard", "", "sla"),
    "gen_ai.usage.input_tokens": ("", "1000000", "2000000"),
    "gen_ai.usage.cost": ("", "", "7"),
    "marketing.fallback": ("", "", "true"),
    "error.type": ("", "", SLOW, "RateLimitError"),
}
"""What spans may say; the empty word is nothing."""


def traces() -> Iterator[list[TestSpan]]:
    """Requests whose calls race, are guessed, fail and are made again, some below a wrapper."""
    random = Random(11)
    for trace in (f"{number:032x}" for number in range(1, TRACES + 1)):
        wrappers = [f"{number:016x}" for number in range(2, 2 + random.randint(0, 2))]
        calls = [f"{number:016x}" for number in range(5, 5 + random.randint(1, 5))]
        yield [
            TestSpan(trace, ROOT, end_ms=1000),
            *(_wrapper(random, trace, span) for span in wrappers),
            *(_call(random, trace, span, random.choice([ROOT, *wrappers])) for span in calls),
        ]


def _wrapper(random: Random, trace: str, span: str) -> TestSpan:
    return TestSpan(trace, span, ROOT, *_times(random), "wrapper", attributes=_said(random, OF_ANY))


def _call(random: Random, trace: str, span: str, parent: str) -> TestSpan:
    said = CALL | _said(random, OF_CALLS)
    status = "error" if "error.type" in said else ""
    return TestSpan(trace, span, parent, *_times(random), "chat", status=status, attributes=said)


def _times(random: Random) -> tuple[float, float]:
    start_ms = random.randrange(0, 900, 100)
    return start_ms, start_ms + random.randrange(100, 500, 100)


def _said(random: Random, words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    chosen = ((key, random.choice(values)) for key, values in words.items())
    return {key: word for key, word in chosen if word}


def test_each_kind_is_what_a_recount_from_the_spans_gives(pipeline: Pipeline) -> None:
    pipeline.empty(pipeline.settings)
    for (model, service_tier), usd in USD_A_MTOK.items():
        pipeline.con.execute(PRICED, [model, usd, service_tier])
    pipeline.arrive([otlp(span for spans in traces() for span in spans)])
    pipeline.assemble()
    expected = sorted(row for spans in traces() for row in recount(spans))
    assert {kind for _, kind, *_ in expected} == {
        "premium", "hedge", "retry", "speculative", "fallback_saving"
    }  # fmt: skip
    paid = pipeline.rows(PAID)
    assert [row[:4] for row in paid] == [row[:4] for row in expected]
    assert [row[4] for row in paid] == [pytest.approx(row[4]) for row in expected]


def test_a_lake_of_before_counts_from_then_on(tmp_path: Path) -> None:
    """What it has stays as it was; a request that is made anew is counted with what was stored."""
    settings = settings_of(tmp_path)
    raced = {**CALL, "gen_ai.usage.cost": "2", "marketing.hedge_group": "r"}
    with Pipeline(settings) as pipeline:
        for trace in "ab":
            call = TestSpan(trace, "2", "1", end_ms=90, attributes=raced)
            pipeline.arrive([otlp([TestSpan(trace, "1", end_ms=100), call])])
        pipeline.assemble()
        for column in ("asked_model", "service_tier", "speed_costs"):
            pipeline.con.execute(f"ALTER TABLE lake.requests DROP COLUMN {column}")
        pipeline.con.execute("ALTER TABLE lake.spans DROP COLUMN asked_model")
        pipeline.con.execute("ALTER TABLE lake.model_prices DROP COLUMN service_tier")
        pipeline.con.execute("DELETE FROM lake.lake_version WHERE version > 22")
    open_writer(settings).close()
    with Pipeline(settings) as pipeline:
        late = TestSpan("a", "3", "1", start_ms=40, end_ms=80, attributes=raced)
        pipeline.arrive([otlp([late])])
        pipeline.assemble()
        assert pipeline.rows("SELECT kind, n, calls, unpriced, usd FROM speed_costs") == [
            ("hedge", 1, 1, 0, 2)
        ]
        assert pipeline.rows("SELECT count(*), count(speed_costs) FROM requests") == [(2, 1)]
        prices = "SELECT count(*) > 0 FROM model_prices WHERE service_tier = 'priority'"
        assert pipeline.rows(prices) == [(True,)]
