"""Random numbers by the block: one numpy call costs as much as hundreds of numbers."""

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

BLOCK = 8192


class Draws:
    """An endless, seeded supply of random numbers, choices and ids. Not thread-safe."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draws everything from the generator."""
        self.uniform = _numbers(rng.random).__next__
        self.normal = _numbers(rng.standard_normal).__next__
        self.trace_id = _ids(rng, 16).__next__
        self.span_id = _ids(rng, 8).__next__

    def chance(self, share: float) -> bool:
        """True in that share of calls; certainty costs no number."""
        return share >= 1.0 or (share > 0.0 and self.uniform() < share)

    def lognormal(self, median: float, sigma: float) -> float:
        """A latency with that median."""
        return median * math.exp(sigma * self.normal())

    def pick(self, shares: Mapping[str, float]) -> str:
        """One of the names, by its share."""
        left = self.uniform()
        for name, share in shares.items():
            left -= share
            if left < 0:
                return name
        return next(reversed(list(shares)))


def _numbers(draw: Callable[[int], NDArray[np.float64]]) -> Iterator[float]:
    while True:
        yield from draw(BLOCK).tolist()


def _ids(rng: np.random.Generator, size: int) -> Iterator[bytes]:
    while True:
        block = rng.bytes(size * BLOCK)
        for at in range(0, len(block), size):
            yield block[at : at + size]
