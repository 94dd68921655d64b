"""`python -m tests.benchmarks tax_coverage`: how often intervals hold the truth, and how wide.

Simulations of known worlds, repeated. "If straight" is how often they would, were every curve
believed to be a straight line: what the doubt of its shape buys.
"""

from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from sql.settings import Settings
from sql.tax.cells import Cells
from sql.tax.count import Counted, count
from sql.tax.evidence import gather
from sql.tax.fit import estimate
from sql.tax.measure import measured
from sql.tax.posterior import STRAIGHT
from sql.tax.read import cells_of, merge_with
from sql.tax.upkeep import Round, store
from tests.benchmarks.tax_lake import FOUND, SPEED, lake_in_memory, settings_for
from tests.benchmarks.tax_worlds import WORLDS, Simulated, World, simulate

DATA_VERDICTS = {"measured", "blended"}
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


def simulated(world: World, sessions: int, seed: int) -> dict[str, Trial]:
    """One simulated data set, by part."""
    settings = settings_of(world)
    traffic = simulate(world, sessions, seed)
    with lake_in_memory(settings) as con:
        counted, cells = in_place(con, traffic)
        return tried(con, settings, traffic, counted, cells)


def settings_of(world: World) -> Settings:
    """Those under which its sessions are served."""
    return settings_for("live_chat", decay=world.decay, budget_ms=world.budget_ms)


def in_place(con: duckdb.DuckDBPyConnection, traffic: Simulated) -> tuple[Counted, Cells]:
    """Sessions counted like real ones, in place of those before."""
    con.register("sessions_to_count", traffic.sessions)
    days = con.execute("SELECT DISTINCT hour::date FROM lake.tax_cells").fetchall()
    counted = Counted([day for (day,) in days], {"tax_cells": count(con, "tax_cells")}, None)
    merge_with(con, counted)
    return counted, cells_of(con, "live_chat")


def tried(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    traffic: Simulated,
    counted: Counted,
    cells: Cells,
) -> dict[str, Trial]:
    """Fitted, stored and asked for like real ones."""
    fit = measured(cells, settings.use_cases[0], datetime.now(UTC))
    store(con, Round(counted, [fit]))
    return {
        part: Trial(traffic.lost[part], low, middle, high, verdict, n)
        for _, part, low, middle, high, _, verdict, n in con.execute(FOUND).fetchall()
    }


def coverage(options: Namespace) -> Table:
    """Simulations of every world: how often the interval holds the truth."""
    table = Table(
        "world", "sessions", "sets", "answers", "covered", "claims", "truth", "found",
        "± half", "if straight", "verdicts",
        title=f"90 % intervals over repeated simulations, {options.seeds}",
    )  # fmt: skip
    for sessions in options.sessions:
        of_size: dict[str, tuple[list[Trial], list[bool]]] = {}
        for world in [w for w in WORLDS if options.world in w.name]:
            for part, trials, straight in repeated(world, sessions, options):
                row = (_named(world.name, part), f"{sessions:,}", *summary(trials, straight))
                table.add_row(*row)
                Console(stderr=True, width=160).print(*row)
                all_trials, all_straight = of_size.setdefault(part, ([], []))
                all_trials.extend(trials)
                all_straight.extend(straight)
        for part, held in of_size.items():
            *counts, _truth, _found, _half, straight_held, _verdicts = summary(*held)
            name = _named("all", part)
            table.add_row(name, f"{sessions:,}", *counts, "", "", "", straight_held)
    return table


def _named(name: str, part: str) -> str:
    return name if part == SPEED else f"{name}: quality"


def repeated(
    world: World, sessions: int, options: Namespace
) -> list[tuple[str, list[Trial], list[bool]]]:
    """The same world with other seeds: each part, and whether straight curves hold the truth."""
    first = SEEDS[options.seeds] + 10_000 * WORLDS.index(world)
    settings = settings_of(world)
    trials: dict[str, list[Trial]] = {}
    straight = []
    with lake_in_memory(settings) as con:
        for seed in range(first, first + options.sets):
            traffic = simulate(world, sessions, seed)
            counted, cells = in_place(con, traffic)
            found = tried(con, settings, traffic, counted, cells)
            for part, trial in found.items():
                trials.setdefault(part, []).append(trial)
            if found[SPEED].is_answer and world.decay != "deadline":
                straight.append(_is_held_by_straight(cells, world, traffic.lost[SPEED]))
    return [(part, each, straight if part == SPEED else []) for part, each in trials.items()]


def _is_held_by_straight(cells: Cells, world: World, truth: float) -> bool:
    found = gather(cells, world.budget_ms, is_deadline=False)
    effects = estimate(found, STRAIGHT).posterior.effects
    low, _, high = np.expm1(effects) @ cells.by_bin(cells.conversions)
    return bool(low <= truth <= high)


def summary(trials: list[Trial], straight: list[bool]) -> tuple[str, ...]:
    """Coverage is that of the answers; where the verdict is a refusal, nothing was claimed."""
    answers = [trial for trial in trials if trial.is_answer]
    claims = share([trial.claims for trial in trials])
    verdicts = ", ".join(f"{n} {v}" for v, n in Counter(trial.verdict for trial in trials).items())
    if not answers:
        return (str(len(trials)), "0", "–", claims, "–", "–", "–", "–", verdicts)
    truth, low, middle, high = np.mean(
        [(each.truth, each.low, each.middle, each.high) for each in answers], axis=0
    )
    covered = share([trial.covers for trial in answers])
    figures = (f"{figure:,.0f}" for figure in (truth, middle, (high - low) / 2))
    held = share(straight) if straight else "–"
    return (str(len(trials)), str(len(answers)), covered, claims, *figures, held, verdicts)


def share(held: list[bool]) -> str:
    """How often, with its binomial standard error (Jeffreys' at the ends, so never 0)."""
    n, k = len(held), sum(held)
    smoothed = (k + 0.5) / (n + 1)
    return f"{k / n:.2f} ± {np.sqrt(smoothed * (1 - smoothed) / n):.2f}"


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sessions", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="sizes"
    )
    parser.add_argument("--sets", type=int, default=10, help="simulations of each world and size")
    parser.add_argument("--world", default="", help="part of its name; default: all")
    parser.add_argument("--seeds", choices=SEEDS, default="held-out")
    Console(width=160).print(coverage(parser.parse_args(arguments)))
