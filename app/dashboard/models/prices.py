"""The price of speed: what a model costs at each price tier, and how quick it is there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from html import escape
from itertools import groupby

import polars as pl

from app.dashboard import wording
from app.dashboard.cells import heading, table
from app.dashboard.request_words import cost
from app.dashboard.safe_text import shown

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Price:
    """A model at a price tier in a use case: a row of price_of_speed; None is unknown."""

    title: str
    model: str
    service_tier: str | None
    n: int
    first_token_p95: float | None
    response_p95: float | None
    usd_per_1k_tokens: float | None
    total: int
    compliance: float | None
    compliance_low: float | None
    compliance_high: float | None


Pair = tuple[Price, Price]
"""A price tier, and the standard one of the same model in the same use case."""


def prices_of(rows: pl.DataFrame) -> list[Price]:
    """The rows of price_of_speed whose model is called at several price tiers."""
    columns = [field.name for field in fields(Price)]
    prices = [Price(**row) for row in rows.select(columns).iter_rows(named=True)]
    groups = (list(tiers) for _, tiers in groupby(prices, lambda price: (price.title, price.model)))
    return [price for tiers in groups if len(tiers) > 1 for price in tiers]


def answer(prices: Sequence[Price]) -> str:
    """The sentence that answers: the price tier that buys most requests in budget."""
    quicker = [pair for pair in _pairs(prices) if _is_surely_quicker(*pair)]
    if not quicker:
        return "No price tier is seen to keep a budget more often than the standard one."
    fast, standard = max(quicker, key=_gain)
    return (
        f"In {wording.inside(fast.title)}, {shown(fast.model)} at {shown(_tier(fast))} keeps the "
        f"budget for {wording.share(fast.compliance)} of requests against "
        f"{wording.share(standard.compliance)} at standard{_for(fast, standard)}."
    )


def _for(fast: Price, standard: Price) -> str:
    if fast.usd_per_1k_tokens is None or standard.usd_per_1k_tokens is None:
        return "; what it costs is not known"
    dear, usual = cost(fast.usd_per_1k_tokens), cost(standard.usd_per_1k_tokens)
    return f", for {dear} a 1K tokens against {usual}"


def price_table(prices: Iterable[Price]) -> str:
    """A row for each model and price tier."""
    heads = ("Model", "First token p95", "Response p95", "In budget", "A 1K tokens", "Requests")
    return table("Price of speed", heads, map(_row, prices))


def _row(price: Price) -> Sequence[str]:
    ends = wording.interval(price.compliance_low, price.compliance_high)
    return (
        heading(f"{shown(price.model)}, {shown(_tier(price))}", price.title),
        wording.duration(price.first_token_p95),
        wording.duration(price.response_p95),
        f"{wording.share(price.compliance)}<small>{escape(ends)}</small>",
        cost(price.usd_per_1k_tokens),
        wording.count(price.n),
    )


def _pairs(prices: Sequence[Price]) -> Iterator[Pair]:
    standard = {(each.title, each.model): each for each in prices if each.service_tier == STANDARD}
    for price in prices:
        if price.service_tier != STANDARD and (price.title, price.model) in standard:
            yield price, standard[price.title, price.model]


def _is_surely_quicker(fast: Price, standard: Price) -> bool:
    low, high = fast.compliance_low, standard.compliance_high
    return low is not None and high is not None and low > high


def _gain(pair: Pair) -> float:
    fast, standard = pair
    return (fast.compliance_low or 0) - (standard.compliance_high or 0)


def _tier(price: Price) -> str:
    return price.service_tier or "unknown tier"
