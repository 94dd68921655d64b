"""The rows of `conventions.csv`: which attribute, event or name says what."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from functools import cache, lru_cache
from pathlib import Path

from sql.readings import is_number

FILE = Path(__file__).with_name("conventions.csv")

CONTENT = "(content)"
"""The column of keys that hold what people wrote and models answered: globs."""

KEPT = "(kept)"
"""The column of keys whose long texts nobody wrote to an agent: globs."""

URL = "(url)"
"""The column of keys that hold an address: what follows its question mark is left out."""

PLACES = frozenset({"span", "event", "resource", "name", "scope"})
"""Where facts of spans stand: in attributes of three kinds, or in the name of span or scope."""

KEYS_REMEMBERED = 65_536
"""Senders may make up keys without end."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what stands at `key` fills `column`.

    `places` are span, event and resource attributes, or `name` and `scope`, where `key` is a glob.
    `path` leads into a JSON text. `scopes` are globs: the rule holds for these scopes only.
    """

    key: str
    path: str
    places: frozenset[str]
    column: str
    reading: str
    priority: int
    scopes: tuple[str, ...]

    @property
    def is_fact(self) -> bool:
        """Whether it fills a column; else it says what to do with a text."""
        return not self.column.startswith("(")


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, the least preferred first, so that a better one overwrites it."""
    with FILE.open(newline="") as file:
        return tuple(sorted(map(_rule, csv.DictReader(file)), key=lambda rule: -rule.priority))


def _rule(row: dict[str, str]) -> Rule:
    key, _, path = row["key"].partition("#")
    return Rule(
        key=key,
        path=path,
        places=frozenset(row["place"].split("|")),
        column=row["column"],
        reading=row["reading"],
        priority=int(row["priority"] or 0),
        scopes=tuple(filter(None, row["scope"].split("|"))),
    )


@cache
def fact_rules() -> tuple[Rule, ...]:
    """The rules that fill a column of spans."""
    return tuple(rule for rule in rules() if rule.is_fact and rule.places & PLACES)


@cache
def columns() -> dict[str, str]:
    """Every column that rules fill, with the kind of it: number, flag or word."""
    kinds: dict[str, str] = {"ttft_source": "word", "ttft_kind": "word"}
    for rule in fact_rules():
        kind = "number" if is_number(rule.reading) else "word"
        kinds.setdefault(rule.column, kind)
        if rule.reading == "flag":
            kinds[rule.column] = "flag"
    return kinds


@lru_cache(KEYS_REMEMBERED)
def is_content(key: str) -> bool:
    """Whether `key` holds prompt, answer, tool argument or document texts.

    A rule that names the key decides; a glob decides for keys that no rule names.
    """
    named = _rules_of_keys().get(key)
    if named:
        return any(rule.column == CONTENT for rule in named)
    return _matches(key, CONTENT) and not _matches(key, KEPT)


@lru_cache(KEYS_REMEMBERED)
def is_needed(key: str) -> bool:
    """Whether `key` is kept, or read before it is left out."""
    return not is_content(key) or is_mapped(key)


@lru_cache(KEYS_REMEMBERED)
def is_mapped(key: str) -> bool:
    """Whether any rule reads `key`."""
    return any(rule.is_fact for rule in _rules_of_keys().get(key, ()))


@lru_cache(KEYS_REMEMBERED)
def may_be_long(key: str) -> bool:
    """Whether `key` is known to hold no text for or from an agent."""
    named = _rules_of_keys().get(key, ())
    is_read_whole = any(rule.is_fact and not rule.path for rule in named)
    return is_read_whole or is_url(key) or _matches(key, KEPT)


@lru_cache(KEYS_REMEMBERED)
def is_url(key: str) -> bool:
    """Whether `key` holds an address."""
    return _matches(key, URL)


@cache
def _rules_of_keys() -> dict[str, list[Rule]]:
    of_keys: dict[str, list[Rule]] = {}
    for rule in rules():
        of_keys.setdefault(rule.key, []).append(rule)
    return of_keys


@cache
def _pattern(column: str) -> re.Pattern[str]:
    """All globs of a column at once: a key that nobody knows is matched with each of them."""
    return re.compile("|".join(translate(rule.key) for rule in rules() if rule.column == column))


def _matches(key: str, column: str) -> bool:
    return _pattern(column).match(key) is not None


def matches_any(text: str, globs: Iterable[str]) -> bool:
    """Whether `text` matches one of `globs`, capitals being letters of their own."""
    return any(fnmatchcase(text, glob) for glob in globs)
