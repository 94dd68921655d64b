"""What a scraper gets is what the models say, in formats that Prometheus's own parsers read."""

from collections.abc import Callable, Iterable, Iterator
from math import inf

import pytest
from duckdb import DuckDBPyConnection
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as text_format
from prometheus_client.samples import Sample

from collector.exposition import Exposition
from collector.journal import Journal
from sql.lake import SEARCH_PATH, open_writer
from sql.settings import load_settings
from tests.collector.test_otlp_http import request
from tests.lakes import empty_lake

FILL = """
insert into lake.latency_sketch by name
select now() as hour, 'live_chat' as use_case, 'first_token' as metric, bucket, n
from (values (latency_bucket(100), 6), (latency_bucket(400), 3), (latency_bucket(2000), 1))
    as buckets(bucket, n);
insert into lake.slo_hours by name
select now() as hour, use_case, metric, threshold_ms, 9 as good, 10 as total, 2 as unknown
from objectives where use_case = 'live_chat' and metric = 'first_token';
insert into lake.rejections values
    (now(), 'http', 'traces', 'too "large"\n', 3, ''), (now(), 'http', 'traces', 'empty', 1, '');
insert into lake.ingest_log values ('j', 1, 1, 1, 77, 900, now(), to_timestamp(1700000000))
"""
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
PARSERS: dict[str, Callable[[str], Iterable[object]]] = {
    OPEN_METRICS: open_metrics,
    "text/plain": text_format,
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    folder = empty_lake(tmp_path_factory.mktemp("lake"))
    with open_writer(load_settings(None, lake=str(folder), environ={})) as lake:
        lake.execute(FILL)
        yield lake.cursor().execute(SEARCH_PATH)


@pytest.fixture(params=PARSERS)
def samples(
    filled: DuckDBPyConnection, journal: Journal, request: pytest.FixtureRequest
) -> dict[tuple[str, ...], float]:
    """The value of each name with its labels' values."""
    text, content_type = Exposition(filled, journal, 2**26).text(request.param)
    assert content_type.startswith(request.param.partition(";")[0])
    families = PARSERS[request.param](text.decode())
    return {_key(sample): sample.value for family in families for sample in family.samples}


def _key(sample: Sample) -> tuple[str, ...]:
    return (sample.name, *(sample.labels[name] for name in sorted(sample.labels)))


def test_an_objective_counts_what_kept_it(samples: dict[tuple[str, ...], float]) -> None:
    of_live_chat = ("latencytax_slo_requests_total", "first_token", "500.0", "live_chat")
    found = {verdict: samples[*of_live_chat, verdict] for verdict in ("good", "bad", "unknown")}
    assert found == {"good": 9, "bad": 1, "unknown": 2}
    objective = ("latencytax_slo_objective_ratio", "first_token", "500.0", "live_chat")
    assert samples[objective] == 0.95


def test_latencies_are_buckets_that_add_up(samples: dict[tuple[str, ...], float]) -> None:
    name = "latencytax_latency_seconds"
    buckets = {float(key[1]): value for key, value in samples.items() if key[0] == f"{name}_bucket"}
    assert list(buckets.values()) == [6, 9, 10, 10]
    assert max(buckets) == inf
    ends = sorted(buckets)
    assert ends[0] == pytest.approx(0.1, rel=0.2)
    assert ends[2] == pytest.approx(2.0, rel=0.2)
    assert samples[f"{name}_count", "first_token", "live_chat"] == 10
    assert samples[f"{name}_sum", "first_token", "live_chat"] == pytest.approx(3.8, rel=0.01)


def test_the_collectors_own_state_is_told(samples: dict[tuple[str, ...], float]) -> None:
    assert samples["latencytax_spans_total",] == 77
    assert samples["latencytax_loaded_timestamp_seconds",] == 1_700_000_000
    assert samples["latencytax_journal_pending_batches",] == 0
    assert samples["latencytax_lake_readable",] == 1


def test_a_hostile_reason_is_a_label(samples: dict[tuple[str, ...], float]) -> None:
    assert samples["latencytax_refused_total", "http", 'too "large"\n', "traces"] == 3


def test_a_lake_that_cannot_be_read_leaves_the_journals_figures(
    filled: DuckDBPyConnection, journal: Journal
) -> None:
    unreadable = filled.cursor()
    unreadable.close()
    exposition = Exposition(unreadable, journal, 2**26)
    text = exposition.text("text/plain")[0].decode()
    assert "latencytax_lake_readable 0.0" in text
    assert "latencytax_journal_limit_bytes 6.7108864e+07" in text


def test_the_door_serves_them(http_address: str) -> None:
    answer = request(http_address, b"", "/metrics", verb="GET", accept=OPEN_METRICS)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert list(open_metrics(answer.body.decode()))
