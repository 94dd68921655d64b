"""What attributes mean: `conventions.csv` applied to flat attributes, one column per fact."""

import csv
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sql.attributes import Attributes, Ints

FILE = Path(__file__).with_name("conventions.csv")
CONTENT = "(content)"
"""The column of keys that hold what people wrote and models answered."""

FACTORS = {"count": 1.0, "ratio": 1.0, "usd": 1.0, "ms": 1.0, "s": 1000.0}
"""Readings of a number, and what it is multiplied with to be in our unit."""

STEPS = frozenset(
    "agent workflow llm embedding retrieval rerank tool guardrail redaction router cache asr tts "
    "http db other".split()
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of `conventions.csv`: the attribute or event `key` fills `column`."""

    key: str
    places: frozenset[str]
    column: str
    reading: str
    priority: int


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, the least preferred first, so that a better one overwrites it."""
    with FILE.open(newline="") as file:
        rows = [
            Rule(
                row["key"],
                frozenset(row["place"].split("|")),
                row["column"],
                row["reading"],
                int(row["priority"] or 0),
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda rule: -rule.priority))


@cache
def is_content(key: str) -> bool:
    """Whether `key` holds prompt, answer, tool argument or document texts."""
    return any(rule.column == CONTENT and fnmatchcase(key, rule.key) for rule in rules())


@cache
def is_mapped(key: str) -> bool:
    """Whether any rule reads `key`."""
    return any(rule.column != CONTENT and rule.key == key for rule in rules())


@dataclass(slots=True)
class Words:
    """A column of words in the making: an index into `distinct` per row, -1 where unknown."""

    codes: Ints
    distinct: dict[str, int]
    is_flag: bool = False

    def array(self) -> pa.Array:
        """The column: a dictionary array, or booleans for a flag."""
        if self.is_flag:
            true = self.distinct.get("true", -2)
            return pa.array(self.codes == true, mask=self.codes < 0)
        words = pa.array(list(self.distinct), pa.string())
        return pa.DictionaryArray.from_arrays(
            pa.array(self.codes.astype(np.int32), mask=self.codes < 0), words
        )


@dataclass(slots=True)
class Facts:
    """One column per fact: words, numbers (NaN unknown), and the key each first token came from."""

    words: dict[str, Words]
    numbers: dict[str, Floats]

    def columns(self) -> dict[str, pa.Array]:
        """All facts as Arrow columns, unknown as null."""
        numbers = {name: pa.array(n, mask=np.isnan(n)) for name, n in self.numbers.items()}
        return {name: words.array() for name, words in self.words.items()} | numbers


def facts_of(attributes: Attributes, place: str, *, start_ns: Ints | None = None) -> Facts:
    """What the attributes of one `place` (span or resource) say, one row per owner.

    `start_ns` is the start of each owner: readings that are points in time count from there.
    """
    facts = _nothing_known(attributes.owners)
    for rule in rules():
        at = attributes.positions.get(rule.key)
        if at is None or place not in rule.places or rule.column == CONTENT:
            continue
        if rule.column in facts.numbers:
            _fill_number(facts, rule, attributes, at, start_ns)
        else:
            _fill_words(facts, rule, attributes, at)
    return facts


def read_events(facts: Facts, names: pa.Array, at_ns: Ints, owner: Ints, start_ns: Ints) -> None:
    """Adds what span events say by their name and time; the first event of a name counts."""
    if not len(names):
        return
    encoded = names.dictionary_encode()
    code_of = {name: code for code, name in enumerate(encoded.dictionary.to_pylist())}
    codes = encoded.indices.to_numpy()
    for rule in rules():
        if "event" in rule.places and rule.reading == "event" and rule.key in code_of:
            at = np.flatnonzero(codes == code_of[rule.key])[::-1]  # the first is written last
            unknown = np.isnan(facts.numbers[rule.column][owner[at]])
            at = at[unknown]
            elapsed_ms = (at_ns[at] - start_ns[owner[at]]) / 1e6
            facts.numbers[rule.column][owner[at]] = elapsed_ms
            _note_source(facts, rule, owner[at])


def inherit(facts: Facts, resource_facts: Facts, resource: Ints) -> None:
    """Fills what a span does not say with what its resource says."""
    for name, words in resource_facts.words.items():
        own = facts.words[name]
        code_of = np.array(
            [own.distinct.setdefault(word, len(own.distinct)) for word in words.distinct] + [-1]
        )
        own.codes = np.where(own.codes < 0, code_of[words.codes[resource]], own.codes)


def unmapped_positions(attributes: Attributes) -> Iterable[tuple[str, Ints]]:
    """(key, where it stands) for keys that no rule reads."""
    return ((key, at) for key, at in attributes.positions.items() if not is_mapped(key))


def _nothing_known(rows: int) -> Facts:
    columns = {rule.column: rule.reading for rule in rules() if rule.column != CONTENT}
    flags = {rule.column for rule in rules() if rule.reading == "flag"}
    words = {
        name: Words(np.full(rows, -1), {}, is_flag=name in flags)
        for name, reading in columns.items()
        if not _is_number(reading)
    }
    words["ttft_source"] = Words(np.full(rows, -1), {})
    numbers = {
        name: np.full(rows, np.nan) for name, reading in columns.items() if _is_number(reading)
    }
    return Facts(words, numbers)


def _is_number(reading: str) -> bool:
    return reading in FACTORS or reading in {"s_or_int_ms", "at", "event"}


def _fill_words(facts: Facts, rule: Rule, attributes: Attributes, at: Ints) -> None:
    words = facts.words[rule.column]
    encoded = attributes.text.take(pa.array(at)).dictionary_encode()
    read = word_reader(rule.reading)
    code_of = np.array([_code(words, read(text)) for text in encoded.dictionary.to_pylist()] + [-1])
    codes = code_of[encoded.indices.fill_null(len(code_of) - 1).to_numpy()]
    words.codes[attributes.owner[at[codes >= 0]]] = codes[codes >= 0]


def _code(words: Words, word: str | None) -> int:
    return -1 if word is None else words.distinct.setdefault(word, len(words.distinct))


def _fill_number(
    facts: Facts, rule: Rule, attributes: Attributes, at: Ints, start_ns: Ints | None
) -> None:
    owner = attributes.owner[at]
    if rule.reading == "at":
        number = _elapsed_ms(attributes.text.take(pa.array(at)), start_ns, owner)
    else:
        number = _numbers(attributes, at) * _factor(rule.reading, attributes, at)
    known = ~np.isnan(number)
    facts.numbers[rule.column][owner[known]] = number[known]
    if rule.column == "ttft_ms":
        _note_source(facts, rule, owner[known])


def _note_source(facts: Facts, rule: Rule, owner: Ints) -> None:
    words = facts.words["ttft_source"]
    words.codes[owner] = _code(words, rule.key)


def _factor(reading: str, attributes: Attributes, at: Ints) -> float | Floats:
    if reading in FACTORS:
        return FACTORS[reading]
    texts = attributes.text.take(pa.array(at)).to_pylist()  # s_or_int_ms
    return np.array([1.0 if text and text.lstrip("-").isdigit() else 1000.0 for text in texts])


def _numbers(attributes: Attributes, at: Ints) -> Floats:
    """Numbers at these positions; texts that spell a number count as one."""
    number = attributes.number[at]
    spelled = np.flatnonzero(np.isnan(number))
    if len(spelled):
        texts = attributes.text.take(pa.array(at[spelled])).to_pylist()
        number[spelled] = [_spelled_number(text) for text in texts]
    return number


def _spelled_number(text: str | None) -> float:
    try:
        return float((text or "").strip(' "'))
    except ValueError:
        return float("nan")


def _elapsed_ms(texts: pa.Array, start_ns: Ints | None, owner: Ints) -> Floats:
    if start_ns is None:
        return np.full(len(owner), np.nan)
    at_ms = np.array([_epoch_ms(text) for text in texts.to_pylist()])
    return at_ms - start_ns[owner] / 1e6


def _epoch_ms(text: str | None) -> float:
    try:
        return datetime.fromisoformat((text or "").strip(' "')).timestamp() * 1000
    except ValueError:
        return float("nan")


@cache
def word_reader(reading: str) -> Callable[[str | None], str | None]:
    """The function that a word reading of `conventions.csv` names. Raises KeyError if there is none."""
    kind, _, argument = reading.partition(":")
    if kind == "const":
        return lambda _text: argument
    if kind == "map":
        mapped = dict(pair.split("=", 1) for pair in argument.split("|"))
        return lambda text: mapped.get((text or "").strip(' "'))
    return {
        "text": _text,
        "flag": _flag,
        "first": _first,
        "model": _model,
        "step": lambda text: text if text in STEPS else None,
    }[kind]


def _text(text: str | None) -> str | None:
    return (text or "").strip(' "') or None


def _flag(text: str | None) -> str | None:
    word = (text or "").strip(' "').lower()
    return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(word)


def _first(text: str | None) -> str | None:
    """The first of a JSON list, or the text itself."""
    if not text or not text.startswith("["):
        return _text(text)
    try:
        items = json.loads(text)
    except ValueError:
        return None
    return str(items[0]) if items else None


_DATE = re.compile(r"[-@](20\d{2}-?\d{2}-?\d{2})$")


def _model(text: str | None) -> str | None:
    """The model's name without the provider's prefix and the release date."""
    name = _text(text)
    return _DATE.sub("", name.rsplit("/", 1)[-1]).lower() if name else None
