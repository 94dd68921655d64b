"""The shape of ``latencytax.toml``, and of the shipped use cases, tiers and benchmarks.

What pydantic can say of one value alone stands here; what several say together is in
`sql.settings_file`.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Strict,
    model_validator,
)

from sql.alert_settings import AlertsTable
from sql.door_settings import Doors, LoginTable, Tls
from sql.mail_settings import Recipient, SmtpTable, WebAddress
from sql.path_steps import step_names
from sql.retention_settings import Retention

OUR_MATCH_KEYS = ("use_case", "agent", "span_name", "service.name")
HIGHEST_PORT = 65_535
DAY_MS = 86_400_000
EXABYTE = 2**60
CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False)

Entry = TypeVar("Entry")


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    is_port = port.isdecimal() and len(port) <= len(str(HIGHEST_PORT))
    if not host or not is_port or int(port) > HIGHEST_PORT:
        raise ValueError("must be host:port, for example 127.0.0.1:4317 (port 0 picks a free one)")
    return value


def _plain(value: str) -> str:
    if not value.strip() or any(ord(char) < ord(" ") for char in value):
        raise ValueError("must be a word or more, without control characters")
    return value


def _step(value: str) -> str:
    if value not in step_names():
        near = get_close_matches(value, step_names(), n=1)
        known = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(step_names())}"
        raise ValueError(f"is no step of the critical path; {known}")
    return value


def _match(globs: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not globs:
        raise ValueError("names nothing, so no request could match it; add a glob")
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


Name = Annotated[str, AfterValidator(_plain)]
Step = Annotated[str, AfterValidator(_step)]
Count = Annotated[PositiveInt, Strict(), Field(le=EXABYTE)]
Ratio = Annotated[float, Strict()]
Milliseconds = Annotated[NonNegativeFloat, Strict(), Field(le=DAY_MS)]
LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
Usd = Annotated[NonNegativeFloat, Strict(), Field(le=1e9)]
Address = Annotated[str, AfterValidator(_address)]
Globs = Annotated[tuple[Name, ...], BeforeValidator(_listed), AfterValidator(_not_empty)]
Match = Annotated[dict[str, Globs], AfterValidator(_match)]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the doors take at most."""

    __pydantic_config__ = CONFIG
    message_bytes: Count = 32 * 2**20
    """One request, after decompression; beyond: 413 or RESOURCE_EXHAUSTED."""
    journal_bytes: Count = 4 * 2**30
    """What waits to be loaded; beyond: 503 or UNAVAILABLE."""
    attribute_count: Count = 256
    """For each span; the rest is cut and counted."""
    value_bytes: Count = 16 * 1024
    """Each attribute value; the rest is cut."""
    token_bytes_per_s: Count | None = None
    """What a token may send, over ten seconds; beyond: 429 or RESOURCE_EXHAUSTED; None is all."""
    connections: Annotated[Count, Field(le=2**20)] = 4096
    """At the HTTP door at once; beyond: 503."""
    head_bytes: Annotated[Count, Field(ge=1024, le=2**20)] = 32 * 1024
    """What stands before a request's body; beyond: 431 or RESOURCE_EXHAUSTED."""
    request_s: Annotated[Count, Field(le=3600)] = 30
    """Within which a request arrives whole, from its first byte; beyond, the sender is cut off."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is left out of all that arrives, even where texts are kept."""

    __pydantic_config__ = CONFIG
    keys: tuple[Name, ...] = ()
    """Globs of attribute keys; their values are dropped."""
    patterns: tuple[Literal["email", "phone", "card"], ...] = ("email", "phone", "card")
    """Of these, a word takes the place: ``[email]``."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The share of a use case's requests that are to be within a threshold."""

    __pydantic_config__ = CONFIG
    sli: Literal["first_token", "perceived", "response"]
    threshold_ms: Annotated[PositiveFloat, Strict(), Field(le=DAY_MS)]
    step: Step | None = None
    """Only this step's part of that time counts; None is all of it."""
    objective: Annotated[Ratio, Field(gt=0, lt=1)] = 0.95
    window_days: Annotated[int, Strict(), Field(ge=1, le=366)] = 28

    @model_validator(mode="after")
    def _has_a_step_that_can_be_known(self) -> Self:
        if self.step is not None and self.sli == "first_token":
            raise ValueError(
                f"cannot be about the step {self.step!r} until the first token; "
                'use sli = "perceived"'
            )
        return self


def _objectives(objectives: tuple[Objective, ...]) -> tuple[Objective, ...]:
    if objectives[0].step is not None:
        raise ValueError(
            "must begin with one about the whole request, which is the budget that the latency tax "
            "counts from; put those with a step after it"
        )
    if repeated := [one for at, one in enumerate(objectives) if one in objectives[:at]]:
        one = repeated[0]
        raise ValueError(
            f"has sli = {one.sli!r} within {one.threshold_ms:g} ms twice, all else alike; keep one"
        )
    return objectives


@dataclass(frozen=True, slots=True)
class UseCase:
    """What an agent is used for, how its requests are known, and what it owes."""

    __pydantic_config__ = ConfigDict(**CONFIG, validate_by_name=False, validate_by_alias=True)
    name: Name
    title: Name
    channel: Name
    objectives: Annotated[
        tuple[Objective, ...],
        Field(alias="objective"),
        AfterValidator(_not_empty),
        AfterValidator(_objectives),
    ]
    """The first is the budget that the latency tax counts from."""
    match: Match
    """Globs by ``use_case`` (declared), ``agent``, ``span_name`` or attribute; any one counts."""
    decay: Literal["hinge", "deadline"] = "hinge"
    value_usd: Usd | None = None
    """Per conversion, when conversions carry no revenue; None is unknown."""
    capture_rate: Annotated[Ratio, Field(gt=0, le=1)] = 1.0


@dataclass(frozen=True, slots=True)
class Tier:
    """A class of models that are about as large, and so about as fast."""

    __pydantic_config__ = CONFIG
    name: Name
    title: Name
    typical_low_ms: Milliseconds
    typical_high_ms: Milliseconds
    models: Globs

    @model_validator(mode="after")
    def _has_its_ends_in_order(self) -> Self:
        if self.typical_low_ms > self.typical_high_ms:
            raise ValueError("has typical_low_ms above typical_high_ms; swap them")
        return self


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens of a model cost, where the list price is not what is paid."""

    __pydantic_config__ = CONFIG
    model: Name
    """As spans have it, in small letters."""
    input_usd_per_mtok: Usd
    output_usd_per_mtok: Usd
    cached_input_usd_per_mtok: Usd | None = None
    provider: Name | None = None
    """None is every provider."""
    service_tier: Name = "standard"
    """What was agreed with the provider: ``priority``, ``sla``…, as spans have it."""


@dataclass(frozen=True, slots=True)
class ReservedCapacity:
    """What is paid for a model by the month, whatever it is asked: calls at tier `provisioned`."""

    __pydantic_config__ = CONFIG
    model: Name
    """As spans have it, in small letters."""
    provider: Name
    """As spans have it."""
    usd_per_month: Usd
    speed_share: Annotated[Ratio, Field(ge=0, le=1)]
    """How much of it is paid to be fast, 0..1: nothing that spans tell, so it has no default."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What somebody else found slowness to cost; shown beside our figures, never added to them."""

    __pydantic_config__ = CONFIG
    name: Name
    title: Name
    kind: Literal["randomised", "observational", "claim"]
    loss_per_100_ms: Annotated[Ratio, Field(gt=-1, lt=1)]
    """Relative loss of conversions, 0..1."""
    source: Name


@dataclass(frozen=True, slots=True)
class Document:
    """A settings file as it is written; what it leaves out is None."""

    __pydantic_config__ = CONFIG
    lake: Name | None = None
    data: Name | None = None
    home: Name | None = None
    grpc_address: Address | None = None
    http_address: Address | None = None
    dashboard_address: Address | None = None
    log_format: LogFormat | None = None
    log_level: LogLevel | None = None
    keep_content: Annotated[bool, Strict()] | None = None
    limits: Limits | None = None
    redaction: Redaction | None = None
    retention: Retention | None = None
    use_case: tuple[UseCase, ...] = ()
    tier: tuple[Tier, ...] = ()
    price: tuple[Price, ...] = ()
    reserved_capacity: tuple[ReservedCapacity, ...] = ()
    benchmark: tuple[Benchmark, ...] = ()
    dashboard_url: WebAddress | None = None
    smtp: SmtpTable | None = None
    recipient: tuple[Recipient, ...] = ()
    alerts: AlertsTable | None = None
    tls: Tls | None = None
    doors: Doors | None = None
    login: LoginTable | None = None
