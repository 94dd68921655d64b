"""Attributes of many owners (spans, resources, events) as flat columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Attributes:
    """Key-value pairs in owner order; an owner's keys are unique.

    `offsets` has one entry per owner plus one; `codes` index into `keys`; `text` is every value as
    text, null where it was empty; `number` the same where it was a number, else NaN.
    """

    offsets: Ints
    keys: list[str]
    codes: Ints
    text: pa.Array
    number: npt.NDArray[np.float64]

    @property
    def owners(self) -> int:
        """How many owners there are, those without attributes included."""
        return len(self.offsets) - 1

    @cached_property
    def owner(self) -> Ints:
        """The owner of each pair."""
        return np.repeat(np.arange(self.owners), np.diff(self.offsets))

    @cached_property
    def positions(self) -> dict[str, Ints]:
        """Where each key stands."""
        order = np.argsort(self.codes.astype(np.int16), kind="stable")  # int16: radix sort
        bounds = np.searchsorted(self.codes[order], np.arange(len(self.keys) + 1))
        return {
            key: order[bounds[code] : bounds[code + 1]]
            for code, key in enumerate(self.keys)
            if bounds[code] < bounds[code + 1]
        }

    def as_entries(self) -> pa.ListArray:
        """One list of STRUCT(key, value) per owner: a MAP without DuckDB's check of its keys."""
        keys = pa.array(self.keys, pa.string()).take(pa.array(self.codes))
        pairs = pa.StructArray.from_arrays([keys, self.text], names=["key", "value"])
        return pa.ListArray.from_arrays(self.offsets.astype(np.int32), pairs)
