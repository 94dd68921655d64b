"""What levers give back of the latency tax, by the latencies of replayed requests."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from sql.what_if.sample import query_text

Latencies = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Money:
    """What the levers give back of the latency tax in a week [USD]; None where nothing tells."""

    usd_week: float | None
    usd_week_low: float | None
    usd_week_high: float | None
    """Ends of the 90 % interval: of the curve, of who converts, of which requests were drawn."""
    tax_usd_week: float | None
    """What slowness costs in a week, now."""
    verdict: str
    """measured or blended; else why there is no money, as in `opportunities`."""
    conversions: int
    """That the tax rests on."""


def money_back(
    cursor: duckdb.DuckDBPyConnection,
    scope: Sequence[object],
    before_ms: Latencies,
    after_ms: Latencies,
) -> Money:
    """The tax of the scope (use case, period and filters) less what it then would be."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE replayed (before_ms double, after_ms double)")
    cursor.execute(
        "INSERT INTO replayed SELECT unnest($1::double[]), unnest($2::double[])",
        [before_ms.tolist(), after_ms.tolist()],
    )
    usd = cursor.execute(query_text("money"), list(scope)).fetchone()
    return Money(*usd) if usd else Money(None, None, None, None, "no_conversions", 0)
