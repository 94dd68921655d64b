"""E-mail addresses, phone numbers and card numbers do not stay, in whatever they stand.

In texts a word takes their place: ``[email]``. In ids it is ``[email:9f86d081884c7d65]``, the same
for the same address, so that sessions still join; it is keyed, so that nobody can try addresses.
"""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache, partial
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sql.attributes import Attributes
from sql.place import Place, place_of
from sql.postgres import Session
from sql.rules import KEYS_REMEMBERED
from sql.settings import Redaction, Settings

KEY_FILE = "redaction.key"
KEY_BYTES = 32
IDS = frozenset({"session_id", "user_id", "task_id", "conversion_id"})
"""Columns that are joined, so that an address in them keeps standing for somebody."""

PHONE_DIGITS = range(7, 16)

StandIn = Callable[[str, str], str]
"""From the name of a pattern and what it found to what takes its place."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to look for: `suspect` is quick and lets through too much, `found` decides."""

    suspect: str
    found: re.Pattern[str]
    holds: Callable[[str], bool] = bool

    def replaced(self, text: str, stand_in: Callable[[str], str]) -> str:
        """`text` with what is found, and holds, made something else."""

        def replaced(match: re.Match[str]) -> str:
            found = match.group()
            return stand_in(found) if self.holds(found) else found

        return self.found.sub(replaced, text)


def _is_phone(text: str) -> bool:
    return sum(map(str.isdigit, text)) in PHONE_DIGITS


_CARD_NUMBER = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[0-2])\d{13}|3[47]\d{13}|3[0689]\d{12}|35\d{14}"
    r"|62\d{14,17}|6(?:011|4\d\d|5\d\d|7\d\d)\d{12}"
)
"""Lengths and first digits of the networks that issue cards (ISO/IEC 7812)."""


def _is_card(text: str) -> bool:
    """Whether it is a card's number by network and check digit (Luhn, ISO/IEC 7812-1, annex B)."""
    number = re.sub(r"[ -]", "", text)
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    check = sum(doubled) + sum(map(int, number[-1::-2]))
    return _CARD_NUMBER.fullmatch(number) is not None and check % 10 == 0


PATTERNS = {
    "email": Pattern(
        r"@|%40",
        re.compile(r"[\w.+'-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)"),
    ),
    "phone": Pattern(
        r"\+[1-9][\d ()/-]{6}|\d{3}[-. ]\d{4}|\b0\d{2,4}[ /-]\d{6}",
        re.compile(
            r"(?<![\w.+-])(?:\+[1-9]\d{0,2}(?:[ /-]?\(?\d{1,14}\)?){1,6}"
            r"|\([2-9]\d{2}\) ?\d{3}[-. ]\d{4}|[2-9]\d{2}([-. ])[2-9]\d{2}\1\d{4}"
            r"|0\d{2,4}[ /-]\d{6,8})(?![\w-]|\.\d)"
        ),
        _is_phone,
    ),
    "card": Pattern(
        r"(?:^|[^0-9A-Za-z.+]|\D\.)\d{4}(?:\d{9}|[ -]\d{4}[ -]\d{4}[ -]\d|[ -]\d{6}[ -]\d{4})",
        re.compile(
            r"(?<![0-9A-Za-z+])(?<!\d[.-])(?:\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
            r"|\d{4}([ -])\d{6}\2\d{4,5})(?![0-9A-Za-z]|[.-]\d)"
        ),
        _is_card,
    ),
}
"""By the names that `redaction.patterns` knows; in this order, an address may end in digits."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Looks for some of `PATTERNS`; `counts` is how many values held each."""

    patterns: tuple[str, ...]
    key: bytes
    counts: Counter[str] = field(default_factory=Counter)

    def texts(self, texts: pa.Array) -> pa.Array:
        """Plain or dictionary-encoded `texts` with ``[email]`` where an address stood."""
        return self._without(texts, lambda name, _found: f"[{name}]")

    def ids(self, ids: pa.Array) -> pa.Array:
        """`ids` with a stand-in that is the same wherever the same address stood."""
        return self._without(ids, self._stand_in)

    def attributes(self, attributes: Attributes) -> Attributes:
        """`attributes` with texts as `texts` has them."""
        return replace(attributes, text=self.texts(attributes.text))

    def columns(self, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Columns of words by name: what joins as `ids` has it, the rest as `texts`; not counted.

        What stands in a column stood in an attribute before, and was counted there.
        """
        quiet = replace(self, counts=Counter())
        return {
            name: quiet.ids(words) if name in IDS else quiet.texts(words)
            for name, words in columns.items()
        }

    def _without(self, texts: pa.Array, stand_in: StandIn) -> pa.Array:
        """Each distinct text is looked at once, and closely only where it is suspect."""
        encoded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
        distinct = encoded.dictionary
        if not self.patterns or not len(distinct):
            return texts
        is_suspect = pc.match_substring_regex(distinct, _suspect(self.patterns))
        suspects = np.flatnonzero(is_suspect.to_numpy(zero_copy_only=False))
        if not len(suspects):
            return texts
        times = np.bincount(encoded.indices.drop_null(), minlength=len(distinct))[suspects]
        words = distinct.take(suspects).to_pylist()
        redacted = [
            self._redacted(word, stand_in, int(each))
            for word, each in zip(words, times, strict=True)
        ]
        if redacted == words:
            return texts
        distinct = pc.replace_with_mask(distinct, is_suspect, pa.array(redacted, pa.string()))
        return distinct.take(encoded.indices)

    def _redacted(self, text: str, stand_in: StandIn, times: int) -> str:
        for name in self.patterns:
            redacted = PATTERNS[name].replaced(text, partial(stand_in, name))
            if redacted != text:
                self.counts[f"redacted_{name}"] += times
                text = redacted
        return text

    def _stand_in(self, name: str, found: str) -> str:
        word = found.lower().replace("%40", "@").encode()
        return f"[{name}:{blake2b(word, key=self.key, digest_size=8).hexdigest()}]"


def redactor_of(settings: Settings) -> Redactor:
    """What looks for the patterns of `settings`; makes the lake's key when there is none yet."""
    patterns = settings.redaction.patterns
    return Redactor(patterns, _key(place_of(settings)) if patterns else b"")


@lru_cache(KEYS_REMEMBERED)
def is_redacted(key: str, redaction: Redaction) -> bool:
    """Whether the value of an attribute is to be dropped: by its key, or for what the key says."""
    if any(fnmatchcase(key, glob) for glob in redaction.keys):
        return True
    return any(
        PATTERNS[name].replaced(key, lambda _found: "") != key for name in redaction.patterns
    )


@cache
def _suspect(patterns: tuple[str, ...]) -> str:
    return "|".join(PATTERNS[name].suspect for name in patterns)


@cache
def _key(place: Place) -> bytes:
    """32 random bytes, kept beside the journal and nowhere in the lake.

    Machines that share a lake share the key, so that one address is one person: it is in the lake's
    PostgreSQL, in a table that no query of ours reaches.
    """
    if place.is_shared:
        return _shared_key(place)
    file = place.home / KEY_FILE
    key = file.read_bytes() if file.exists() else b""
    if len(key) != KEY_BYTES:
        place.home.mkdir(parents=True, exist_ok=True)
        key = secrets.token_bytes(KEY_BYTES)
        file.touch(mode=0o600)
        file.write_bytes(key)
    return key


def carry_key(old: Place, new: Place) -> None:
    """A lake that moves keeps its key, if it ever had one."""
    if (old.home / KEY_FILE).exists() and _shared_key(new, _key(old)) != _key(old):
        raise RuntimeError(f"{new.catalogue} has a key of redaction already: use an empty database")


def _shared_key(place: Place, key: bytes | None = None) -> bytes:
    """Of those who want to be the first, one is."""
    with Session(place) as session:
        session.make_schema()
        session.execute(
            "create table if not exists redaction_key (id integer primary key, key bytea not null)"
        )
        session.execute(
            "insert into redaction_key values (1, ?) on conflict do nothing",
            [key or secrets.token_bytes(KEY_BYTES)],
        )
        [(key,)] = session.execute("select key from redaction_key").fetchall()
        return bytes(key)
