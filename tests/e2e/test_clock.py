"""Whatever the clock does, spans are counted once and at once, and nothing is deleted early."""

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.payloads import MILLISECOND, a_span, request_of
from tests.e2e.processes import CollectorProcess, wait_until
from tests.e2e.test_faults import wait_for_more
from tests.e2e.test_kill import assert_all_is_there, ids, sending

DAY_S = 86_400
SPEED = 20
RESTARTED_AFTER = 2
"""Phases; what the collector then reads was received a day from now."""
KEPT_DAYS = 7
RETENTION = f"[retention]\nspans_days = {KEPT_DAYS}\nrequests_days = {KEPT_DAYS}\n"
SPANS_OF = "select count(*) from spans where trace_id = ?"
REQUEST_OF = "select count(*), sum(spans) from requests where trace_id = ?"
IN_REQUESTS = "select coalesce(sum(spans), 0) from requests"


def set_clock(clock: Path, off_s: int) -> None:
    """In one step: the file is read at any moment."""
    fresh = clock.with_suffix(".new")
    fresh.write_text(str(off_s), encoding="ascii")
    fresh.replace(clock)


def wait_until_assembled(collector: CollectorProcess, witness: Path) -> None:
    """Returns when what is acknowledged now is in requests, but for what is still in flight."""
    wait_for_more(witness, 200)
    acknowledged = len(ids(witness, "acknowledged"))
    wait_until(lambda: bool(collector.value(IN_REQUESTS) >= acknowledged))


def send_span(collector: CollectorProcess, trace_id: bytes, started_at: datetime) -> str:
    """One more span of a trace, from a sender whose clock says that; how a witness names it."""
    start_ns = int(started_at.timestamp()) * 10**9
    root = (1).to_bytes(8, "big")
    is_first = collector.value(SPANS_OF, trace_id.hex()) == 0
    span = a_span(
        trace_id=trace_id,
        **({"span_id": root} if is_first else {"parent_span_id": root}),
        start_time_unix_nano=start_ns,
        end_time_unix_nano=start_ns + MILLISECOND,
    )
    with collector.channel() as channel:
        collector.exporter(channel)(request_of(span).SerializeToString())
    return f"{trace_id.hex()} {span.span_id.hex()}"


def is_one_request(collector: CollectorProcess, trace_id: bytes, spans: int) -> bool:
    return collector.rows(REQUEST_OF, trace_id.hex()) == [(1, spans)]


@pytest.mark.timeout(240)
def test_a_clock_that_jumps_both_ways_changes_no_count(tmp_path: Path) -> None:
    witness, clock = tmp_path / "witness.txt", tmp_path / "clock"
    set_clock(clock, 0)
    command = (sys.executable, "-m", "tests.e2e.shifted", str(clock), str(SPEED))
    collector = CollectorProcess(tmp_path / "lake", config=RETENTION, command=command)
    now = datetime.now(UTC)
    old, ahead = (1).to_bytes(16, "big"), (2).to_bytes(16, "big")
    long_ago, tomorrow = now - timedelta(days=KEPT_DAYS), now + timedelta(days=1)
    with collector:
        sent = [send_span(collector, old, long_ago)]
        with sending(collector, witness):
            for spans, off_s in enumerate((DAY_S, 0, -DAY_S, 0), start=1):
                set_clock(clock, off_s)
                later = tomorrow + timedelta(seconds=spans)
                sent.append(send_span(collector, ahead, later))
                wait_until_assembled(collector, witness)
                wait_until(partial(is_one_request, collector, ahead, spans))
                if spans == RESTARTED_AFTER:
                    collector.kill()
                    collector.start()
                    collector.wait_until_ready()
        sent += [send_span(collector, ahead, tomorrow), send_span(collector, old, long_ago)]
        with witness.open("a", encoding="utf-8") as file:
            file.writelines(f"sent {span}\nacknowledged {span}\n" for span in sent)
        assert_all_is_there(collector, witness)
        assert is_one_request(collector, ahead, 5)
        assert is_one_request(collector, old, 2)
