"""A guest's query is answered within its limits, or ended with a word, and the next one is."""

import threading
import time
from collections.abc import Iterator

import pytest

from app.guests import Guests, QueryFailedError
from sql.guest import NotAQueryError
from tests.lakes import empty_lake
from tests.sql.pipeline import settings_of

ONE = "select 1 as one"
ENDLESS = "select count(*) from range(10000000000) a, range(1000) b"


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guests]:
    settings = settings_of(empty_lake(tmp_path_factory.mktemp("guests") / "lake"))
    guests = Guests(settings)
    yield guests
    guests.close()


@pytest.fixture(autouse=True)
def still_answers(guests: Guests) -> Iterator[None]:
    """Whatever a test asks, the next query is answered."""
    yield
    assert guests.ask(ONE).rows.to_dicts() == [{"one": 1}]


def test_a_query_is_answered(guests: Guests) -> None:
    answer = guests.ask("select use_case, threshold_ms from objectives order by all limit 1")
    assert answer.rows.columns == ["use_case", "threshold_ms"]
    assert answer.rows.height == 1
    assert not answer.is_cut


def test_no_rows_are_an_answer(guests: Guests) -> None:
    assert guests.ask("select * from requests").rows.is_empty()


def test_only_the_first_rows_come(guests: Guests) -> None:
    answer = guests.ask("from range(100000)", most_rows=1500)
    assert answer.rows.height == 1500
    assert answer.is_cut
    assert not guests.ask("from range(1500)", most_rows=1500).is_cut


def test_wide_rows_stop_before_they_fill_the_memory(guests: Guests) -> None:
    answer = guests.ask("select repeat('x', 100000) as wide from range(5000)")
    assert answer.is_cut
    assert answer.rows.estimated_size() < 2**27


@pytest.mark.parametrize("query", [
    "select list(i) from range(1000000000) t(i)",
    "select i, j from range(100000000) a(i), range(100000000) b(j) order by i * j % 7",
    "select repeat('x', 4000000000) || repeat('y', 4000000000)",
    "select repeat('x', 100000000) from range(3000)",
    "select range(1000000000)",
])  # fmt: skip
def test_what_needs_too_much_memory_is_ended(guests: Guests, query: str) -> None:
    with pytest.raises(QueryFailedError, match=r"[Mm]emory|allocate"):
        guests.ask(query)


def test_what_takes_too_long_is_ended(guests: Guests) -> None:
    with pytest.raises(QueryFailedError, match=r"longer than 0\.5 s"):
        guests.ask(ENDLESS, most_s=0.5)


def test_a_query_can_be_cancelled(guests: Guests) -> None:
    guests.ask(ONE)
    canceller = threading.Timer(0.3, guests.cancel)
    began_at = time.monotonic()
    canceller.start()
    with pytest.raises(QueryFailedError, match="Cancelled"):
        guests.ask(ENDLESS)
    assert time.monotonic() - began_at < 15


def test_a_mistake_is_said_as_duckdb_says_it(guests: Guests) -> None:
    with pytest.raises(QueryFailedError, match='"request_i" not found'):
        guests.ask("select request_i from requests")


def test_what_is_no_query_does_not_get_that_far(guests: Guests) -> None:
    with pytest.raises(NotAQueryError, match="DELETE is refused"):
        guests.ask("delete from spans")
