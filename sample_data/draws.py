"""Random numbers by name: every request has a row of them, and so has each of its steps.

To ask for one number fewer or one more shifts no other. A company in which one thing is changed
draws the same numbers everywhere else (common random numbers), so that what it changed can be told
request by request. Numbers are drawn by the block: one numpy call costs as much as hundreds.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice, repeat

import numpy as np

BLOCK = 4096
UNIFORMS = (
    *("environment", "region", "service_tier", "cold", "guessed", "quality", "converts"),
    *("happens", "slow", "hedge_slow", "cancelled", "contention", "connects"),
    *("retry", "timeout", "error", "cached", "cache_saving", "abandon", "abandoned_at", "prompt"),
    *("decision", "sheds", "hedged", "evaluated"),
)
NORMALS = (
    *("edge", "router", "closing", "gap", "duration", "hedge", "cold", "round_trip"),
    *("rejection", "backoff", "failure", "input_tokens", "output_tokens", "first_token"),
    *("routed_first_token", "hedge_first_token", "sentence", "first_audio"),
)
Column = Callable[[int], float]


class Row:
    """One row: a number for everything that may happen once in a request or in a step."""

    __slots__ = ("_at", "_normal", "_uniform")

    def __init__(
        self, uniform: Mapping[str, Column], normal: Mapping[str, Column], at: int
    ) -> None:
        """The row at that place of all columns of a block."""
        self._uniform, self._normal, self._at = uniform, normal, at

    def uniform(self, name: str, low: float = 0.0, high: float = 1.0) -> float:
        """The number of that name, somewhere between the two."""
        return low + (high - low) * self._uniform[name](self._at)

    def chance(self, name: str, share: float) -> bool:
        """True in that share of rows."""
        return share > 0.0 and self._uniform[name](self._at) < share

    def lognormal(self, name: str, median: float, sigma: float) -> float:
        """A latency with that median."""
        return median * math.exp(sigma * self._normal[name](self._at))

    def pick(self, name: str, shares: Mapping[str, float]) -> str:
        """One of the keys, by its share."""
        left = self._uniform[name](self._at)
        for key, share in shares.items():
            left -= share
            if left < 0:
                return key
        return next(reversed(list(shares)))


class Draws:
    """An endless, seeded supply of rows and ids. Not thread-safe."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draws everything from the generator."""
        self._rows = chain.from_iterable(_blocks(rng))
        self.ids = _ids(rng).__next__

    def rows(self, count: int) -> list[Row]:
        """The next rows."""
        return list(islice(self._rows, count))


def _blocks(rng: np.random.Generator) -> Iterator[Iterable[Row]]:
    """Each name draws from a generator of its own, so that a new name shifts no other."""
    seed = int(rng.integers(2**63))
    streams = {name: np.random.default_rng((seed, *name.encode())) for name in UNIFORMS + NORMALS}
    while True:
        uniforms = {name: streams[name].random(BLOCK).item for name in UNIFORMS}
        normals = {name: streams[name].standard_normal(BLOCK).item for name in NORMALS}
        yield map(Row, repeat(uniforms), repeat(normals), range(BLOCK))


def _ids(rng: np.random.Generator) -> Iterator[tuple[bytes, int]]:
    """A trace id, and the number from which the ids of its spans count up."""
    while True:
        block = rng.bytes(BLOCK * 24)
        for at in range(0, len(block), 24):
            yield block[at : at + 16], int.from_bytes(block[at + 16 : at + 24])
