"""Simulations of known worlds, repeated: how often the interval holds the truth, and how wide."""

from argparse import Namespace
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from sql.settings import Settings
from sql.tax.count import Counted, count
from sql.tax.measure import measured
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
    counted = Counted([day for (day,) in days], {"tax_cells": count(con, "tax_cells")}, None, None)
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
    claims = share([trial.claims for trial in trials])
    verdicts = ", ".join(f"{n} {v}" for v, n in Counter(trial.verdict for trial in trials).items())
    if not answers:
        return ("0", "–", claims, "–", "–", "–", verdicts)
    truth, low, middle, high = np.mean(
        [(each.truth, each.low, each.middle, each.high) for each in answers], axis=0
    )
    covered = share([trial.covers for trial in answers])
    figures = (f"{figure:,.0f}" for figure in (truth, middle, (high - low) / 2))
    return (str(len(answers)), covered, claims, *figures, verdicts)


def share(held: list[bool]) -> str:
    """How often, with its binomial standard error (Jeffreys' at the ends, so never 0)."""
    n, k = len(held), sum(held)
    smoothed = (k + 0.5) / (n + 1)
    return f"{k / n:.2f} ± {np.sqrt(smoothed * (1 - smoothed) / n):.2f}"
