"""When a digest is due, and which period it tells of: both by the schedule, never by the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim

from sql.mail_settings import Recipient

NEARLY_A_DAY = timedelta(hours=20)
"""Runs that lie closer together tell of what lies between them, not of whole days."""


@dataclass(frozen=True, slots=True)
class Run:
    """A moment of a recipient's schedule, and the period that its digest tells of."""

    scheduled_at: datetime
    from_at: datetime
    to_at: datetime


def runs(recipient: Recipient, until: datetime) -> Iterator[Run]:
    """The runs of the schedule up to a moment, newest first, without end; all times in UTC."""
    zone = ZoneInfo(recipient.time_zone)
    for later, earlier in pairwise(_moments(recipient, until, backwards=True)):
        yield Run(later, *_period(earlier, later, zone))


def next_runs(recipient: Recipient, after: datetime, count: int) -> list[datetime]:
    """The coming moments of the schedule, in UTC."""
    return list(islice(_moments(recipient, after, backwards=False), count))


def _period(earlier: datetime, later: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The recipient's whole days between two runs; of several runs a day, what lies between."""
    if later - earlier < NEARLY_A_DAY:
        return earlier, later
    return _midnight(earlier, zone), _midnight(later, zone)


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    day = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return day.astimezone(UTC)


def _moments(recipient: Recipient, start: datetime, *, backwards: bool) -> Iterator[datetime]:
    """With the start itself backwards, without it forwards."""
    local = start.astimezone(ZoneInfo(recipient.time_zone))
    if backwards:
        local += timedelta(seconds=1)
    for moment in CronSim(recipient.schedule, local, reverse=backwards):
        yield moment.astimezone(UTC)
