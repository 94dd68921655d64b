"""From what is seen now to what is said: opened, said again, over. Nothing here sends anything."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from app.alerts.states import State, lasted
from sql.alert_settings import Alerts
from sql.outbox import Alert

Event = Literal["opened", "again", "over"]


@dataclass(frozen=True, slots=True)
class Step:
    """An alert after a look at it, and what is to be told; None is nothing."""

    alert: Alert
    event: Event | None


def alarms(state: State, rules: Alerts) -> bool:
    """Whether it is bad enough for those who are told."""
    return state.is_alarming and state.severity in rules.severities


def opened(state: State, now: datetime) -> Alert:
    """An alert that begins."""
    return Alert(
        use_case=state.use_case,
        position=state.position,
        kind=state.kind,
        opened_at=now,
        severity=state.severity,
        text=state.words,
        told_at=None,
        times_told=0,
        calm_since=None,
        closed_at=None,
        error=None,
        told_by=None,
    )


def looked_at(alert: Alert, state: State | None, rules: Alerts, now: datetime) -> Step:
    """An alert that lasts: it ends after a while of calm, and between alarm and calm it goes on.

    Without a state its use case or objective has left the settings, or nothing was seen for long.
    """
    if state is None or state.is_calm:
        return _calm(alert, rules, now)
    if not alarms(state, rules):
        return Step(replace(alert, calm_since=None), None)
    is_worse = (alert.severity, state.severity) == ("ticket", "page")
    alert = replace(alert, calm_since=None, severity=state.severity, text=state.words)
    if alert.told_at is None:
        return Step(alert, "opened")
    is_due = now - alert.told_at >= timedelta(hours=rules.again_after_hours)
    return Step(alert, "again" if is_worse or is_due else None)


def _calm(alert: Alert, rules: Alerts, now: datetime) -> Step:
    alert = replace(alert, calm_since=alert.calm_since or now)
    calm_since = alert.calm_since or now
    if now - calm_since < timedelta(minutes=rules.calm_after_minutes):
        return Step(alert, None)
    return Step(replace(alert, closed_at=now), "over" if alert.told_at else None)


def words(step: Step, name: str) -> str:
    """What people are told."""
    alert = step.alert
    if step.event == "over" and alert.closed_at:
        return f"{name}: over after {lasted(alert.opened_at, alert.closed_at)}."
    return f"Still: {alert.text}" if step.event == "again" else alert.text
