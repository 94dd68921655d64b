"""Prices that the lake keeps: listed ones (genai-prices, nothing is fetched), reserved capacity."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from sql.readings import word_reader
from sql.settings import Settings

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo

PACKAGE = "genai-prices"
EXACT = ("equals",)
LOOSE = ("starts_with", "contains")
"""How a clause of the package names a model: by its whole name, or by a part of it."""
PARTS = ("or_", "and_")
COLUMNS = ("input_mtok", "output_mtok", "cache_read_mtok")
SERVICE_TIERS = {
    "standard": {},
    "priority": {"service_tier": "priority"},
    "flex": {"service_tier": "flex"},
    "batch": {"processing": "batch"},
}
"""Our service tiers, and what the package calls them; it knows no others."""
SCHEMA = pa.schema(
    [("model", pa.string()), ("provider", pa.string())]
    + [(name, pa.float64()) for name in COLUMNS]
    + [("is_default", pa.bool_()), ("service_tier", pa.string())]
)


def refresh_prices(con: duckdb.DuckDBPyConnection) -> None:
    """Bring `lake.model_prices` up to the installed package; once a day, for prices have dates."""
    source = f"{PACKAGE} {version(PACKAGE)}"
    today = datetime.now(UTC).date()
    fresh = con.execute(
        "SELECT count(*) FROM lake.model_prices WHERE source = ? AND refreshed_at >= ?",
        [source, today],
    ).fetchone()
    if fresh and fresh[0]:
        return
    con.register("listed_prices", _prices(today))
    con.execute("DELETE FROM lake.model_prices")
    con.execute(
        "INSERT INTO lake.model_prices BY NAME "
        "SELECT * RENAME (input_mtok AS input_usd_per_mtok, output_mtok AS output_usd_per_mtok, "
        "cache_read_mtok AS cached_input_usd_per_mtok), ? AS source, now() AS refreshed_at "
        "FROM listed_prices",
        [source],
    )
    con.unregister("listed_prices")


def store_reserved(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring `lake.reserved_capacity` up to the settings, for readers that have others."""
    reserved = settings.reserved_capacity
    rows = [(r.model.lower(), r.provider, r.usd_per_month, r.speed_share) for r in reserved]
    stored = con.execute("FROM lake.reserved_capacity ORDER BY ALL").fetchall()
    if stored == sorted(rows):
        return
    con.execute("DELETE FROM lake.reserved_capacity")
    if rows:
        con.executemany("INSERT INTO lake.reserved_capacity VALUES (?, ?, ?, ?)", rows)


@cache
def _prices(on: date) -> pa.Table:
    """A row for each model, provider and service tier, under every name that the package knows."""
    # Half a second of data as code: only who writes prices needs it.
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    snapshot = get_snapshot()
    at = datetime.combine(on, datetime.min.time(), UTC)
    rows = []
    for provider in snapshot.providers:
        for name, model in _names(provider).items():
            is_default = _maker(snapshot, name) == provider.id
            for service_tier, costs in _costs(model, at).items():
                rows.append((name, provider.id, *costs, is_default, service_tier))
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)


def _costs(model: "ModelInfo", at: datetime) -> dict[str, tuple[float | None, ...]]:
    """By service tier, where the model has one: what a million tokens cost [USD]."""
    costs = {}
    for service_tier, context in SERVICE_TIERS.items():
        price = model.get_prices(at, context)
        costs[service_tier] = tuple(_usd(getattr(price, column)) for column in COLUMNS)
    standard = costs["standard"]
    return {
        service_tier: cost
        for service_tier, cost in costs.items()
        if cost[0] is not None and (service_tier == "standard" or cost != standard)
    }


def _names(provider: Any) -> dict[str, "ModelInfo"]:
    """The provider's models by their names as spans have them, the most exact name first."""
    read = word_reader("model")
    names: dict[str, ModelInfo] = {}
    candidates = [(model.id, model) for model in provider.models]
    candidates += [(n, model) for model in provider.models for n in _literals(model.match, EXACT)]
    candidates.sort(key=lambda candidate: read(candidate[0]) != candidate[0])
    for name, model in candidates:
        names.setdefault(read(name) or name, model)
    for model in provider.models:
        for part in _literals(model.match, LOOSE):
            name = read(part) or part
            if name not in names and provider.find_model(name) is model:
                names[name] = model
    return names


def _literals(clause: Any, kinds: tuple[str, ...]) -> Iterator[str]:
    """The texts that a clause looks for in one of these ways."""
    for part in PARTS:
        for inner in getattr(clause, part, ()):
            yield from _literals(inner, kinds)
    yield from (getattr(clause, kind) for kind in kinds if hasattr(clause, kind))


def _maker(snapshot: Any, name: str) -> str | None:
    """The provider that the package takes for a model of which only the name is known."""
    try:
        return str(snapshot.find_provider(name, None, None).id)
    except LookupError:
        return None


def _usd(price: Any) -> float | None:
    """Of a price that rises with the length of the prompt, the lowest."""
    base = price if isinstance(price, Decimal | None) else price.base
    return None if base is None else float(base)
