"""What machines share beside the lake's tables: an election, the outbox, the key of redaction."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest

from sql.election import Election, alone
from sql.guest import NotAQueryError, one_query, open_for_guests
from sql.lake import open_reader, open_writer
from sql.outbox import Dispatch, outbox_of
from sql.place import LakeUnreachableError, Place, place_of
from sql.postgres import Session
from sql.redaction import redactor_of
from sql.settings import Redaction, Settings
from tests.e2e.processes import wait_until
from tests.shared_lake import SharedLake, shared_place

DUE = datetime(2026, 3, 2, 8, tzinfo=UTC)
CLAIM = Dispatch(
    recipient="ada@example.com",
    scheduled_at=DUE,
    from_at=DUE,
    to_at=DUE,
    status="claimed",
    is_late=False,
    is_by_hand=True,
    attempts=0,
    retry_at=None,
    subject=None,
    body=None,
    error=None,
    claimed_at=DUE,
    sent_at=None,
)


@pytest.fixture(scope="module")
def lake() -> Iterator[SharedLake]:
    with shared_place() as place:
        yield place.lake("shared")


@pytest.fixture(autouse=True)
def secrets(lake: SharedLake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in lake.secrets.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def settings(lake: SharedLake) -> Settings:
    return lake.settings()


@pytest.fixture
def place(settings: Settings) -> Place:
    return place_of(settings)


@pytest.fixture
def elections(place: Place) -> Iterator[tuple[Election, Election]]:
    elections = (Election(place), Election(place))
    yield elections
    for election in elections:
        election.resign()


def test_one_is_elected_and_another_when_it_is_gone(elections: tuple[Election, Election]) -> None:
    first, second = elections
    assert [first.is_won(), first.is_won(), second.is_won()] == [True, True, False]
    first.resign()
    wait_until(second.is_won)
    assert not first.is_won()


def test_who_lost_its_session_asks_again_and_is_not_elected_by_its_memory(
    place: Place, elections: tuple[Election, Election]
) -> None:
    first, second = elections
    assert first.is_won()
    with Session(place) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'latencytax' AND pid <> pg_backend_pid()"
        )
    with pytest.raises(LakeUnreachableError):
        first.is_won()
    assert [second.is_won(), first.is_won()] == [True, False]


def test_a_digest_is_claimed_on_one_machine_and_known_on_all(place: Place) -> None:
    with alone(place, "digest"), outbox_of(place) as here, outbox_of(place) as there:
        assert [here.digests.claim(CLAIM), there.digests.claim(CLAIM)] == [True, False]
        here.digests.note(CLAIM, status="sent", attempts=1, sent_at=DUE)
        assert there.digests.rows() == [replace(CLAIM, status="sent", attempts=1, sent_at=DUE)]
        there.digests.archived(there.digests.to_archive())
        assert here.digests.to_archive() == []
        numbers = [each.number_of(address) for each in (here, there) for address in ("a", "b")]
        assert numbers == [1, 2, 1, 2]


def test_an_address_has_one_stand_in_on_all_machines(settings: Settings) -> None:
    redacting = replace(settings, redaction=Redaction(patterns=("email",)))
    keys = {redactor_of(replace(redacting, home=home)).key for home in ("/here", "/there")}
    assert [len(key) for key in keys] == [32]


def test_what_cannot_be_reached_is_said_with_what_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with pytest.raises(
        LakeUnreachableError, match=r"password authentication failed[^$]*PGPASSWORD"
    ):
        Session(place_of(settings))
    with pytest.raises(LakeUnreachableError, match="PGPASSWORD"):
        open_reader(settings)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(LakeUnreachableError, match="AWS_ENDPOINT_URL"):
        open_reader(settings)


@pytest.fixture
def guest(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Somebody's SQL, on a lake with a data file in the bucket."""
    with closing(open_writer(settings)) as lake:
        lake.execute(
            "INSERT INTO lake.spans BY NAME "
            "SELECT range::varchar AS trace_id, now() AS started_at FROM range(1000)"
        )
    with closing(open_for_guests(settings)) as guest:
        yield guest


def test_a_guest_reads_the_bucket_and_nothing_that_opens_it(
    guest: duckdb.DuckDBPyConnection, lake: SharedLake
) -> None:
    assert guest.execute("SELECT count(DISTINCT trace_id) FROM spans").fetchall() == [(1000,)]
    settings = guest.execute("SELECT * FROM duckdb_settings()").fetchall()
    known = guest.execute("SELECT * FROM duckdb_secrets()").fetchall()
    for secret in (lake.secrets["AWS_SECRET_ACCESS_KEY"], lake.secrets["PGPASSWORD"]):
        assert secret not in f"{settings}{known}"
    with pytest.raises(duckdb.PermissionException):
        guest.execute("SELECT * FROM read_csv('s3://elsewhere/secret.csv')")
    with pytest.raises(NotAQueryError):
        one_query("SELECT * FROM __ducklake_metadata_lake.latencytax.redaction_key")
