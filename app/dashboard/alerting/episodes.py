"""What people were alerted to, and what would alarm now, as tables; all text is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from html import escape

import polars as pl

from app.alerts.states import State, lasted
from app.dashboard import wording
from app.dashboard.cells import chip, heading, table
from app.dashboard.safe_text import shown
from app.palette import SEVERITIES

CALM = ("within", "●", "Calm")
WATCH = ("quiet", "■", "Watch")


@dataclass(frozen=True, slots=True)
class Episode:
    """A row of the lake's alerts."""

    use_case: str
    position: int
    kind: str
    opened_at: datetime
    severity: str
    text: str
    told_at: datetime | None
    told_by: str | None
    times_told: int
    calm_since: datetime | None
    closed_at: datetime | None
    error: str | None


def episodes(rows: pl.DataFrame) -> list[Episode]:
    """The rows, in their order."""
    columns = [field.name for field in fields(Episode)]
    return [Episode(**row) for row in rows.select(columns).iter_rows(named=True)]


def states(rows: pl.DataFrame) -> list[State]:
    """The rows of alert_states: what alarms first, then what is not calm."""
    columns = [field.name for field in fields(State)]
    found = [State(**row) for row in rows.select(columns).iter_rows(named=True)]
    return sorted(found, key=lambda each: (not each.is_alarming, each.is_calm, each.severity))


def headline(lasting: Sequence[Episode], found: Sequence[State], *, is_watched: bool) -> str:
    """The sentence that answers: whether anything alarms, and since when."""
    alarming = list(dict.fromkeys(each.name for each in found if each.is_alarming))
    if not is_watched:
        if not alarming:
            return "Nothing alarms now, and nobody would be told if it did."
        return f"{_in_alarm(alarming)}, but nobody is told."
    if not lasting:
        return "Nothing alarms now."
    names = {each.use_case: each.name for each in found}
    of = list(dict.fromkeys(names.get(each.use_case, shown(each.use_case)) for each in lasting))
    since = min(each.opened_at for each in lasting)
    last = "lasts" if len(lasting) == 1 else "last"
    return (
        f"{wording.plural(len(lasting), 'alert')} {last}: {wording.listed(of)}; "
        f"since {since:%-d %B %H:%M} UTC."
    )


def _in_alarm(names: Sequence[str]) -> str:
    """``Live chat and support agent are in alarm``."""
    of = wording.listed([wording.inside(name) for name in names])
    return f"{of[:1].upper()}{of[1:]} {'is' if len(names) == 1 else 'are'} in alarm"


def lasting_table(found: Iterable[Episode], now: datetime) -> str:
    """A row for each alert that is not over."""
    rows = (
        (
            heading(shown(each.text)),
            chip(*SEVERITIES[each.severity]),
            _moment(each.opened_at, now) + _small(f"for {lasted(each.opened_at, now)}"),
            _told(each, now),
        )
        for each in found
    )
    return _wrapping("Alerts that last", ("What", "Severity", "Since (UTC)", "Told"), rows)


def history_table(found: Iterable[Episode], now: datetime) -> str:
    """A row for each alert that is over, the newest first."""
    rows = (
        (
            heading(shown(each.text)),
            chip(*SEVERITIES[each.severity]),
            _moment(each.opened_at, now),
            _ended(each, now),
            _told(each, now),
        )
        for each in found
    )
    heads = ("What", "Severity", "Began (UTC)", "Ended (UTC)", "Told")
    return _wrapping("Alerts that are over", heads, rows)


def states_table(found: Iterable[State]) -> str:
    """A row for each alert that there can be."""
    rows = (
        (
            heading(each.name, f"{each.rule[:1].upper()}{each.rule[1:]}"),
            _state(each),
            escape(f"{each.seen[:1].upper()}{each.seen[1:]}"),
        )
        for each in found
    )
    return _wrapping("Every alert now", ("Alert", "Now", "What is seen"), rows)


def _state(state: State) -> str:
    if state.is_alarming:
        return chip(*SEVERITIES[state.severity])
    return chip(*(CALM if state.is_calm else WATCH))


def _ended(each: Episode, now: datetime) -> str:
    if each.closed_at is None:
        return wording.UNKNOWN
    length = lasted(each.opened_at, each.closed_at)
    return _moment(each.closed_at, now) + _small(f"after {length}")


def _told(each: Episode, now: datetime) -> str:
    failed = _small(f"not told: {shown(each.error)}") if each.error else ""
    if each.told_at is None:
        return f"Nobody yet{failed}"
    by = f"by {each.told_by}" if each.told_by else ""
    times = wording.plural(each.times_told, "time")
    return f"{escape(times)}{_small(by)}{_small(f'last {_moment(each.told_at, now)}')}{failed}"


def _moment(at: datetime, now: datetime) -> str:
    return escape(wording.moment(at, now))


def _small(words: str) -> str:
    return f"<small>{escape(words)}</small>" if words else ""


def _wrapping(label: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose figures are sentences."""
    return f'<div class="lt-wrapping">{table(label, heads, rows)}</div>'


STYLE_SHEET = """
.lt-wrapping .lt-board td.lt-number { white-space: normal; max-width: 20rem;
  overflow-wrap: anywhere; }
.lt-wrapping .lt-board .lt-chip { white-space: nowrap; }
@media (max-width: 900px) {
  .lt-wrapping .lt-board.lt-figures tr { grid-template-columns: 1fr 2fr; }
  .lt-wrapping .lt-board td.lt-number { max-width: none; }
  .lt-wrapping .lt-board td:last-child { grid-column: 1 / -1; }
}
"""
