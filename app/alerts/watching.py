"""A look at what alarms, and telling people: again rather than never, should we die in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from duckdb import DuckDBPyConnection

from app.alerts.channels import Channel, Message, NotToldError, channels
from app.alerts.episodes import Step, alarms, looked_at, opened, words
from app.alerts.states import State, states
from sql.alert_settings import Alerts
from sql.election import alone
from sql.outbox import Alert, Outbox, outbox_of
from sql.place import place_of
from sql.settings import Settings

Key = tuple[str, int, str]


def look(cursor: DuckDBPyConnection, settings: Settings, now: datetime) -> list[Alert]:
    """One look; what became of the alerts that last, and of those that began or ended."""
    rules = settings.alerts or Alerts()
    seen = {_key(state): state for state in states(cursor, now)}
    place = place_of(settings)
    with alone(place, "alert"), outbox_of(place) as outbox:
        _open(outbox, seen, rules, now)
        told = []
        for alert in outbox.alerts.rows("closed_at is null"):
            step = looked_at(alert, seen.get(_key(alert)), rules, now)
            after = _tell(step, seen.get(_key(alert)), list(channels(settings)), now)
            told.append(after if after == alert else outbox.alerts.note(after))
        return told


def _open(outbox: Outbox, seen: dict[Key, State], rules: Alerts, now: datetime) -> None:
    lasting = {_key(alert) for alert in outbox.alerts.rows("closed_at is null")}
    for key, state in seen.items():
        if alarms(state, rules) and key not in lasting:
            outbox.alerts.claim(opened(state, now))


def _tell(step: Step, state: State | None, to: Sequence[Channel], now: datetime) -> Alert:
    """Told when a channel has taken it; what none has taken is told by the next look."""
    alert = step.alert
    if step.event is None:
        return alert
    name = state.name if state else alert.use_case
    message = Message(
        alert_id=_id(alert),
        event=step.event,
        severity=alert.severity,
        use_case=alert.use_case,
        kind=alert.kind,
        text=words(step, name),
        opened_at=alert.opened_at,
        at=now,
    )
    told_by, errors = tell(message, to)
    return _noted(step, told_by, errors, now)


def _noted(step: Step, told_by: Sequence[str], errors: Sequence[str], now: datetime) -> Alert:
    error = "; ".join(errors) or None
    if told_by:
        return replace(
            step.alert,
            told_at=now,
            times_told=step.alert.times_told + 1,
            error=error,
            told_by=", ".join(dict.fromkeys(told_by)),
        )
    return replace(step.alert, closed_at=None, error=error)


def _key(seen: State | Alert) -> Key:
    return seen.use_case, seen.position, seen.kind


def _id(alert: Alert) -> str:
    words = f"{alert.use_case} {alert.position} {alert.kind} {alert.opened_at.isoformat()}"
    return blake2b(words.encode(), digest_size=8).hexdigest()


def tell(message: Message, to: Sequence[Channel]) -> tuple[list[str], list[str]]:
    """Tell every channel: the kinds of those that took it, and why the others did not."""
    told_by, errors = [], []
    for channel in to:
        try:
            channel.tell(message)
        except NotToldError as error:
            errors.append(f"{channel.name}: {error}")
        else:
            told_by.append(channel.kind)
    return told_by, errors
