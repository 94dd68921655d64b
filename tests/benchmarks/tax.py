"""`python -m tests.benchmarks tax`: what the latency tax finds where the truth is known."""

import json
from argparse import ArgumentParser
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sql.tax.upkeep import find, store
from tests.benchmarks.tax_coverage import DATA_VERDICTS
from tests.benchmarks.tax_lake import FOUND, SPEED, lake_in_memory, settings_for
from tests.benchmarks.tax_speed import fit_times

CONVERSION_DATA = Path(__file__).parents[3] / "shared" / "data" / "conversion"
REQUESTS = """
insert into lake.requests by name
select
    request_id, request_id as trace_id, started_at at time zone 'UTC' as started_at, use_case,
    session_id, device, model, model as asked_model, tier as service_tier, 'ok' as outcome,
    latency_ms as duration_ms, latency_ms as perceived_ms, 'full' as perceived_kind,
    input_tokens, true as complete, now() as assembled_at,
from read_parquet(?)
"""
CONVERSIONS = """
insert into lake.conversions by name
select
    session_id as conversion_id, session_id, 'purchase' as kind, max(revenue_usd) as revenue_usd,
    max(started_at + to_milliseconds(latency_ms)) at time zone 'UTC' as occurred_at,
    'import' as source, now() as received_at,
from read_parquet(?)
where converted
group by session_id
"""


def open_data_sets() -> Table:
    """The open conversion data sets: estimate, interval, truth and verdict."""
    table = Table("data set", "truth", "found", "90 % interval", "usd truth", "usd", "verdict", "")
    for folder in sorted(CONVERSION_DATA.glob("*/")):
        truth = json.loads((folder / "truth.json").read_text())
        for name, (low, middle, high, usd, verdict) in found_in(folder, truth).items():
            true = truth["by_use_case"][name]
            covers = low <= true["lost_conversions"] <= high or verdict not in DATA_VERDICTS
            passes = covers and verdict in truth["acceptable_verdicts"]
            table.add_row(
                folder.name, f"{true['lost_conversions']:,.0f}", f"{middle:,.0f}",
                f"{low:,.0f} to {high:,.0f}", f"{true['lost_revenue_usd']:,.0f}", f"{usd:,.0f}",
                verdict, "passes" if passes else "FAILS",
            )  # fmt: skip
    return table


def found_in(folder: Path, truth: dict[str, object]) -> dict[str, tuple[object, ...]]:
    """By use case, what the latency tax says of a folder's data."""
    [(name, facts)] = truth["by_use_case"].items()
    settings = settings_for(name, capture_rate=truth["capture_rate"], budget_ms=facts["budget_ms"])
    with lake_in_memory(settings) as con:
        data = [str(folder / "data.parquet")]
        con.execute(REQUESTS, data)
        con.execute(CONVERSIONS, data)
        store(con, find(con, settings))
        found = con.execute(FOUND).fetchall()
    return {use_case: row for use_case, part, *row, _ in found if part == SPEED}


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--fit-time", type=int, nargs="*", default=[], help="millions of sessions")
    options = parser.parse_args(arguments)
    console = Console(width=160)
    if CONVERSION_DATA.exists():
        console.print(open_data_sets())
    if options.fit_time:
        console.print(fit_times(options.fit_time))
