"""Where the seconds of one use case go: the rows of the model as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from app.dashboard import steps, wording

BANDS = {
    "p0-50": "Fast half",
    "p50-95": "Slow half",
    "p95-99": "Slowest 5 %",
    "p99+": "Slowest 1 %",
}
"""Bands from fast to slow; each leaves out those that have a row of their own."""

METRICS = {"perceived": "Until the first word or sound", "response": "Until the whole answer"}
UNTIL = {"perceived": "to be first heard or read", "response": "to be answered in full"}
NOBODYS = ("network", "orchestration")
WAITING = {
    "llm_prefill": "waiting for the model’s first token",
    "llm_decode": "the model writing",
    "llm_unsplit": "the model",
    "tool": "tools",
    "tts": "speech synthesis",
    "asr": "speech recognition",
}
"""What the largest step is called inside the sentence."""
SHOWN_LEAST = 0.005
"""A smaller share of every band is in the chart, not in the table."""


@dataclass(frozen=True, slots=True)
class Band:
    """The requests of one band, and how long they spent in each step on average."""

    name: str
    n: int
    ms: dict[str, float]
    """Mean time by step, in the order in which charts stack them [ms]."""
    exemplars: dict[str, list[str]]
    """Ids of the requests that spent most time in a step."""

    @property
    def total_ms(self) -> float:
        """Mean latency of the band."""
        return sum(self.ms.values())

    def share(self, *of_steps: str) -> float:
        """Share of the band's time that these steps take."""
        return sum(self.ms.get(step, 0.0) for step in of_steps) / self.total_ms


def bands_of(cells: pl.DataFrame, use_case: str) -> list[Band]:
    """The bands of a use case that have requests, fast to slow."""
    of_case = cells.filter(pl.col("use_case") == use_case)
    return [
        _band(name, of_case.filter(pl.col("band") == name))
        for name in BANDS
        if name in of_case["band"]
    ]


def slow(bands: Sequence[Band]) -> Band:
    """The band around the 95th percentile, or the slowest below it when requests are few."""
    return next((band for band in bands if band.name == "p95-99"), bands[-1])


def headline(bands: Sequence[Band], title: str, metric: str) -> str:
    """The sentence that answers: what the slow answers wait for."""
    band = slow(bands)
    step = max(band.ms, key=band.ms.__getitem__)
    largest = WAITING.get(step, wording.inside(steps.words(step)))
    return (
        f"{_which(band)} of {wording.inside(title)} requests take "
        f"{wording.duration(band.total_ms)} {UNTIL[metric]}; "
        f"{wording.share(band.share(step))} of that is {largest}."
    )


def nobodys(bands: Sequence[Band]) -> str:
    """What no model or tool works in."""
    band = slow(bands)
    network, orchestration = (band.share(step) for step in NOBODYS)
    return (
        f"Network and orchestration, in which no model and no tool works, take "
        f"{wording.share(network + orchestration)} of it: "
        f"{wording.duration((network + orchestration) * band.total_ms)} a request "
        f"({wording.share(network)} network, {wording.share(orchestration)} orchestration; "
        f"mean of {wording.plural(band.n, 'request')})."
    )


def _which(band: Band) -> str:
    words = {"p95-99": "The slowest 5 %", "p99+": "The slowest 1 %", "p50-95": "The slower half"}
    return words.get(band.name, "Requests")


def _band(name: str, rows: pl.DataFrame) -> Band:
    by_step = {row["step"]: row for row in rows.iter_rows(named=True)}
    return Band(
        name=name,
        n=rows["n"][0],
        ms={step: by_step[step]["ms"] for step in steps.STEPS if step in by_step},
        exemplars={step: row["exemplars"] for step, row in by_step.items()},
    )
