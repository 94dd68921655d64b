"""What a loaded batch says, beside the OTLP columns: times, resources, content, unread keys."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from collector.arrivals import arrivals
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import NOW, settings_of

PROMPT = "gen_ai.input.messages"


def test_every_span_has_the_time_its_request_was_received(tmp_path: Path) -> None:
    bodies = [otlp([TestSpan("a", "1"), TestSpan("a", "2")]), b"", otlp([TestSpan("b", "1")])]
    times = [NOW + timedelta(seconds=second) for second in range(3)]
    spans = arrivals(bodies, times, settings_of(tmp_path)).spans
    assert spans.column("received_at").to_pylist() == [times[0], times[0], times[2]]


def test_no_spans_are_no_rows(tmp_path: Path) -> None:
    arrived = arrivals([b""], [NOW], settings_of(tmp_path))
    assert (arrived.spans.num_rows, arrived.unmapped.num_rows, dict(arrived.cut)) == (0, 0, {})


def test_a_span_knows_the_service_of_its_resource(tmp_path: Path) -> None:
    spans = [TestSpan("a", "1", service="shop"), TestSpan("a", "2", service="bidder")]
    arrived = arrivals([otlp(spans)], [NOW], settings_of(tmp_path)).spans
    assert arrived.column("service").to_pylist() == ["shop", "bidder"]
    resources = [dict_of(pairs) for pairs in arrived.column("resource").to_pylist()]
    assert resources == [{"service.name": "shop"}, {"service.name": "bidder"}]


def test_content_is_kept_only_where_it_is_wanted(tmp_path: Path) -> None:
    span = TestSpan("a", "1", attributes={PROMPT: "[]", "gen_ai.request.model": "gpt-5"})
    for keep_content, kept in ((False, {"gen_ai.request.model"}), (True, {*span.attributes})):
        settings = replace(settings_of(tmp_path), keep_content=keep_content)
        arrived = arrivals([otlp([span])], [NOW], settings).spans
        assert dict_of(arrived.column("attributes").to_pylist()[0]).keys() == kept


def test_keys_that_nobody_reads_are_counted_by_service(tmp_path: Path) -> None:
    spans = [
        TestSpan("a", "1", attributes={"app.zone": "1", "session.id": "s"}),
        TestSpan("a", "2", attributes={"app.zone": "2"}),
        TestSpan("a", "3", service="bidder", attributes={"app.zone": "3"}),
    ]
    unmapped = arrivals([otlp(spans)], [NOW], settings_of(tmp_path)).unmapped.to_pylist()
    counts = {(row["service"], row["key"]): row["spans"] for row in unmapped}
    assert counts == {("shop", "app.zone"): 2, ("bidder", "app.zone"): 1}


def dict_of(pairs: list[dict[str, str]]) -> dict[str, str]:
    return {pair["key"]: pair["value"] for pair in pairs}
