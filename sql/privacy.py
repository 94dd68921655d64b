"""What people wrote and models answered stays out: by its key, and by how it looks.

Keys that `conventions.csv` knows as content are left out. Others may be new to us, so a long text,
a sentence or a JSON object under a key that nobody maps is emptied; the key stays, to be counted.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sql.attributes import Attributes, Ints
from sql.rules import is_content, is_url, may_be_long

TEXT = "[text]"
"""Stands for a name or a message that was a text."""

LONG_BYTES = 160
SENTENCE_SPACES = 3
LONG_NAME_BYTES = 120
NAME_SPACES = 8

_HEAD = r"""(?s)^([^\n:"'{\[(]{0,80}(?:: ?\d+\b)?).*$"""
"""Of a message: up to its first colon, quote or bracket, and a number after the colon."""


def without_texts(attributes: Attributes) -> Attributes:
    """`attributes` without content, and without texts under keys that nobody knows."""
    kept = _without_content(attributes)
    guarded = _positions(kept, lambda key: not may_be_long(key))
    texts = kept.text.take(pa.array(guarded))
    is_text = pc.fill_null(_is_text(texts), fill_value=False).to_numpy(zero_copy_only=False)
    cut = _cut_addresses(kept)
    if is_text.any():
        emptied = np.zeros(len(kept.codes), bool)
        emptied[guarded[is_text]] = True
        cut = pc.if_else(pa.array(emptied), None, cut)
    return kept if cut is kept.text else replace(kept, text=cut)


def private_names(names: pa.Array) -> pa.Array:
    """Span names; one that is a text is not kept, nor what follows a question mark."""
    is_text = pc.or_(
        pc.greater(pc.binary_length(names), LONG_NAME_BYTES),
        pc.greater_equal(pc.count_substring(names, " "), NAME_SPACES),
    )
    if pc.any(is_text).as_py():
        names = pc.if_else(is_text, TEXT, names)
    if pc.any(pc.match_substring(names, "?")).as_py():
        names = pc.replace_substring_regex(names, r"(?s)\?.*$", "")
    return names


def private_messages(messages: pa.Array) -> pa.Array:
    """Status messages without what they quote: the error's class, a number, a few words."""
    if not pc.any(pc.greater(pc.binary_length(messages), 0)).as_py():
        return messages
    heads = pc.utf8_trim_whitespace(pc.replace_substring_regex(messages, _HEAD, r"\1"))
    is_sentence = pc.greater_equal(pc.count_substring(heads, " "), SENTENCE_SPACES)
    return pc.if_else(is_sentence, TEXT, heads)


def _without_content(attributes: Attributes) -> Attributes:
    dropped = np.fromiter(map(is_content, attributes.keys), bool, len(attributes.keys))
    if not dropped.any():
        return attributes
    keep = ~dropped[attributes.codes]
    kept = np.flatnonzero(keep)
    return Attributes(
        offsets=np.concatenate(([0], np.cumsum(keep)))[attributes.offsets],
        keys=attributes.keys,
        codes=attributes.codes[kept],
        text=attributes.text.take(pa.array(kept)),
        number=attributes.number[kept],
    )


def _positions(attributes: Attributes, is_wanted: Callable[[str], bool]) -> Ints:
    wanted = np.fromiter(map(is_wanted, attributes.keys), bool, len(attributes.keys))
    return np.flatnonzero(wanted[attributes.codes])


def _is_text(texts: pa.Array) -> pa.Array:
    return pc.or_(
        pc.or_(
            pc.greater(pc.binary_length(texts), LONG_BYTES),
            pc.greater_equal(pc.count_substring(texts, " "), SENTENCE_SPACES),
        ),
        pc.or_(pc.starts_with(texts, "{"), pc.starts_with(texts, "[{")),
    )


def _cut_addresses(attributes: Attributes) -> pa.Array:
    """The texts, addresses without what follows their question mark: people search there."""
    at = _positions(attributes, is_url)
    if not len(at):
        return attributes.text
    addresses = attributes.text.take(pa.array(at))
    if not pc.any(pc.match_substring(addresses, "?")).as_py():
        return attributes.text
    mask = np.zeros(len(attributes.codes), bool)
    mask[at] = True
    cut = pc.replace_substring_regex(addresses, r"(?s)\?.*$", "")
    return pc.replace_with_mask(attributes.text, pa.array(mask), cut)
