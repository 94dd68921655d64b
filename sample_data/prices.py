"""prices.toml: what the company pays for a million tokens, and for capacity by the month."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sample_data.spans import Value

PRICES_TOML = Path(__file__).with_name("prices.toml")
STANDARD, RESERVED = "standard", "provisioned"


class Price(NamedTuple):
    """USD for a million tokens; cached_input_usd is that of prompt tokens read from a cache."""

    input_usd: float
    output_usd: float
    cached_input_usd: float

    def cost_usd(self, tokens: "Tokens") -> float:
        """What the tokens of a call cost."""
        return (
            (tokens.input - tokens.cached) * self.input_usd
            + tokens.cached * self.cached_input_usd
            + tokens.output * self.output_usd
        ) / 1e6


class Tokens(NamedTuple):
    """Tokens of a call; cached are those of the prompt that came from a cache."""

    input: int
    cached: int
    output: int

    @property
    def facts(self) -> dict[str, Value]:
        """As the span of the call tells them."""
        return {
            "input_tokens": self.input,
            "output_tokens": self.output,
            "total_tokens": self.input + self.output,
            "cached_tokens": self.cached,
        }


PriceList = Mapping[tuple[str, str], Price]


def load_prices(path: Path = PRICES_TOML) -> PriceList:
    """Prices by model and service tier."""
    return {
        (row["model"], row.get("service_tier", STANDARD)): Price(
            row["input_usd_per_mtok"],
            row["output_usd_per_mtok"],
            row.get("cached_input_usd_per_mtok", row["input_usd_per_mtok"]),
        )
        for row in price_rows(path)
    }


def price_rows(path: Path = PRICES_TOML, table: str = "price") -> list[dict[str, Any]]:
    """The rows as they stand in the file: [[price]] or [[reserved_capacity]] of latencytax.toml."""
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))[table]
    return rows


def reserved_rows() -> list[dict[str, Any]]:
    """[[reserved_capacity]] of latencytax.toml: what is paid by the month."""
    return price_rows(table="reserved_capacity")
