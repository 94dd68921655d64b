"""What attributes mean: `conventions.csv` applied to flat attributes, one column per fact."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sql.attributes import Attributes, Ints
from sql.readings import Floats, read_numbers, within, word_reader
from sql.rules import Rule, columns, fact_rules, is_mapped, matches_any

Mask = npt.NDArray[np.bool_]


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

    def code(self, word: str | None) -> int:
        """The index of `word`, which is added when it is new."""
        return -1 if word is None else self.distinct.setdefault(word, len(self.distinct))

    def matching(self, globs: tuple[str, ...]) -> Mask:
        """The rows whose word matches one of `globs`."""
        matches = [matches_any(word, globs) for word in self.distinct]
        return np.array([*matches, False])[self.codes]


def words_of(texts: pa.Array) -> Words:
    """`texts` as words."""
    encoded = texts.dictionary_encode()
    distinct = {word: code for code, word in enumerate(encoded.dictionary.to_pylist())}
    return Words(encoded.indices.fill_null(-1).to_numpy().astype(np.int64), distinct)


@dataclass(slots=True)
class Facts:
    """One column per fact: words, numbers (NaN unknown), and the key each first token came from."""

    words: dict[str, Words]
    numbers: dict[str, Floats]

    def columns(self) -> dict[str, pa.Array]:
        """All facts as Arrow columns, unknown as null."""
        numbers = {name: pa.array(n, mask=np.isnan(n)) for name, n in self.numbers.items()}
        return {name: words.array() for name, words in self.words.items()} | numbers


@dataclass(frozen=True, slots=True)
class Spans:
    """What rules ask of spans beside their attributes."""

    names: pa.Array
    scopes: pa.Array
    start_ns: Ints


def facts_of_spans(attributes: Attributes, spans: Spans) -> Facts:
    """What spans say by their attributes, names and scopes, one row per span."""
    facts = _nothing_known(attributes.owners)
    labels = {"name": words_of(spans.names), "scope": words_of(spans.scopes)}
    for rule in fact_rules():
        at = attributes.positions.get(rule.key)
        if at is not None and "span" in rule.places:
            if rule.scopes:
                at = at[labels["scope"].matching(rule.scopes)[attributes.owner[at]]]
            owner = attributes.owner[at]
            _fill(facts, rule, _taken(attributes, at, rule), owner, spans.start_ns)
        for place in rule.places & labels.keys():
            _fill_labelled(facts, rule, place, labels)
    return facts


def facts_of_resources(attributes: Attributes) -> Facts:
    """What resources say, one row per resource."""
    facts = _nothing_known(attributes.owners)
    never = np.zeros(attributes.owners, np.int64)
    for rule in fact_rules():
        at = attributes.positions.get(rule.key)
        if at is not None and "resource" in rule.places:
            _fill(facts, rule, _taken(attributes, at, rule), attributes.owner[at], never)
    return facts


@dataclass(frozen=True, slots=True)
class SpanEvents:
    """Span events with the index of their span."""

    names: pa.Array
    at_ns: Ints
    owner: Ints
    attributes: Attributes


def read_events(facts: Facts, events: SpanEvents, start_ns: Ints) -> None:
    """Adds what span events say that spans do not; the first event of a name counts."""
    if not len(events.names):
        return
    names, shown = words_of(events.names), _shown(events)
    for rule in fact_rules():
        if "event" not in rule.places or rule.reading == "silent":
            continue
        if rule.reading == "event":
            named = np.flatnonzero(names.matching((rule.key,)) & (shown != NOTHING))[::-1]
            named = named[np.isnan(facts.numbers[rule.column][events.owner[named]])]
            elapsed_ms = (events.at_ns[named] - start_ns[events.owner[named]]) / 1e6
            _write_numbers(facts, rule, elapsed_ms, events.owner[named])
            visible = facts.words["ttft_kind"]
            visible.codes[events.owner[named[shown[named] == TEXT]]] = visible.code("first_visible")
            continue
        at = events.attributes.positions.get(rule.key)
        if at is not None:
            owner = events.owner[events.attributes.owner[at]]
            unknown = np.flatnonzero(_is_unknown(facts, rule.column, owner))[::-1]
            values = _taken(events.attributes, at[unknown], rule)
            _fill(facts, rule, values, owner[unknown], start_ns)


UNKNOWN, NOTHING, TEXT = 0, 1, 2
"""What the user sees of a span event: of most we cannot tell, thoughts show nothing."""


def _shown(events: SpanEvents) -> Ints:
    shown = np.full(len(events.names), UNKNOWN)
    for rule in fact_rules():
        at = events.attributes.positions.get(rule.key)
        if at is not None and rule.reading == "silent":
            is_silent = word_reader(rule.reading)
            texts = events.attributes.text.take(pa.array(at)).to_pylist()
            shown[events.attributes.owner[at]] = [
                NOTHING if is_silent(text) else TEXT for text in texts
            ]
    return shown


def inherit(facts: Facts, resource_facts: Facts, resource: Ints) -> None:
    """Fills what a span does not say with what its resource says."""
    for name, words in resource_facts.words.items():
        own = facts.words[name]
        code_of = np.array([*(own.code(word) for word in words.distinct), -1])
        own.codes = np.where(own.codes < 0, code_of[words.codes[resource]], own.codes)


def unmapped_positions(attributes: Attributes) -> Iterable[tuple[str, Ints]]:
    """(key, where it stands) for keys that no rule reads."""
    return ((key, at) for key, at in attributes.positions.items() if not is_mapped(key))


def _nothing_known(rows: int) -> Facts:
    kinds = columns()
    return Facts(
        words={
            name: Words(np.full(rows, -1), {}, is_flag=kind == "flag")
            for name, kind in kinds.items()
            if kind != "number"
        },
        numbers={name: np.full(rows, np.nan) for name, kind in kinds.items() if kind == "number"},
    )


def _is_unknown(facts: Facts, column: str, owner: Ints) -> Mask:
    if column in facts.numbers:
        return np.isnan(facts.numbers[column][owner])
    return facts.words[column].codes[owner] < 0


Values = tuple[pa.Array, Floats]
"""The same values as text and as numbers, NaN where they are not sent as one."""


def _taken(attributes: Attributes, at: Ints, rule: Rule) -> Values:
    texts = attributes.text.take(pa.array(at))
    if rule.path:
        return within(texts, rule.path), np.full(len(at), np.nan)
    return texts, attributes.number[at]


def _fill(facts: Facts, rule: Rule, values: Values, owner: Ints, start_ns: Ints) -> None:
    texts, numbers = values
    if rule.column in facts.numbers:
        read = read_numbers(rule.reading, texts, numbers, start_ns[owner])
        _write_numbers(facts, rule, read, owner)
        return
    words, read_word = facts.words[rule.column], word_reader(rule.reading)
    encoded = texts.dictionary_encode()
    code_of = [words.code(read_word(text)) for text in encoded.dictionary.to_pylist()]
    codes = np.array([*code_of, -1])[pc.fill_null(encoded.indices, len(code_of)).to_numpy()]
    words.codes[owner[codes >= 0]] = codes[codes >= 0]


def _write_numbers(facts: Facts, rule: Rule, numbers: Floats, owner: Ints) -> None:
    known = ~np.isnan(numbers)
    facts.numbers[rule.column][owner[known]] = numbers[known]
    if rule.column == "ttft_ms":
        source = facts.words["ttft_source"]
        source.codes[owner[known]] = source.code(rule.key)


def _fill_labelled(facts: Facts, rule: Rule, place: str, labels: dict[str, Words]) -> None:
    """What a name or a scope says that matches the rule's glob."""
    scopes = labels["scope"]
    if rule.scopes and not any(matches_any(scope, rule.scopes) for scope in scopes.distinct):
        return
    words, read_word = facts.words[rule.column], word_reader(rule.reading)
    code_of = [
        words.code(read_word(label)) if matches_any(label, (rule.key,)) else -1
        for label in labels[place].distinct
    ]
    codes = np.array([*code_of, -1])[labels[place].codes]
    if rule.scopes:
        codes[~scopes.matching(rule.scopes)] = -1
    words.codes[codes >= 0] = codes[codes >= 0]
