from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sample_data.company import Conversion
from sample_data.company_file import load_company
from sample_data.spans import SimulatedTrace
from sample_data.traffic import LiveTraffic, history

UNTIL = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)


def test_span_ids_are_valid_and_unique(two_days: list[SimulatedTrace]) -> None:
    ids = [(len(s.trace_id), len(s.span_id)) for trace in two_days for s in trace.spans]
    assert set(ids) == {(16, 8)}
    assert len({s.span_id for trace in two_days for s in trace.spans}) == len(ids)
    assert len({trace.spans[0].trace_id for trace in two_days}) == len(two_days)


def test_children_have_parents_in_their_trace(two_days: list[SimulatedTrace]) -> None:
    for trace in two_days:
        root, *others = trace.spans
        assert root.parent_span_id == b""
        known = {span.span_id for span in trace.spans}
        assert all(span.parent_span_id in known for span in others)
        assert {span.trace_id for span in trace.spans} == {root.trace_id}


def test_spans_end_after_their_start(two_days: list[SimulatedTrace]) -> None:
    assert all(s.end_ns > s.start_ns for trace in two_days for s in trace.spans)


def test_requests_come_in_time_order_and_end_at_the_given_time(
    two_days: list[SimulatedTrace],
) -> None:
    starts = [trace.spans[0].start_ns for trace in two_days]
    assert starts == sorted(starts)
    last_hour = (UNTIL - timedelta(hours=1)).timestamp() * 1e9
    assert starts[0] >= (UNTIL - timedelta(days=2)).timestamp() * 1e9
    assert starts[-1] < UNTIL.timestamp() * 1e9
    assert len({t.use_case for t in two_days if t.spans[0].start_ns > last_hour}) == 10


def test_announced_spans_are_right_within_one_percent(two_days: list[SimulatedTrace]) -> None:
    announced = history(days=2, until=UNTIL, seed=5).expected_spans
    assert sum(len(trace.spans) for trace in two_days) == pytest.approx(announced, rel=0.01)


def test_production_trouble_is_in_the_traffic(two_days: list[SimulatedTrace]) -> None:
    assert {trace.outcome for trace in two_days} == {"ok", "error", "timeout", "cancelled"}
    marks = {key for trace in two_days for span in trace.spans for key, _ in span.attributes}
    assert marks >= {
        "marketing.retry",
        "marketing.fallback",
        "marketing.speculative",
        "marketing.cancelled",
        "marketing.final",
        "marketing.tier",
        "browser.mobile",
        "error.type",
    }


def test_live_chat_misses_its_first_token_at_peak_behind_a_fine_average(
    two_days: list[SimulatedTrace],
) -> None:
    waits_ms = {
        trace.spans[0].start_ns: trace.perceived_ms
        for trace in two_days
        if trace.use_case == "live_chat" and trace.perceived_ms is not None
    }
    peak_ms = [
        ms for at, ms in waits_ms.items() if datetime.fromtimestamp(at / 1e9, UTC).hour in (19, 20)
    ]
    assert np.mean(list(waits_ms.values())) < 500
    assert np.mean(np.array(peak_ms) <= 500) < 0.5


@pytest.mark.parametrize("loss_per_100_ms", [0.0, 0.08])
def test_effect_of_latency_is_recoverable_from_conversions(loss_per_100_ms: float) -> None:
    company = load_company()
    chat = next(case for case in company.use_cases if case.name == "live_chat")
    truth = Conversion("purchase", 0.5, 80.0, 500.0, loss_per_100_ms)
    busy = replace(chat, conversion=truth, requests_per_day=6000.0)
    traces = history(
        days=2, until=UNTIL, seed=11, company=replace(company, use_cases=(busy,))
    ).traces
    linear_ms = 1000.0  # beyond it nothing is left to lose
    sessions = np.array(
        [
            (settled.appetite, settled.appetite * settled.excess_ms / 100, settled.converted)
            for trace in traces
            if (settled := trace.settled) is not None
            and settled.excess_ms < linear_ms
            and trace.outcome == "ok"
        ]
    )
    (rate, slope), *_ = np.linalg.lstsq(sessions[:, :2], sessions[:, 2])
    assert rate == pytest.approx(truth.rate, abs=0.03)
    assert -slope / rate == pytest.approx(loss_per_100_ms, abs=0.025)


def test_converted_sessions_carry_the_conversion_event(two_days: list[SimulatedTrace]) -> None:
    for trace in two_days:
        events = [event for span in trace.spans for event in span.events]
        conversions = [dict(e.attributes) for e in events if e.name == "marketing.conversion"]
        assert len(conversions) == bool(trace.settled and trace.settled.converted)
        assert all(
            row.keys()
            >= {"marketing.conversion.id", "marketing.conversion.value_usd", "session.id"}
            for row in conversions
        )


def test_live_traffic_sends_what_has_ended_since_the_last_call() -> None:
    traffic = LiveTraffic(UNTIL, np.random.default_rng(3))
    last_end_ns, requests = 0, 0
    for seconds in range(2, 122, 2):
        now = UNTIL + timedelta(seconds=seconds)
        for trace in traffic.next_traces(now):
            root = trace.spans[0]
            assert UNTIL.timestamp() * 1e9 <= root.start_ns < root.end_ns <= now.timestamp() * 1e9
            assert root.end_ns >= last_end_ns
            last_end_ns, requests = root.end_ns, requests + 1
    assert 120 < requests < 1200
