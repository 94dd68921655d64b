"""The outbox in the lake: each digest once, the latest word counts, and nothing stops loading."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sql.archive import Archive
from sql.outbox import FILE, Dispatch, Outbox
from sql.place import place_of
from tests.sql.pipeline import Pipeline

DUE = datetime(2026, 1, 5, 7, tzinfo=UTC)
CLAIMED = Dispatch(
    recipient="ada@example.com",
    scheduled_at=DUE,
    from_at=DUE - timedelta(days=7),
    to_at=DUE,
    status="claimed",
    is_late=False,
    is_by_hand=False,
    attempts=0,
    retry_at=None,
    subject=None,
    body=None,
    error=None,
    claimed_at=DUE,
    sent_at=None,
)
DIGESTS = "SELECT scheduled_at, status, attempts, subject FROM digests ORDER BY ALL"


@pytest.fixture
def home(pipeline: Pipeline) -> Path:
    """The lake's folder, without an outbox."""
    home = Path(pipeline.settings.lake)
    for file in home.glob(f"{FILE}*"):
        file.unlink()
    return home


def test_the_latest_word_counts_and_nothing_is_there_twice(pipeline: Pipeline, home: Path) -> None:
    archive = Archive(pipeline.con, place_of(pipeline.settings))
    archive.run()
    with Outbox(home) as outbox:
        assert outbox.digests.claim(CLAIMED)
        archive.run()
        assert pipeline.rows(DIGESTS) == [(DUE, "claimed", 0, None)]
        outbox.digests.note(CLAIMED, status="sent", attempts=1, subject="All kept", sent_at=DUE)
        archive.run()
        archive.run()
        assert pipeline.rows(DIGESTS) == [(DUE, "sent", 1, "All kept")]
        assert not outbox.digests.to_archive()


def test_addresses_stay_in_the_outbox_and_recipients_are_told_apart(
    pipeline: Pipeline, home: Path
) -> None:
    body = "To get no more: mailto:ops@example.com?subject=Unsubscribe%20ada@example.com"
    refused = replace(CLAIMED, error="550 no ADA@example.com here", body=body)
    with Outbox(home) as outbox:
        outbox.digests.claim(refused)
        outbox.digests.claim(replace(CLAIMED, recipient="alan@example.com"))
        Archive(pipeline.con, place_of(pipeline.settings)).run()
        assert pipeline.rows("SELECT recipient, error FROM digests ORDER BY recipient_number") == [
            ("a…@example.com", "550 no a…@example.com here"),
            ("a…@example.com", None),
        ]
        assert not pipeline.rows("FROM digests WHERE digests::varchar ILIKE '%ada%'")
        assert outbox.digests.rows()[0].recipient == "ada@example.com"


def test_a_lake_that_lost_them_gets_them_again(pipeline: Pipeline, home: Path) -> None:
    with Outbox(home) as outbox:
        outbox.digests.claim(CLAIMED)
        Archive(pipeline.con, place_of(pipeline.settings)).run()
        pipeline.con.execute("DELETE FROM lake.digests")
        Archive(pipeline.con, place_of(pipeline.settings)).run()
    assert pipeline.rows(DIGESTS) == [(DUE, "claimed", 0, None)]


def test_what_retention_deletes_leaves_the_outbox_too_but_for_what_says_what_is_due(
    pipeline: Pipeline, home: Path
) -> None:
    with Outbox(home) as outbox:
        for weeks in range(4):
            at = DUE + timedelta(weeks=weeks)
            outbox.digests.claim(replace(CLAIMED, scheduled_at=at, status="sent"))
        by_hand = replace(CLAIMED, scheduled_at=DUE + timedelta(weeks=4), is_by_hand=True)
        outbox.digests.claim(by_hand)
        Archive(pipeline.con, place_of(pipeline.settings)).run()
        pipeline.con.execute(
            "INSERT INTO lake.retention VALUES ('history', ?, 1, 'age', now())",
            [DUE + timedelta(weeks=9)],
        )
        Archive(pipeline.con, place_of(pipeline.settings)).run()
        kept = [digest.scheduled_at for digest in outbox.digests.rows()]
    assert kept == [DUE + timedelta(weeks=3), DUE + timedelta(weeks=4)]


def test_an_outbox_of_an_earlier_release_gets_its_new_columns(home: Path) -> None:
    with Outbox(home) as outbox:
        outbox.digests.claim(CLAIMED)
    with closing(sqlite3.connect(home / FILE)) as earlier:
        earlier.execute("alter table digests drop column sent_at")
    with Outbox(home) as outbox:
        assert outbox.digests.rows() == [CLAIMED]


def test_only_the_first_claim_of_a_digest_counts(home: Path) -> None:
    with Outbox(home) as first, Outbox(home) as second:
        assert [first.digests.claim(CLAIMED), second.digests.claim(CLAIMED)] == [True, False]
        assert second.digests.claim(replace(CLAIMED, recipient="bob@example.com"))


def test_what_changes_while_it_is_copied_is_copied_again(home: Path) -> None:
    with Outbox(home) as outbox:
        outbox.digests.claim(CLAIMED)
        copied = outbox.digests.to_archive()
        outbox.digests.note(CLAIMED, attempts=1)
        outbox.digests.archived(copied)
        assert [each.attempts for each in outbox.digests.to_archive()] == [1]


def test_an_outbox_that_cannot_be_read_does_not_stop_the_loader(
    pipeline: Pipeline, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / FILE).write_bytes(b"no database" * 100)
    Archive(pipeline.con, place_of(pipeline.settings)).run()
    assert "the outbox cannot be copied" in caplog.text
