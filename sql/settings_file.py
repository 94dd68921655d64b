"""The shape of ``latencytax.toml``, of the shipped use cases and tiers, and what is wrong in one.

SettingsError    permanent: says every problem at once, with file, key, value and remedy
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    TypeAdapter,
    ValidationError,
)

OUR_MATCH_KEYS = ("use_case", "agent", "span_name", "service.name")
HIGHEST_PORT = 65_535

Entry = TypeVar("Entry")


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > HIGHEST_PORT:
        raise ValueError("must be host:port, for example 127.0.0.1:4317 (port 0 picks a free one)")
    return value


def _match(globs: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for key in globs:
        near = get_close_matches(key, OUR_MATCH_KEYS, n=1, cutoff=0.75)
        if near and key not in OUR_MATCH_KEYS:
            raise ValueError(f"has the key {key!r}; did you mean {near[0]!r}?")
    return globs


def _not_empty(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    if not entries:
        raise ValueError("must have at least one entry")
    return entries


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1)]
Address = Annotated[str, AfterValidator(_address)]
Globs = Annotated[tuple[Name, ...], BeforeValidator(_listed), AfterValidator(_not_empty)]
Match = Annotated[dict[str, Globs], AfterValidator(_match)]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the doors take at most."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    message_bytes: PositiveInt = 32 * 2**20
    """One request, after decompression; beyond: 413 or RESOURCE_EXHAUSTED."""
    journal_bytes: PositiveInt = 4 * 2**30
    """What waits to be loaded; beyond: 503 or UNAVAILABLE."""
    attribute_count: PositiveInt = 256
    """For each span; the rest is cut and counted."""
    value_bytes: PositiveInt = 16 * 1024
    """Each attribute value; the rest is cut."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is left out of all that arrives, even where texts are kept."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    keys: tuple[Name, ...] = ()
    """Globs of attribute keys; their values are dropped."""
    patterns: tuple[Literal["email", "phone", "card"], ...] = ("email", "phone", "card")
    """Of these, a word takes the place: ``[email]``."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The share of a use case's requests that are to be within a threshold."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    sli: Literal["first_token", "perceived", "response"]
    threshold_ms: PositiveFloat
    objective: Annotated[float, Field(gt=0, lt=1)] = 0.95
    window_days: Annotated[int, Field(ge=1, le=366)] = 28


@dataclass(frozen=True, slots=True)
class UseCase:
    """What an agent is used for, how its requests are known, and what it owes."""

    __pydantic_config__ = ConfigDict(extra="forbid", validate_by_name=False, validate_by_alias=True)
    name: Name
    title: Name
    channel: Name
    objectives: Annotated[
        tuple[Objective, ...], Field(alias="objective"), AfterValidator(_not_empty)
    ]
    """The first is the budget that the latency tax counts from."""
    match: Match
    """Globs by ``use_case`` (declared), ``agent``, ``span_name`` or attribute; any one counts."""
    decay: Literal["hinge", "deadline"] = "hinge"
    value_usd: NonNegativeFloat | None = None
    """Per conversion, when conversions carry no revenue; None is unknown."""
    capture_rate: Annotated[float, Field(gt=0, le=1)] = 1.0


@dataclass(frozen=True, slots=True)
class Tier:
    """A class of models that are about as large, and so about as fast."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    name: Name
    title: Name
    typical_low_ms: NonNegativeFloat
    typical_high_ms: PositiveFloat
    models: Globs


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens of a model cost, where the list price is not what is paid."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    model: Name
    """As spans have it, in small letters."""
    input_usd_per_mtok: NonNegativeFloat
    output_usd_per_mtok: NonNegativeFloat
    cached_input_usd_per_mtok: NonNegativeFloat | None = None
    provider: Name | None = None
    """None is every provider."""
    service_tier: Name = "standard"
    """What was agreed with the provider: ``priority``, ``sla``…, as spans have it."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What somebody else found slowness to cost; shown beside our figures, never added to them."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    name: Name
    title: Name
    kind: Literal["randomised", "observational", "claim"]
    loss_per_100_ms: Annotated[float, Field(gt=-1, lt=1)]
    """Relative loss of conversions, 0..1."""
    source: Name


@dataclass(frozen=True, slots=True)
class Document:
    """A settings file as it is written; what it leaves out is None."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    lake: Name | None = None
    data: Name | None = None
    grpc_address: Address | None = None
    http_address: Address | None = None
    dashboard_address: Address | None = None
    keep_content: bool | None = None
    limits: Limits | None = None
    redaction: Redaction | None = None
    use_case: tuple[UseCase, ...] = ()
    tier: tuple[Tier, ...] = ()
    price: tuple[Price, ...] = ()
    benchmark: tuple[Benchmark, ...] = ()


TABLES: Mapping[str, Any] = {
    "limits": Limits,
    "redaction": Redaction,
    "use_case": UseCase,
    "objective": Objective,
    "tier": Tier,
    "price": Price,
    "benchmark": Benchmark,
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
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: is not TOML: {error}"]) from error


def check(raw: Mapping[str, Any], origins: Mapping[str, str]) -> Document:
    """The document that ``raw`` describes; ``origins`` says where each top-level key came from."""
    try:
        document = TypeAdapter(Document).validate_python(raw)
    except ValidationError as error:
        raise SettingsError(
            [_problem(raw, origins, dict(details)) for details in error.errors()]
        ) from error
    entries = [("use_case", entry.name) for entry in document.use_case]
    entries += [("tier", entry.name) for entry in document.tier]
    entries += [("benchmark", entry.name) for entry in document.benchmark]
    entries += [
        ("price", f"{p.provider or 'any'} {p.model} {p.service_tier}") for p in document.price
    ]
    repeated = [entry for entry, count in Counter(entries).items() if count > 1]
    if repeated:
        raise SettingsError(
            [f"{origins[key]}: {key} {name!r}: is there twice; keep one" for key, name in repeated]
        )
    return document


def _problem(raw: Mapping[str, Any], origins: Mapping[str, str], details: dict[str, Any]) -> str:
    location, value = details["loc"], details["input"]
    shown = "" if isinstance(value, dict | list) else f" = {value!r}"
    return f"{origins[location[0]]}: {_key(raw, location)}{shown}: {_remedy(details)}"


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
            return str(details["msg"]).replace("Input should", "must")


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
            key += f"[{raw.get('name', part + 1) if isinstance(raw, dict) else part + 1}]"
        else:
            key += f".{part}" if key else part
    return key
