"""A query that runs beside the page, so that it can be cancelled."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from app.guests import Answer, Guests
from sql.settings import Settings

JOB = "sql-job"
POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class Job:
    """A query that was asked, and its answer once there is one."""

    query: str
    answer: Future[Answer]
    asked_at: float

    @property
    def has_run_s(self) -> float:
        """How long ago it was asked."""
        return time.monotonic() - self.asked_at


def current() -> Job | None:
    """The reader's last query."""
    job: Job | None = st.session_state.get(JOB)
    return job


def ask(settings: Settings, query: str) -> Job:
    """Begin a query; one that still runs is given up."""
    guests, pool = _guests(settings), _pool()
    last = current()
    if last and not last.answer.done():
        guests.cancel()
    job = Job(query, pool.submit(guests.ask, query), time.monotonic())
    st.session_state[JOB] = job
    return job


def cancel(settings: Settings) -> None:
    """End the query at hand."""
    _guests(settings).cancel()


@st.cache_resource(scope="session", on_release=Guests.close, show_spinner=False)
def _guests(settings: Settings) -> Guests:
    """A process of its own for each reader, so that nobody cancels another's query."""
    return Guests(settings)


@st.cache_resource(
    scope="session", on_release=lambda pool: pool.shutdown(wait=False), show_spinner=False
)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "guest")
