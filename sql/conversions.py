"""One conversion as somebody reports it, checked: what a row of the table `conversions` may hold.

ConversionError   the row cannot be used; says what is wrong with it
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

from sql.rules import Rule, rules

PLACE = "conversion"
"""Where rules of `conventions.csv` stand that read the attributes of a conversion."""

NAMED = "(conversion)"
"""The column of the names that spans, span events and log records have that are conversions."""

NAME = "conversion_name"
"""The column of the attribute that names a log record."""

FIELD_OF = {"conversion_kind": "kind"}
"""Columns of `conventions.csv` that another fact of a span has as its name."""

FIELDS = (
    "conversion_id",
    "session_id",
    "trace_id",
    "request_id",
    "occurred_at",
    "kind",
    "revenue_usd",
    "currency",
    "source",
)
LONGEST_TEXT = 512
NO_TRACE_ID = "0" * 32
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS_PER_S = ((1e11, 1), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))
"""Below which number a time is one of seconds, of milliseconds, of microseconds, of nanoseconds."""

_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}-[0-9a-f]{16}")
_ZONE = re.compile(r"\s*(UTC|[+-]\d\d:?\d\d)$")
_MONEY = re.compile(r"[$,\s]")


class ConversionError(Exception):
    """A conversion cannot be used; the message says why."""

    def __init__(self, message: str, *, reason: str) -> None:
        """`reason` is the short name under which it is counted."""
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is known of one conversion; unknown is None."""

    conversion_id: str
    session_id: str | None
    trace_id: str | None
    request_id: str | None
    occurred_at: datetime
    kind: str | None
    revenue_usd: float | None
    source: str


def checked(row: object, *, source: str) -> Conversion:
    """The conversion in an object with some of `FIELDS`; other fields are not looked at.

    `source` holds for rows that name none. A row without `conversion_id` gets one made of all that
    it says, so that the same row again is the same conversion. Raises ConversionError.
    """
    if not isinstance(row, Mapping):
        raise ConversionError("is not an object", reason="not_an_object")
    request_id = _id(row, "request_id", _REQUEST_ID)
    trace_id = _id(row, "trace_id", _TRACE_ID) or (request_id and request_id.partition("-")[0])
    currency = _text(row, "currency")
    if currency is not None and currency.upper() != "USD":
        raise ConversionError(f"revenue is in {currency}, not in USD", reason="currency")
    conversion = Conversion(
        conversion_id=_text(row, "conversion_id") or "",
        session_id=_text(row, "session_id"),
        trace_id=None if trace_id == NO_TRACE_ID else trace_id,
        request_id=request_id,
        occurred_at=_occurred_at(row.get("occurred_at")),
        kind=_text(row, "kind"),
        revenue_usd=_revenue_usd(row.get("revenue_usd")),
        source=_text(row, "source") or source,
    )
    if conversion.conversion_id:
        return conversion
    if conversion.session_id is None and conversion.trace_id is None:
        raise ConversionError(
            "nothing tells whose it is: give session_id, trace_id, request_id or conversion_id",
            reason="nothing_to_join",
        )
    return replace(conversion, conversion_id=_made_id(conversion))


def packed(conversions: list[Conversion]) -> bytes:
    """As the journal keeps them."""
    return json.dumps([asdict(each) for each in conversions], default=datetime.isoformat).encode()


def unpacked(body: bytes) -> list[Conversion]:
    """What `packed` made. Raises ValueError when the bytes are something else."""
    try:
        return [
            Conversion(**row | {"occurred_at": datetime.fromisoformat(row["occurred_at"])})
            for row in json.loads(body)
        ]
    except (TypeError, KeyError) as error:
        raise ValueError(f"not conversions as this version packs them: {error}") from error


def is_conversion(name: str | None) -> bool:
    """Whether a span, span event or log record of this name is a conversion."""
    return name in names()


@cache
def names() -> frozenset[str]:
    """Every such name."""
    return frozenset(rule.key for rule in _rules() if rule.column == NAMED)


def read(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the attributes of a conversion say, and a log's name where it is one."""
    return {
        FIELD_OF.get(rule.column, rule.column): attributes[rule.key]
        for rule in _rules()
        if rule.column != NAMED and attributes.get(rule.key) is not None
    }


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if PLACE in rule.places)


def _made_id(conversion: Conversion) -> str:
    return blake2b(packed([conversion]), digest_size=16).hexdigest()


def _text(row: Mapping[str, object], field: str) -> str | None:
    value = row.get(field)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise ConversionError(f"{field} is not a text", reason=field)
    if value is None or value != value:  # noqa: PLR0124 NaN is how frames leave a field out
        return None
    text = str(value).strip().replace("\0", "").encode("utf-8", "replace").decode()
    if len(text) > LONGEST_TEXT:
        raise ConversionError(f"{field} is longer than {LONGEST_TEXT} characters", reason=field)
    return text or None


def _id(row: Mapping[str, object], field: str, form: re.Pattern[str]) -> str | None:
    text = _text(row, field)
    if text is not None and not form.fullmatch(text := text.lower()):
        raise ConversionError(f"{field} is not hex of the right length", reason=field)
    return text


def _revenue_usd(value: object) -> float | None:
    text = _text({"revenue_usd": value}, "revenue_usd")
    if text is None:
        return None
    try:
        revenue_usd = float(_MONEY.sub("", text))
    except ValueError:
        revenue_usd = math.nan
    if not math.isfinite(revenue_usd):
        raise ConversionError("revenue_usd is not a number", reason="revenue_usd")
    return revenue_usd


def _occurred_at(value: object) -> datetime:
    """UTC; a time without zone is one of UTC already."""
    try:
        at = value if isinstance(value, datetime) else _point_in_time(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ConversionError(f"occurred_at: {error}", reason="occurred_at") from error
    if not EARLIEST <= at < LATEST:
        raise ConversionError(f"occurred_at is in the year {at.year}", reason="occurred_at")
    return at


def _point_in_time(value: object) -> datetime:
    text = _text({"occurred_at": value}, "occurred_at")
    if text is None:
        raise ValueError("is missing")
    try:
        number = float(text)
    except ValueError:
        return datetime.fromisoformat(_ZONE.sub(_closed_up, text))
    if not math.isfinite(number):
        raise ValueError("is not a time")
    units_per_s = next(units for below, units in UNITS_PER_S if abs(number) < below)
    return EPOCH + timedelta(seconds=number / units_per_s)


def _closed_up(zone: re.Match[str]) -> str:
    """`+0200` right behind the time, as ISO 8601 has it; exports put a blank between."""
    return "+00:00" if zone[1] == "UTC" else zone[1]
