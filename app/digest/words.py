"""Periods and money as a digest says them; unknown is a dash, never a zero."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.dashboard import wording
from app.digest.schedule import Run
from sql.mail_settings import Recipient

UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
WHOLE_FROM = 10
"""Numbers before their unit from here on have no decimal."""
DAY = timedelta(days=1)


def period(recipient: Recipient, run: Run) -> str:
    """``16–22 November 2026`` in the recipient's days, or from which time to which."""
    zone = ZoneInfo(recipient.time_zone)
    start, end = run.from_at.astimezone(zone), run.to_at.astimezone(zone)
    if not (_is_midnight(start) and _is_midnight(end)):
        return f"{_day(start)} {start:%H:%M} to {_day(end)} {end:%H:%M}"
    last = (end - DAY / 2).date()
    first = start.date()
    if first == last:
        return f"{last:%A}, {_day(end - DAY / 2)} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%B %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B %Y}"


def due(recipient: Recipient, at: datetime) -> str:
    """``Monday, 23 November, 08:00 CET``."""
    local = at.astimezone(ZoneInfo(recipient.time_zone))
    return f"{local:%A}, {_day(local)}, {local:%H:%M %Z}"


def money(symbol: str, amount: float | None) -> str:
    """``$312``, ``−$59``, ``$1.8k``."""
    if amount is None:
        return wording.UNKNOWN
    sign = "−" if round(amount) < 0 else ""
    return f"{sign}{symbol}{_short(abs(amount))}"


def money_between(symbol: str, low: float | None, high: float | None) -> str:
    """``$1.8k–4.2k``, ``$2–$1.6k``; with a negative end ``−$59 to $112``."""
    if low is None or high is None:
        return wording.UNKNOWN
    if round(low) < 0:
        return f"{money(symbol, low)} to {money(symbol, high)}"
    lower, upper = _short(abs(low)), _short(high)
    is_of_one_unit = lower[-1].isalpha() == upper[-1].isalpha()
    return f"{symbol}{lower}–{'' if is_of_one_unit else symbol}{upper}"


def change(ratio: float) -> str:
    """``12 %``, without a sign."""
    return wording.share(abs(round(ratio, 2)))


def _short(amount: float) -> str:
    for unit, letter in UNITS:
        number = amount / unit
        if number >= 1 or round(number, 1) >= 1:
            digits = f"{number:.0f}" if number >= WHOLE_FROM else f"{number:.1f}"
            return f"{digits.removesuffix('.0')}{letter}"
    return f"{amount:.0f}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B}"


def _is_midnight(at: datetime) -> bool:
    return (at.hour, at.minute) == (0, 0)
