"""A round of sending: what is due is claimed, made and handed over, each once.

A claim is on the disk before a server is asked, and so is the word that the last byte goes out.
A sender that dies before that word is followed by one that sends; one that dies after it leaves a
digest that is not sent again by itself, because the server may have it: it is ``uncertain``.
"""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from app.digest.due import Clock, due_runs, ready, utc_now
from app.digest.making import Made, make
from app.digest.message import headers_of, message_of, source
from app.digest.schedule import Run, runs
from app.digest.smtp import RefusedError, RetryError, UncertainError, hand_over
from sql.election import alone
from sql.lake import open_reader
from sql.mail_settings import Recipient, Smtp
from sql.outbox import Dispatch, Outbox, Status, outbox_of
from sql.place import place_of
from sql.settings import Settings, SettingsError

LOG = logging.getLogger(__name__)

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""How long to wait after each attempt; when all are used up, it is given up."""
LATE_AFTER = timedelta(hours=1)
REPLACED = "missed: a later one was due by the time anybody could send"
GONE = "nobody of this address is in the settings any more"
NO_SERVER = "smtp: is missing; say in [smtp] which server takes the mail (docs/digest.md)"


def send_due(settings: Settings, clock: Clock = utc_now) -> list[Dispatch]:
    """Send what is due and what is to be tried again; what became of each."""
    known = {recipient.address: recipient for recipient in settings.recipients}
    with _sender(settings, clock) as sender:
        for recipient in settings.recipients:
            sender.claim_due(recipient)
        return [
            sender.deliver(dispatch, known.get(dispatch.recipient))
            for dispatch in ready(sender.outbox, clock())
        ]


def send_by_hand(settings: Settings, recipient: Recipient, clock: Clock = utc_now) -> Dispatch:
    """Send the digest of the newest period, whatever the schedule says, with one attempt."""
    now = clock()
    run = replace(next(runs(recipient, now)), scheduled_at=now)
    with _sender(settings, clock) as sender:
        return sender.deliver(sender.claim(recipient, run, is_by_hand=True), recipient)


@dataclass(frozen=True, slots=True)
class _Sender:
    """The only sender for as long as it lives."""

    settings: Settings
    smtp: Smtp
    outbox: Outbox
    clock: Clock

    def claim_due(self, recipient: Recipient) -> None:
        """Claim what has come due; of several that were missed the newest stands for all."""
        for older, run in enumerate(due_runs(recipient, self.outbox, self.clock())):
            self.claim(recipient, run, status="skipped" if older else "claimed")

    def claim(
        self,
        recipient: Recipient,
        run: Run,
        *,
        status: Status = "claimed",
        is_by_hand: bool = False,
    ) -> Dispatch:
        """The run, from now on nobody else's."""
        dispatch = Dispatch(
            recipient=recipient.address,
            scheduled_at=run.scheduled_at,
            from_at=run.from_at,
            to_at=run.to_at,
            status=status,
            is_late=False,
            is_by_hand=is_by_hand,
            attempts=0,
            retry_at=None,
            subject=None,
            body=None,
            error=REPLACED if status == "skipped" else None,
            claimed_at=self.clock(),
            sent_at=None,
        )
        self.outbox.digests.claim(dispatch)
        return dispatch

    def deliver(self, dispatch: Dispatch, recipient: Recipient | None) -> Dispatch:
        """One attempt, and what became of it."""
        if recipient is None:
            return self.outbox.digests.note(dispatch, status="given_up", error=GONE, retry_at=None)
        now = self.clock()
        is_late = not dispatch.is_by_hand and now - dispatch.scheduled_at > LATE_AFTER
        dispatch = self.outbox.digests.note(
            dispatch, attempts=dispatch.attempts + 1, is_late=is_late
        )
        try:
            made = self._made(dispatch, recipient)
            dispatch = replace(
                dispatch, subject=made.digest.subject, body=made.text(), retry_at=None
            )
            self._hand_over(dispatch, made)
        except RefusedError as error:
            return self.outbox.digests.note(dispatch, status="refused", error=str(error))
        except UncertainError as error:
            return self.outbox.digests.note(dispatch, status="uncertain", error=str(error))
        except RetryError as error:
            return self._later(dispatch, str(error))
        except Exception as error:  # one that cannot be made must not keep the others
            LOG.exception("the digest for %s cannot be made", dispatch.recipient)
            return self._later(dispatch, f"it cannot be made: {error}")
        return self.outbox.digests.note(dispatch, status="sent", sent_at=self.clock(), error=None)

    def _made(self, dispatch: Dispatch, recipient: Recipient) -> Made:
        run = Run(dispatch.scheduled_at, dispatch.from_at, dispatch.to_at)
        with closing(open_reader(self.settings)) as lake:
            return make(lake, self.settings, recipient, run, is_late=dispatch.is_late)

    def _hand_over(self, dispatch: Dispatch, made: Made) -> None:
        headers = headers_of(
            self.smtp, dispatch.recipient, made.digest.subject, dispatch.scheduled_at, self.clock()
        )
        message = message_of(headers, made.text(), made.html(source), made.pictures)
        before_last = partial(self.outbox.digests.note, dispatch, status="handing_over")
        hand_over(self.smtp, dispatch.recipient, bytes(message), before_last)

    def _later(self, dispatch: Dispatch, error: str) -> Dispatch:
        """The next attempt, or none when enough were made or a person waits for the word."""
        if dispatch.is_by_hand or dispatch.attempts > len(BACK_OFF):
            return self.outbox.digests.note(dispatch, status="given_up", error=error, retry_at=None)
        retry_at = self.clock() + BACK_OFF[dispatch.attempts - 1]
        return self.outbox.digests.note(dispatch, status="claimed", error=error, retry_at=retry_at)


@contextmanager
def _sender(settings: Settings, clock: Clock) -> Iterator[_Sender]:
    """Waits until no other process sends; what one left behind is settled first."""
    if settings.smtp is None:
        raise SettingsError([NO_SERVER])
    place = place_of(settings)
    with alone(place, "digest"), outbox_of(place) as outbox:
        outbox.settle_interrupted()
        yield _Sender(settings, settings.smtp, outbox, clock)
