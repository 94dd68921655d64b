"""How long each step of a planned chain takes: as measured, or as the industry says where not.

The two are never mixed: a speed is one or the other, and says which.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from sql.settings import Tier

STEP_FIGURES_TOML = Path(__file__).with_name("step_figures.toml")
LEAST_CALLS = 100
"""A step of which fewer calls were measured takes the industry's figure."""
OF_MODEL_CALL = ("llm_first_token", "llm_token")
"""The two halves of a model call: it is measured when both are."""
GRID = 400
"""Into how many equally likely times an industry figure is drawn out."""

Array = NDArray[np.float64]
Key = tuple[str, str | None]
"""Step and tier as in `step_speed`."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How long one call takes: times [ms], ascending, and the share of calls up to each."""

    ms: Array = field(repr=False)
    up_to: Array = field(repr=False)
    calls: int | None
    """How many were measured; None for an industry figure."""
    source: str
    """Where an industry figure comes from; empty for a measured one."""

    def at(self, share: Array | float) -> Array:
        """The times that these shares of the calls stay within [ms]."""
        return self.ms[np.minimum(np.searchsorted(self.up_to, share), self.ms.size - 1)]


Speeds = Mapping[Key, Speed]


def speeds(measured: pl.DataFrame, tiers: Iterable[Tier]) -> dict[Key, Speed]:
    """A speed for every step that can be planned; `measured` are the rows of `step_speed`."""
    enough = measured.filter(pl.col("n") >= LEAST_CALLS)
    is_whole = pl.col("tier").is_null() | (pl.len().over("tier") == len(OF_MODEL_CALL))
    found = {
        (row["step"], row["tier"]): _measured(row)
        for row in enough.filter(is_whole).iter_rows(named=True)
    }
    return dict(_industry(tiers)) | found


def _measured(row: Mapping[str, Any]) -> Speed:
    calls = np.array(row["calls"], dtype=np.float64)
    return Speed(np.array(row["bucket_ms"]), calls.cumsum() / calls.sum(), row["n"], "")


def _industry(tiers: Iterable[Tier]) -> Iterable[tuple[Key, Speed]]:
    figures = _figures()
    sigma = np.log(figures["spread"]) / ndtri(0.95)
    for step in figures["step"]:
        source = f"{step['source']}; {figures['spread_source']}"
        yield (step["step"], None), _lognormal(step["typical_ms"], sigma, source)
    first = figures["first_token_share"]
    for tier in tiers:
        low_ms, high_ms = max(tier.typical_low_ms, tier.typical_high_ms / 10), tier.typical_high_ms
        median_ms = (low_ms * high_ms) ** 0.5
        sigma = np.log(high_ms / median_ms) / ndtri(0.95)
        halves_ms = (median_ms * first, median_ms * (1 - first) / figures["answer_tokens"])
        told = f"{figures['tier_source']}, {low_ms:,g} to {high_ms:,g} ms"
        why = (figures["first_token_source"], figures["answer_source"])
        for step, half_ms, source in zip(OF_MODEL_CALL, halves_ms, why, strict=True):
            yield (step, tier.name), _lognormal(half_ms, sigma, f"{told}; {source}")


def _lognormal(median_ms: float, sigma: float, source: str) -> Speed:
    shares = (np.arange(GRID) + 0.5) / GRID
    times = median_ms * np.exp(sigma * ndtri(shares))
    return Speed(times, (np.arange(GRID) + 1) / GRID, None, source)


@cache
def _figures() -> dict[str, Any]:
    return tomllib.loads(STEP_FIGURES_TOML.read_text(encoding="utf-8"))
