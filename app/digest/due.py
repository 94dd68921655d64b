"""What is due: runs of a schedule that nobody has claimed, and attempts to be made again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

from app.digest.schedule import Run, runs
from sql.mail_settings import Recipient
from sql.outbox import Dispatch, KnownSchedule, Outbox, outbox_of
from sql.place import place_of
from sql.settings import Settings

LOOKS_BACK = timedelta(minutes=15)
"""A new schedule is due if its time was only just now: cron starts us after the minute."""
MOST_MISSED = 100


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def is_anything_due(settings: Settings, now: datetime) -> bool:
    """Whether a round of sending would have something to do."""
    with outbox_of(place_of(settings)) as outbox:
        return bool(
            ready(outbox, now)
            or outbox.digests.rows("status = 'handing_over'")
            or any(due_runs(recipient, outbox, now) for recipient in settings.recipients)
        )


def due_runs(recipient: Recipient, outbox: Outbox, now: datetime) -> list[Run]:
    """Those that have come due since the schedule is known and have no claim, newest first."""
    since = _known_since(recipient, outbox, now)
    due = []
    for run in islice(runs(recipient, now), MOST_MISSED):
        claim = ("recipient = ? and scheduled_at = ?", recipient.address, run.scheduled_at)
        if run.scheduled_at < since or outbox.digests.rows(*claim):
            break
        due.append(run)
    return due


def ready(outbox: Outbox, now: datetime) -> list[Dispatch]:
    """Claims to be sent now; those of a sender that died are, and nobody else is sending them."""
    claims = outbox.digests.rows("status = 'claimed'")
    return [claim for claim in claims if claim.retry_at is None or claim.retry_at <= now]


def _known_since(recipient: Recipient, outbox: Outbox, now: datetime) -> datetime:
    key = (recipient.address, recipient.schedule, recipient.time_zone)
    outbox.schedules.claim(KnownSchedule(*key, now - LOOKS_BACK))
    (known,) = outbox.schedules.rows("recipient = ? and schedule = ? and time_zone = ?", *key)
    return known.known_since
