"""When a digest is due and which period it tells of, over weekends, months and clock changes."""

from datetime import datetime

import pytest

from app.digest.schedule import next_runs, runs
from app.digest.words import period
from sql.mail_settings import Recipient


@pytest.mark.parametrize(
    ("schedule", "time_zone", "now", "run", "words"),
    [
        (
            "0 8 * * 1",
            "Europe/Berlin",
            "2026-03-30T06:00Z",
            ("2026-03-30T06:00Z", "2026-03-22T23:00Z", "2026-03-29T22:00Z"),
            "23–29 March 2026",
        ),
        (
            "0 8 * * 1",
            "Europe/Berlin",
            "2026-03-30T05:59:59Z",
            ("2026-03-23T07:00Z", "2026-03-15T23:00Z", "2026-03-22T23:00Z"),
            "16–22 March 2026",
        ),
        (
            "0 8 * * 1-5",
            "America/New_York",
            "2026-11-02T14:00Z",
            ("2026-11-02T13:00Z", "2026-10-30T04:00Z", "2026-11-02T05:00Z"),
            "30 October to 1 November 2026",
        ),
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-29T12:00Z",
            ("2026-03-29T01:00Z", "2026-03-27T23:00Z", "2026-03-28T23:00Z"),
            "Saturday, 28 March 2026",
        ),
        (
            "0 7 1 * *",
            "Asia/Kolkata",
            "2026-01-20T00:00Z",
            ("2026-01-01T01:30Z", "2025-11-30T18:30Z", "2025-12-31T18:30Z"),
            "1–31 December 2025",
        ),
        (
            "0 8,16 * * *",
            "UTC",
            "2026-04-06T09:00Z",
            ("2026-04-06T08:00Z", "2026-04-05T16:00Z", "2026-04-06T08:00Z"),
            "5 April 16:00 to 6 April 08:00",
        ),
    ],
    ids=["week", "a second early", "weekend", "hour that is left out", "month", "twice a day"],
)
def test_the_newest_run_and_its_period(
    schedule: str, time_zone: str, now: str, run: tuple[str, str, str], words: str
) -> None:
    recipient = Recipient("ada@example.com", time_zone=time_zone, schedule=schedule)
    newest = next(runs(recipient, datetime.fromisoformat(now)))
    expected = tuple(map(datetime.fromisoformat, run))
    assert (newest.scheduled_at, newest.from_at, newest.to_at) == expected
    assert period(recipient, newest) == words


def test_the_next_run_is_after_now() -> None:
    recipient = Recipient("ada@example.com", schedule="0 8 * * 1")
    at = datetime.fromisoformat("2026-04-06T08:00Z")
    assert next_runs(recipient, at, 1) == [datetime.fromisoformat("2026-04-13T08:00Z")]
