"""A settings file read, and what is wrong in one: every problem at once.

SettingsError    permanent: says every problem at once, with file, key, value and remedy
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sql.alert_settings import ALERT_TABLES
from sql.door_settings import DOOR_TABLES
from sql.mail_settings import MAIL_TABLES
from sql.matchers import Clash, Matchers, never_reached, overlaps
from sql.retention_settings import Retention
from sql.settings_shape import (
    Benchmark,
    Document,
    Limits,
    Objective,
    Price,
    Redaction,
    ReservedCapacity,
    Tier,
    UseCase,
)

SHOWN_LENGTH = 80
IN_TOML = {
    "Input should": "must",
    "a valid tuple": "a list",
    "a valid dictionary": "a table",
    "a valid string": "text in quotes",
    "a valid boolean": "true or false",
    "a valid integer": "a whole number",
    "a valid number": "a number",
}
"""What pydantic says, in the words of the file."""
TABLES: Mapping[str, Any] = {
    "limits": Limits,
    "redaction": Redaction,
    "retention": Retention,
    "use_case": UseCase,
    "objective": Objective,
    "tier": Tier,
    "price": Price,
    "reserved_capacity": ReservedCapacity,
    "benchmark": Benchmark,
    **MAIL_TABLES,
    **ALERT_TABLES,
    **DOOR_TABLES,
}


class SettingsError(Exception):
    """The settings cannot be used; the message has a line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems; the message is their lines."""
        self.problems = problems
        super().__init__("\n".join(problems))


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables; ``SettingsError`` when it cannot be read or is not TOML."""
    try:
        return parsed(path.read_text(encoding="utf-8"), path)
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([f"{path}: is not TOML: {error}"]) from error


def parsed(text: str, path: Path) -> dict[str, Any]:
    """The tables of a file's text; ``SettingsError`` when it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path}: is not TOML: {error}"]) from error
    except RecursionError as error:
        raise SettingsError(
            [f"{path}: is nested too deeply; a few levels are all it needs"]
        ) from error


def check(raw: Mapping[str, Any], origins: Mapping[str, str]) -> Document:
    """The document that ``raw`` describes; ``origins`` says where each top-level key came from."""
    try:
        document = TypeAdapter(Document).validate_python(raw)
    except ValidationError as error:
        problems = [_problem(raw, origins, dict(details)) for details in error.errors()]
        raise SettingsError([*problems, *_repeated(raw, origins)]) from error
    if problems := [*_repeated(raw, origins), *_unreachable(document, origins)]:
        raise SettingsError(problems)
    return document


def _repeated(raw: Mapping[str, Any], origins: Mapping[str, str]) -> Iterator[str]:
    """What is there twice, also in a file that is wrong elsewhere."""
    for table, key in IDENTIFIED_BY.items():
        entries = raw.get(table)
        named = filter(_is_table, entries) if isinstance(entries, list | tuple) else ()
        for name, times in Counter(map(key, named)).items():
            if name and times > 1:
                shown = _shortened(repr(name))
                yield f"{origins[table]}: {table} {shown}: is there twice; keep one"


def _is_table(entry: object) -> bool:
    return isinstance(entry, dict)


def _name(entry: dict[str, Any]) -> str:
    name = entry.get("name")
    return name if isinstance(name, str) else ""


def _price(entry: dict[str, Any]) -> str:
    tier = entry.get("service_tier", "standard")
    agreed = "" if tier == "standard" else f" {tier}"
    return f"{entry.get('provider') or 'any'} {entry.get('model')}{agreed}"


IDENTIFIED_BY: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "use_case": _name,
    "tier": _name,
    "benchmark": _name,
    "recipient": lambda entry: str(entry.get("address") or ""),
    "price": _price,
    "reserved_capacity": lambda entry: f"{entry.get('provider')} {entry.get('model')}",
}
"""What tells the entries of a table apart."""


def _unreachable(document: Document, origins: Mapping[str, str]) -> Iterator[str]:
    """Entries for which nothing is left, since earlier ones take all that they name."""
    for table, entries in _competing(document).items():
        for clash in never_reached(entries):
            yield (
                f"{origins[table]}: {clash.second}.{clash.key} = {clash.glob!r}: can never match: "
                f"{clash.first}, which stands before it, takes all that by {clash.by!r}; "
                f"name something else, or put it before {clash.first}"
            )


def doubtful(document: Document) -> tuple[Clash, ...]:
    """What entries may take from those after them; whether they do, only spans can tell."""
    return tuple(clash for entries in _competing(document).values() for clash in overlaps(entries))


def _competing(document: Document) -> dict[str, list[tuple[str, Matchers]]]:
    """What each table's entries are recognised by, in the order in which they are asked."""
    return {
        "use_case": [
            (f"use_case[{each.name}]", {f"match.{key}": globs for key, globs in each.match.items()})
            for each in document.use_case
        ],
        "tier": [(f"tier[{each.name}]", {"models": each.models}) for each in document.tier],
    }


def _problem(raw: Mapping[str, Any], origins: Mapping[str, str], details: dict[str, Any]) -> str:
    location, value = details["loc"], details["input"]
    shown = "" if isinstance(value, dict | list) else f" = {_shortened(repr(value))}"
    return f"{origins[location[0]]}: {_key(raw, location)}{shown}: {_remedy(details)}"


def _shortened(shown: str) -> str:
    return shown if len(shown) <= SHOWN_LENGTH else f"{shown[:SHOWN_LENGTH]}…"


def _word(value: object) -> str:
    """A key or name on one line of a message, whatever is in it."""
    text = str(value)
    return _shortened(text if text.isprintable() else repr(text))


def _remedy(details: dict[str, Any]) -> str:
    match details["type"]:
        case "value_error":
            return str(details["ctx"]["error"])
        case "missing":
            return "is missing; add it"
        case "unexpected_keyword_argument":
            return _unknown_key(details["loc"])
        case "dataclass_type":
            return "must be a table"
        case _:
            return _plainly(str(details["msg"]))


def _plainly(message: str) -> str:
    for python, toml in IN_TOML.items():
        message = message.replace(python, toml)
    return message


def _unknown_key(location: tuple[str | int, ...]) -> str:
    tables = [TABLES[part] for part in location[:-1] if isinstance(part, str) and part in TABLES]
    known = [field.name for field in fields(tables[-1] if tables else Document)]
    known = ["objective" if name == "objectives" else name for name in known]
    near = get_close_matches(str(location[-1]), known, n=1)
    return f"unknown key; did you mean {near[0]!r}?" if near else f"unknown key; known: {known}"


def _key(raw: Any, location: tuple[str | int, ...]) -> str:
    """``use_case[live_chat].objective[1].sli``: entries by name, else counted from 1."""
    key = ""
    for part in location:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            raw = None
        if isinstance(part, int):
            key += f"[{_word(raw.get('name', part + 1) if isinstance(raw, dict) else part + 1)}]"
        else:
            key += f".{_word(part)}" if key else _word(part)
    return key
