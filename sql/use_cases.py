"""Which use case and which model tier a span belongs to, by the globs of the settings."""

from fnmatch import fnmatchcase

import numpy as np
import pyarrow as pa

from sql.attributes import Attributes, Ints
from sql.conventions import Facts, Words
from sql.settings import Tier, UseCase


def assign_use_cases(
    facts: Facts, names: pa.Array, attributes: Attributes, use_cases: tuple[UseCase, ...]
) -> None:
    """Gives every span the first use case that it matches, by its declared name before all else."""
    words = facts.words["use_case"]
    assigned = np.full(len(words.codes), -1)
    matches = [(u.name, key, globs) for u in use_cases for key, globs in u.match.items()]
    matches.sort(key=lambda match: match[1] != "use_case")
    for name, key, globs in reversed(matches):  # the first is written last
        code = words.distinct.setdefault(name, len(words.distinct))
        assigned[_matching(key, globs, facts, names, attributes)] = code
    words.codes = np.where(assigned < 0, words.codes, assigned)


def assign_tiers(facts: Facts, tiers: tuple[Tier, ...]) -> None:
    """Gives every span without a declared tier that of its model."""
    models, words = facts.words["model"], facts.words["tier"]
    code_of = np.array([_tier_code(words, model, tiers) for model in models.distinct] + [-1])
    words.codes = np.where(words.codes < 0, code_of[models.codes], words.codes)


def tier_of(model: str, tiers: tuple[Tier, ...]) -> Tier | None:
    """The first tier with a glob that matches the model."""
    globs = ((tier, glob.lower()) for tier in tiers for glob in tier.models)
    return next((tier for tier, glob in globs if fnmatchcase(model, glob)), None)


def _tier_code(words: Words, model: str, tiers: tuple[Tier, ...]) -> int:
    tier = tier_of(model, tiers)
    return words.code(tier.name if tier else None)


_COLUMNS = {"use_case": "use_case", "agent": "agent", "service.name": "service"}
"""Match keys that are facts; "span_name" is the span's name, any other key an attribute."""


def _matching(
    key: str, globs: tuple[str, ...], facts: Facts, names: pa.Array, attributes: Attributes
) -> Ints:
    """The spans whose word for `key` matches one of `globs`."""
    if key in _COLUMNS:
        words = facts.words[_COLUMNS[key]]
        return _rows_of(words.codes, list(words.distinct), globs)
    if key == "span_name":
        encoded = names.dictionary_encode()
        return _rows_of(encoded.indices.to_numpy(), encoded.dictionary.to_pylist(), globs)
    at = attributes.positions.get(key)
    if at is None:
        return np.empty(0, np.int64)
    encoded = attributes.text.take(pa.array(at)).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy()
    return attributes.owner[at[_rows_of(codes, encoded.dictionary.to_pylist(), globs)]]


def _rows_of(codes: Ints, words: list[str], globs: tuple[str, ...]) -> Ints:
    matches = [any(fnmatchcase(word.lower(), glob.lower()) for glob in globs) for word in words]
    return np.flatnonzero(np.array([*matches, False])[codes])
