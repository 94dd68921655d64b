"""What fuzzing starts from: real requests and files of each kind, and what once broke something."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

TESTS = Path(__file__).parents[1]
CRASHERS = Path(__file__).parent / "crashers"
PAYLOADS = TESTS / "collector" / "payloads"
CONVERSION = b'{"session_id": "s", "occurred_at": "2026-03-01T12:05:00Z", "revenue_usd": 1.5}'
SLO = b"""apiVersion: openslo/v1
kind: SLO
metadata: {name: a, annotations: {latencytax/threshold-ms: "5", latencytax/step: tool}}
spec:
  service: a
  indicator: {spec: {thresholdMetric: {metricSource: {spec: {}}}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{op: lte, value: 0.2, targetPercent: 99}]
"""


def seeds(target: str) -> Iterator[bytes]:
    """Those of one target, its crashers last."""
    yield from _SEEDS[target]()
    yield from crashers(target)


def crashers(target: str) -> Iterator[bytes]:
    """Inputs that once broke the target."""
    for file in sorted((CRASHERS / target).glob("*")):
        yield file.read_bytes()


def _protobuf() -> Iterator[bytes]:
    return (file.read_bytes() for file in sorted(PAYLOADS.glob("*.pb")))


def _json() -> Iterator[bytes]:
    return (file.read_bytes() for file in sorted(PAYLOADS.glob("*.json")))


def _trace_files() -> Iterator[bytes]:
    for body in (*_protobuf(), *_json()):
        yield body
        yield gzip.compress(body)
        yield len(body).to_bytes(4, "big") + body


def _conversion_files() -> Iterator[bytes]:
    for file in sorted((TESTS / "app" / "conversion_files").iterdir()):
        yield file.read_bytes()
        yield gzip.compress(file.read_bytes())
    parquet = CRASHERS.parent / "seed.parquet"
    pl.DataFrame({"session_id": ["s"], "revenue_usd": [1.5]}).write_parquet(parquet)
    yield parquet.read_bytes()
    parquet.unlink()


def _settings_files() -> Iterator[bytes]:
    for file in sorted((TESTS / "app" / "settings_files").iterdir()):
        yield file.read_bytes()


_SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "traces": _protobuf,
    "traces_json": _json,
    "logs": _protobuf,
    "conversions": lambda: iter((CONVERSION, b"[" + CONVERSION + b"]")),
    "gzipped": lambda: (gzip.compress(body) for body in _protobuf()),
    "trace_file": _trace_files,
    "conversion_file": _conversion_files,
    "settings": _settings_files,
    "openslo": lambda: iter((SLO,)),
}
