"""Intervals and percentiles in SQL against scipy, numpy and the examples of METHODS."""

from random import Random

import duckdb
import numpy as np
import pytest
from scipy.stats import beta, binom

from tests.sql.otlp import START
from tests.sql.pipeline import Pipeline

Z = 1.6448536269514722
DISTRIBUTIONS = {
    "constant": lambda rng: rng.uniform(250, 250, 200),
    "two values": lambda rng: rng.choice([1.0, 10_000.0], 500),
    "mostly zero": lambda rng: rng.choice([0.0, 5.0], 500, p=[0.9, 0.1]),
    "normal": lambda rng: rng.normal(500, 50, 1000).clip(1),
    "uniform": lambda rng: rng.uniform(0.01, 2000, 1000),
    "exponential": lambda rng: rng.exponential(300, 1000),
    "lognormal": lambda rng: rng.lognormal(6, 1, 3000),
    "pareto": lambda rng: 100 * (1 + rng.pareto(1.2, 1000)),
    "two modes": lambda rng: np.concatenate([rng.normal(80, 5, 500), rng.normal(4000, 300, 500)]),
    "heavy ties": lambda rng: rng.lognormal(6, 1, 3000).round(-2),
    "days": lambda rng: rng.lognormal(18, 1, 1000),
    "microseconds": lambda rng: rng.uniform(0.001, 0.1, 300),
}


@pytest.fixture(scope="module")
def con(shared_pipeline: Pipeline) -> duckdb.DuckDBPyConnection:
    return shared_pipeline.con


def quantiles(con: duckdb.DuckDBPyConnection, pairs: list[tuple[float, float]]) -> np.ndarray:
    """Rows of (low, high) by `beta_quantile` for (a, b)."""
    con.execute("CREATE OR REPLACE TEMP TABLE pairs (a double, b double)")
    con.executemany("INSERT INTO pairs VALUES (?, ?)", pairs)
    rows = con.execute(
        "SELECT beta_quantile(a, b, -?), beta_quantile(a, b, ?) FROM pairs", [Z, Z]
    ).fetchall()
    return np.array(rows)


@pytest.mark.parametrize(
    ("sizes", "error"), [((1, 2, 3, 5, 10), 0.007), ((20, 50, 100, 1000), 0.002), ((10**6,), 1e-6)]
)
def test_beta_quantile_is_as_near_as_its_header_says(
    con: duckdb.DuckDBPyConnection, sizes: tuple[int, ...], error: float
) -> None:
    pairs = [
        (good + 0.5, n - good + 0.5)
        for n in sizes
        for good in sorted({0, 1, 2, n // 10, n // 2, n - n // 20, n - 2, n - 1, n})
        if 0 <= good <= n
    ]
    exact = np.array([beta.ppf([0.05, 0.95], a, b) for a, b in pairs])
    ours = quantiles(con, pairs)
    # A count of none or all has its end at 0 or 1 (compliance_low, compliance_high).
    used = np.array([[a > 0.5, b > 0.5] for a, b in pairs])
    assert np.abs(ours - exact)[used].max() <= error


@pytest.mark.parametrize(("n", "share", "coverage"), [(100, 0.99, 0.92), (20, 0.99, 0.98)])
def test_intervals_cover_as_often_as_in_methods_11(
    con: duckdb.DuckDBPyConnection, n: int, share: float, coverage: float
) -> None:
    intervals = np.array(
        con.execute(
            "SELECT compliance_low(good, ?), compliance_high(good, ?) "
            "FROM range(? + 1) AS counts(good) ORDER BY good",
            [n, n, n],
        ).fetchall()
    )
    covers = (intervals[:, 0] <= share) & (share <= intervals[:, 1])
    assert binom.pmf(np.arange(n + 1), n, share)[covers].sum() == pytest.approx(coverage, abs=0.005)


def test_an_interval_lies_around_its_compliance(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        "SELECT n, good FROM (SELECT unnest([1, 2, 3, 7, 30, 400]) AS n), range(n + 1) AS c(good) "
        "WHERE NOT (0 <= compliance_low(good, n) AND compliance_low(good, n) <= good / n "
        "AND good / n <= compliance_high(good, n) AND compliance_high(good, n) <= 1)"
    ).fetchall()
    assert rows == []


@pytest.mark.parametrize(
    ("good", "total", "verdict"),
    [
        (0, 0, "no_data"),
        (10, 10, "too_few"),
        (100, 100, "met"),
        (95, 100, "too_few"),
        (80, 100, "missed"),
    ],
)
def test_a_verdict_needs_the_whole_interval(
    con: duckdb.DuckDBPyConnection, good: int, total: int, verdict: str
) -> None:
    row = con.execute("SELECT slo_verdict(?, ?, 0.95)", [good, total]).fetchone()
    assert row == (verdict,)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_percentiles_are_within_one_percent_in_any_order_of_merging(
    distribution: str, pipeline: Pipeline
) -> None:
    latencies = DISTRIBUTIONS[distribution](np.random.default_rng(1))
    parts = np.array_split(latencies, 7)
    Random(1).shuffle(parts)
    for part in parts:
        pipeline.con.register("part", {"latency_ms": part})
        pipeline.con.execute(
            "INSERT INTO lake.latency_sketch BY NAME SELECT ? AS hour, 'x' AS use_case, "
            "'response' AS metric, latency_bucket(latency_ms) AS bucket, count(*) AS n "
            "FROM part GROUP BY ALL",
            [START],
        )
    [(n, *ours)] = pipeline.rows("SELECT n, p50, p90, p95, p99 FROM latency_percentiles")
    exact = np.quantile(latencies, [0.5, 0.9, 0.95, 0.99], method="higher")
    assert n == len(latencies)
    assert ours == pytest.approx(exact.tolist(), rel=0.0101)
