"""Numbers and moments in words. Unknown is a dash, never a zero."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

UNKNOWN = "–"
SLI_WORDS = {
    "first_token": "first token",
    "perceived": "first word or sound",
    "response": "response",
}
_UNIT = "\N{NO-BREAK SPACE}"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|ms|s|min|h|pts)(?!\w))")
_MINUTE_S = 60
_TWO_MINUTES_MS = 120_000
_HOUR_S = 3600
_DAY_S = 86_400
_TEN_SECONDS_MS = 10_000
_SECOND_MS = 1000
_TEN_USD = 10
_TEN_THOUSAND_USD = 10_000
_MILLION_USD = 1_000_000


def duration(ms: float | None) -> str:
    """``85 ms`` below a second, ``1.4 s`` above, ``28 min`` from two minutes on."""
    if ms is None:
        return UNKNOWN
    if round(ms) < _SECOND_MS:
        return f"{ms:.0f}{_UNIT}ms"
    if ms >= _TWO_MINUTES_MS:
        return elapsed(ms / _SECOND_MS)
    seconds = f"{ms / 1000:.0f}" if ms >= _TEN_SECONDS_MS else f"{ms / 1000:.1f}"
    return f"{seconds.removesuffix('.0')}{_UNIT}s"


def durations(low_ms: float | None, high_ms: float | None) -> str:
    """``804–837 ms``: an interval; what the sample is too small to say is left out."""
    low, high = duration(low_ms), duration(high_ms)
    match low_ms, high_ms:
        case None, None:
            return "too few"
        case _, None:
            return f"{low} or more"
        case None, _:
            return f"{high} or less"
    if low == high:
        return f"about {low}"
    number, unit = low.split(_UNIT)
    is_one_unit = high.endswith(f"{_UNIT}{unit}")
    return f"{number if is_one_unit else low}–{high}"


def slower(change_ms: float | None) -> str:
    """``80 ms slower``, ``1.2 s faster``."""
    if change_ms is None:
        return UNKNOWN
    if not round(change_ms):
        return "unchanged"
    return f"{duration(abs(change_ms))} {'slower' if change_ms > 0 else 'faster'}"


def share(ratio: float | None) -> str:
    """``96.2 %``; only what is whole reads as 100 %."""
    return UNKNOWN if ratio is None else f"{_percent(ratio)}{_UNIT}%"


def interval(low: float | None, high: float | None) -> str:
    """``95.8–96.6 %``."""
    if low is None or high is None:
        return UNKNOWN
    return f"{_percent(low)}–{_percent(high)}{_UNIT}%"


def _percent(ratio: float) -> str:
    if ratio < 1:
        return f"{min(ratio, 0.999):.1%}".removesuffix("%").removesuffix(".0")
    return f"{ratio * 100:,.0f}"


def points(difference: float | None) -> str:
    """``1.2 pts``: how far two shares are apart, without a sign."""
    return UNKNOWN if difference is None else f"{abs(difference) * 100:.1f}{_UNIT}pts"


def count(number: float | None) -> str:
    """``57,115``."""
    return UNKNOWN if number is None else f"{number:,.0f}"


def sample(n: int) -> str:
    """``n 5,971``: of how many a figure is."""
    return f"n{_UNIT}{count(n)}"


def unbroken(words: str) -> str:
    """The same, with every figure on the line of its unit."""
    return _BEFORE_UNIT.sub(_UNIT, words)


def usd(amount: float | None) -> str:
    """``$4.60``, ``$1,072``, ``$41k``, ``−$1.2M``."""
    if amount is None:
        return UNKNOWN
    size = abs(amount)
    if round(size) < _TEN_USD:
        words = f"{size:.2f}".removesuffix(".00")
    elif round(size) < _TEN_THOUSAND_USD:
        words = f"{size:,.0f}"
    elif size < _MILLION_USD - 500:  # what rounds to a thousand thousands is a million
        words = f"{size / 1000:,.0f}k"
    else:
        words = f"{size / _MILLION_USD:,.1f}M"
    return f"{'−' if amount < 0 and words.strip('0.') else ''}${words}"


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def about_usd(amount: float | None) -> str:
    """The same in two digits, as an estimate is told: ``$9,200`` for 9,211."""
    return usd(float(f"{amount:.1e}") if amount is not None else None)


def usd_interval(low: float | None, high: float | None) -> str:
    """``$28k to $55k``, ``−$12 to $3,167``."""
    return UNKNOWN if low is None or high is None else f"{usd(low)} to {usd(high)}"


def plural(number: int, noun: str) -> str:
    """``1 budget``, ``2 budgets``."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def inside(title: str) -> str:
    """The title as it reads inside a sentence: ``live chat``, but ``CRM assistant``."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def elapsed(seconds: float | None) -> str:
    """``4 s``, ``3 min``, ``5 h``, ``2 days``."""
    if seconds is None:
        return UNKNOWN
    for unit_s, unit in ((_DAY_S, "day"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if seconds >= unit_s:
            number = int(seconds // unit_s)
            return plural(number, unit) if unit == "day" else f"{number}{_UNIT}{unit}"
    return f"{seconds:.1f}{_UNIT}s" if seconds < 1 else f"{seconds:.0f}{_UNIT}s"


def day_and_hour(at: datetime, now: datetime) -> str:
    """``Thursday 14:00`` within the coming week, else ``3 December``."""
    if abs(at - now) < timedelta(days=6):
        return f"{at:%A %H:%M}"
    return f"{at.day} {at:%B}"


def moment(at: datetime, now: datetime) -> str:
    """``18 Nov 00:00``, with the year when it is another one."""
    return f"{at.day} {at:%b %H:%M}" if at.year == now.year else f"{at.day} {at:%b %Y %H:%M}"


def between(from_at: datetime, to_at: datetime) -> str:
    """``21 November 2026 08:00 to 28 November 2026 08:00 UTC``."""
    return f"{from_at:%-d %B %Y %H:%M} to {to_at:%-d %B %Y %H:%M} UTC"


def as_of(at: datetime | None, now: datetime) -> str:
    """``14:02:31 UTC`` today, ``3 December 14:02:31 UTC`` on another day."""
    if at is None:
        return UNKNOWN
    clock = f"{at:%H:%M:%S} UTC"
    return clock if at.date() == now.date() else f"{at.day} {at:%B} {clock}"
