"""`python -m tests.benchmarks tax_page`: how quickly the Latency tax page's questions are answered.

A lake of its own that has the cells of ten million requests of 28 days: nothing else is read.
Processor time, since a machine is shared.
"""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from rich.console import Console
from rich.table import Table

from app import tax_queries
from app.queries import Filters
from sql.lake import open_reader, open_writer
from sql.settings import Settings, load_settings

END = datetime(2026, 3, 29, tzinfo=UTC)
DAYS = 28
CELLS = """
INSERT INTO lake.tax_cells BY NAME
SELECT
    use_cases.name AS use_case, use_cases.channel, 'production' AS environment,
    ['tiny', 'medium', 'large'][1 + model] AS tier, 'model-' || model AS model,
    $from_at::timestamptz + to_hours(hour) AS hour, 500.0 AS budget_ms, octave AS token_octave,
    latency_bin, 0 AS half, model = 2 AND octave = 9 AS is_fallback,
    'model-' || model AS asked_model,
    $sessions AS sessions, 1 AS conversions, 60.0 AS revenue_usd,
    3600.0 AS revenue_usd_squared,
    CASE WHEN latency_bin >= 5 THEN $sessions * (latency_bin - 4.0) ELSE 0 END AS dose,
    $sessions * ln(300.0 * (1 + latency_bin)) AS ln_latency,
    $sessions * octave * ln(2) AS ln_tokens,
    0 AS mobile, 0 AS failed, 0 AS priority,
FROM use_cases, range(3) AS models (model), range($hours) AS hours (hour),
    range(8, 10) AS octaves (octave), (SELECT unnest([2, 4, 6, 8, 11]) AS latency_bin)
"""
STEP_CELLS = """
INSERT INTO lake.tax_step_cells BY NAME
SELECT
    use_case, channel, environment, tier, model, hour, latency_bin, step,
    sum(sessions) / 6 AS weight,
FROM lake.tax_cells, (SELECT unnest(
    ['llm_prefill', 'llm_decode', 'retrieval', 'tool', 'network', 'orchestration']
) AS step)
WHERE latency_bin >= 5
GROUP BY ALL
"""
PAID_CELLS = """
INSERT INTO lake.tax_paid_cells BY NAME
SELECT
    use_case, channel, environment, tier, model, hour, 20 AS calls, 1 AS unpriced, 0.2 AS usd,
FROM lake.tax_cells
GROUP BY ALL
"""
FITS = """
INSERT INTO lake.tax_fits BY NAME
SELECT
    name AS use_case, now() AS fitted_at, 'measured' AS verdict, 'Made up.' AS reason, decay,
    'measured' AS fallback_verdict, 'Made up.' AS fallback_reason, 0.0 AS fallback_effect_low,
    0.1 AS fallback_effect, 0.2 AS fallback_effect_high,
    [greatest(0, bin - 4) * 0.02 FOR bin IN range(16)] AS effects_low,
    [greatest(0, bin - 4) * 0.04 FOR bin IN range(16)] AS effects,
    [greatest(0, bin - 4) * 0.06 FOR bin IN range(16)] AS effects_high,
FROM use_cases
"""


def fill(con: duckdb.DuckDBPyConnection, requests: int) -> None:
    """Cells, as if the lake had counted that many requests in sessions of two."""
    con.execute(CELLS, {"from_at": END - timedelta(days=DAYS), "hours": DAYS * 24, "sessions": 1})
    [(cells,)] = con.execute("SELECT count(*) FROM lake.tax_cells").fetchall()
    sums = ("sessions", "conversions", "revenue_usd", "revenue_usd_squared", "dose")
    scaled = ", ".join(f"{name} = {name} * {requests // 2 // cells}" for name in sums)
    con.execute(f"UPDATE lake.tax_cells SET {scaled}")
    for query in (STEP_CELLS, PAID_CELLS, FITS):
        con.execute(query)


def timed(settings: Settings) -> Table:
    """Each question of the page, asked three times; the quickest."""
    period = Filters(END - timedelta(days=DAYS), END, bucket_seconds=86_400)
    table = Table("figure", "rows", "ms of processor time", title="The Latency tax page")
    with open_reader(settings) as con:
        [(cells,)] = con.execute("SELECT count(*) FROM lake.tax_cells").fetchall()
        table.caption = f"{cells:,} cells, {DAYS} days"
        for figure in (name for name in tax_queries.FIGURES if name != "moves"):
            took = []
            for _ in range(3):
                started = time.process_time()
                rows = tax_queries.ask(con, figure, period).height
                took.append(time.process_time() - started)
            table.add_row(figure, str(rows), f"{min(took) * 1000:,.0f}")
    return table


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000_000)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        settings = load_settings(None, lake=str(Path(folder) / "lake"), environ={})
        with open_writer(settings) as con:
            fill(con, options.requests)
        Console(width=120).print(timed(settings))
