"""The sender of the benchmarks, in a process of its own.

`python -m tests.benchmarks.generator TARGET --seconds S [--rate R] [--spans N [--days D]]` sends at
the rate (spans a second, 0 as fast as it is taken) and prints what was acknowledged, as JSON. With
days, the spans tell of that many days until now, oldest first.
"""

import json
import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import count

import grpc
import numpy as np

from tests.benchmarks.payload import SPANS_PER_REQUEST, templates
from tests.e2e.processes import EXPORT

IN_FLIGHT = 8
DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Sent:
    """What was acknowledged; the latencies are of single requests."""

    spans: int
    body_bytes: int
    seconds: float
    ended_at: float
    ack_p50_ms: float
    ack_p99_ms: float


def send(target: str, *, seconds: float, spans_per_s: float, most_spans: int, days: float) -> Sent:
    """Send until the time or the number of spans is reached."""
    prepared = templates()
    tickets = count()
    most_requests = most_spans // SPANS_PER_REQUEST
    pause_s = SPANS_PER_REQUEST / spans_per_s if spans_per_s else 0.0
    with grpc.insecure_channel(target) as channel:
        export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(EXPORT)
        started = time.monotonic()

        def one_sender(seed: int) -> list[tuple[float, int]]:
            random = np.random.default_rng([seed, time.time_ns()])
            acknowledged = []
            while (ticket := next(tickets)) < most_requests:
                due = started + ticket * pause_s
                if max(due, time.monotonic()) > started + seconds:
                    break
                ago_ns = int(days * DAY_NS * (1 - ticket / most_requests))
                end_ns = time.time_ns() - ago_ns
                body = prepared[ticket % len(prepared)].request(random, end_ns)
                time.sleep(max(0.0, due - time.monotonic()))
                asked_at = time.monotonic()
                export(body)
                acknowledged.append((time.monotonic() - asked_at, len(body)))
            return acknowledged

        with ThreadPoolExecutor(IN_FLIGHT) as senders:
            done = [each for some in senders.map(one_sender, range(IN_FLIGHT)) for each in some]
    waits_ms = np.array([wait_s for wait_s, _ in done]) * 1e3
    return Sent(
        spans=len(done) * SPANS_PER_REQUEST,
        body_bytes=sum(size for _, size in done),
        seconds=time.monotonic() - started,
        ended_at=time.time(),
        ack_p50_ms=float(np.quantile(waits_ms, 0.5)),
        ack_p99_ms=float(np.quantile(waits_ms, 0.99)),
    )


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--spans", type=int, default=sys.maxsize)
    parser.add_argument("--days", type=float, default=0.0)
    options = parser.parse_args()
    sent = send(
        options.target,
        seconds=options.seconds,
        spans_per_s=options.rate,
        most_spans=options.spans,
        days=options.days,
    )
    json.dump(asdict(sent), sys.stdout)


if __name__ == "__main__":
    main()
