"""`python -m tests.benchmarks tax`: what the latency tax finds where the truth is known.

Speed matters here, so requests, conversions and simulated sessions are written straight into the
tables of a lake in memory, with the schema and models of a real one; nothing is sent.
"""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from sql.lake import SCHEMA, SEARCH_PATH
from sql.models import session_statements
from sql.settings import Settings, load_settings
from sql.tax.count import COUNT, Counted
from sql.tax.measure import measured
from sql.tax.read import cells_of, merge_with
from sql.tax.upkeep import Round, find, store
from tests.benchmarks.tax_worlds import WORLDS, Simulated, World, simulate

CONVERSION_DATA = Path(__file__).parents[3] / "shared" / "data" / "conversion"
DATA_VERDICTS = {"measured", "blended"}
USE_CASE = """
[[use_case]]
name = "{name}"
title = "{name}"
channel = "chat"
decay = "{decay}"
capture_rate = {capture_rate}
match.use_case = "{name}"
[[use_case.objective]]
sli = "response"
threshold_ms = {budget_ms}
"""
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
FOUND = """
select use_case, part, lost_low, lost_conversions, lost_high, usd, verdict, n
from latency_tax_period('2020-01-01', '2030-01-01')
order by use_case, part
"""
SPEED = "lost_conversions"
SEEDS = {"development": 1_000, "held-out": 500_000}
"""The first of each: constants were chosen on some, and what is reported is of the others."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One data set: what is true and what was found."""

    truth: float
    low: float
    middle: float
    high: float
    verdict: str
    n: int

    @property
    def is_answer(self) -> bool:
        """Whether the interval is the data's, not the benchmarks'."""
        return self.verdict in DATA_VERDICTS

    @property
    def covers(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.truth <= self.high

    @property
    def claims(self) -> bool:
        """Whether a tax, or a gain, is shown."""
        return self.is_answer and not self.low <= 0 <= self.high


def settings_for(
    *names: str, decay: str = "hinge", capture_rate: float = 1.0, budget_ms: float = 500.0
) -> Settings:
    """Settings in which these are the first use cases."""
    with TemporaryDirectory() as folder:
        config = Path(folder) / "latencytax.toml"
        values = {"decay": decay, "capture_rate": capture_rate, "budget_ms": budget_ms}
        config.write_text("".join(USE_CASE.format(name=name, **values) for name in names))
        return load_settings(config, lake=folder, environ={})


def lake_in_memory(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Tables and models of a lake, without files."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("SET GLOBAL TimeZone = 'UTC'; ATTACH ':memory:' AS lake; USE lake")
    for step in sorted(SCHEMA.glob("*.sql")):
        con.execute(step.read_text())
    con.execute(SEARCH_PATH)
    for statement in session_statements(settings):
        con.execute(statement)
    return con


def simulated(world: World, sessions: int, seed: int) -> dict[str, Trial]:
    """One simulated data set, by part."""
    settings = settings_of(world)
    with lake_in_memory(settings) as con:
        return tried(con, settings, simulate(world, sessions, seed))


def settings_of(world: World) -> Settings:
    """Those under which its sessions are served."""
    return settings_for("live_chat", decay=world.decay, budget_ms=world.budget_ms)


def tried(
    con: duckdb.DuckDBPyConnection, settings: Settings, traffic: Simulated
) -> dict[str, Trial]:
    """Sessions counted, fitted, stored and asked for like real ones, in place of those before."""
    con.register("sessions_to_count", traffic.sessions)
    days = con.execute("SELECT DISTINCT hour::date FROM lake.tax_cells").fetchall()
    counted = Counted([day for (day,) in days], con.execute(COUNT).to_arrow_table(), None, None)
    merge_with(con, counted)
    fit = measured(cells_of(con, "live_chat"), settings.use_cases[0], datetime.now(UTC))
    store(con, Round(counted, [fit]))
    return {
        part: Trial(traffic.lost[part], low, middle, high, verdict, n)
        for _, part, low, middle, high, _, verdict, n in con.execute(FOUND).fetchall()
    }


def coverage(options: Namespace) -> Table:
    """Simulations of every world: how often the interval holds the truth."""
    table = Table(
        "world", "sessions", "sets", "answers", "covered", "claims", "truth", "found",
        "± half", "verdicts", title=f"90 % intervals over repeated simulations, {options.seeds}",
    )  # fmt: skip
    totals: dict[int, list[Trial]] = {}
    for world in [w for w in WORLDS if not options.world or options.world in w.name]:
        for sessions in options.sessions:
            for part, trials in repeated(world, sessions, options).items():
                name = world.name if part == SPEED else f"{world.name}: quality"
                row = (name, f"{sessions:,}", str(len(trials)), *summary(trials))
                table.add_row(*row)
                Console(stderr=True, width=160).print(*row)
                totals.setdefault(sessions, []).extend(trials)
    for sessions, trials in totals.items():
        table.add_row("all", f"{sessions:,}", str(len(trials)), *summary(trials)[:3])
    return table


def repeated(world: World, sessions: int, options: Namespace) -> dict[str, list[Trial]]:
    """The same world with other seeds, by part."""
    first = SEEDS[options.seeds] + 10_000 * WORLDS.index(world)
    settings = settings_of(world)
    trials: dict[str, list[Trial]] = {}
    with lake_in_memory(settings) as con:
        for seed in range(first, first + options.sets):
            for part, trial in tried(con, settings, simulate(world, sessions, seed)).items():
                trials.setdefault(part, []).append(trial)
    return trials


def summary(trials: list[Trial]) -> tuple[str, ...]:
    """Coverage is that of the answers; where the verdict is a refusal, nothing was claimed."""
    answers = [trial for trial in trials if trial.is_answer]
    mean = {
        name: float(np.mean([getattr(trial, name) for trial in answers])) if answers else np.nan
        for name in ("truth", "low", "middle", "high")
    }
    return (
        str(len(answers)),
        share([trial.covers for trial in answers]) if answers else "–",
        share([trial.claims for trial in trials]),
        f"{mean['truth']:,.0f}",
        f"{mean['middle']:,.0f}",
        f"{(mean['high'] - mean['low']) / 2:,.0f}",
        ", ".join(f"{n} {v}" for v, n in Counter(trial.verdict for trial in trials).items()),
    )


def share(held: list[bool]) -> str:
    """How often, with its binomial standard error (Jeffreys' at the ends, so never 0)."""
    n, k = len(held), sum(held)
    smoothed = (k + 0.5) / (n + 1)
    return f"{k / n:.2f} ± {np.sqrt(smoothed * (1 - smoothed) / n):.2f}"


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
    parser.add_argument("--sessions", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--sets", type=int, default=0, help="simulations of each world and size")
    parser.add_argument("--world", default="", help="part of its name")
    parser.add_argument("--seeds", choices=SEEDS, default="held-out")
    options = parser.parse_args(arguments)
    console = Console(width=160)
    if CONVERSION_DATA.exists():
        console.print(open_data_sets())
    if options.sets:
        console.print(coverage(options))
