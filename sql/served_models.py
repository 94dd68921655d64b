"""Which model answered, where it is not the one that was asked for."""

import re
from collections.abc import Iterator

import numpy as np

from sql.attributes import Ints
from sql.conventions import Facts, Words
from sql.settings import Tier
from sql.use_cases import tier_of

_RELEASE = re.compile(
    r"([-@:](latest|default|preview|experimental|exp|beta|free|nitro|v\d+|\d{3,8}|\d\d-\d\d))+$"
)
"""What is added to the name of a model for one release of it, or for one way to it."""


def settle_models(facts: Facts, tiers: tuple[Tier, ...]) -> None:
    """Keeps the name that was asked for where it is the same model that answered.

    A model of a lower tier is a fallback, if the span does not say otherwise.
    """
    served, fallback = facts.words["model"], facts.words["fallback"]
    for asked_name, served_name, rows in _pairs(facts.words["asked_model"], served):
        if is_same_model(asked_name, served_name):
            served.codes[rows] = served.code(asked_name)
        elif _is_lower(served_name, asked_name, tiers):
            untold = rows[fallback.codes[rows] < 0]
            fallback.codes[untold] = fallback.code("true")


def is_same_model(one: str, other: str) -> bool:
    """Whether two names are releases or aliases of one model."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return _RELEASE.sub("", name).replace(".", "-")


def _is_lower(served: str, asked: str, tiers: tuple[Tier, ...]) -> bool:
    """Whether both names have a tier, and the answer is of the quicker one."""
    tier, asked_tier = tier_of(served, tiers), tier_of(asked, tiers)
    if tier is None or asked_tier is None:
        return False
    return tier.typical_low_ms < asked_tier.typical_low_ms


def _pairs(asked: Words, served: Words) -> Iterator[tuple[str, str, Ints]]:
    """Each two names that differ, and the rows that have them."""
    code_of = np.array([*(served.code(word) for word in asked.distinct), -1])
    asked_codes, names = code_of[asked.codes], list(served.distinct)
    differing = np.flatnonzero(
        (asked_codes >= 0) & (served.codes >= 0) & (asked_codes != served.codes)
    )
    pairs = np.stack([asked_codes[differing], served.codes[differing]])
    for asked_code, served_code in np.unique(pairs, axis=1).T:
        rows = differing[(pairs[0] == asked_code) & (pairs[1] == served_code)]
        yield names[asked_code], names[served_code], rows
