"""The frame around every page: navigation, filters, one snapshot a run, and following new data."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import queries
from app.access import Role
from app.dashboard import data, exports, links, login, onboarding, theme, wording
from app.dashboard.alerting import page as alerts
from app.dashboard.ask import page as sql
from app.dashboard.board import page as board
from app.dashboard.digests import page as digest
from app.dashboard.filters import sidebar
from app.dashboard.models import page as models
from app.dashboard.pipeline import page as pipeline
from app.dashboard.seconds import page as seconds
from app.dashboard.tax import page as tax
from app.dashboard.traces import page as traces
from app.dashboard.use_cases import page as use_cases
from app.dashboard.what_if import page as what_if
from sql.lake import LakeMissingError, LakeTooNewError
from sql.place import LakeUnreachableError
from sql.settings import Settings, SettingsError, load_settings

REFRESH_S = 3
SKELETON_PX = 480
DRAWN = "drawn"  # key of the page that this reader sees
ICON = Path(__file__).with_name("icon.svg")


def run() -> None:
    """Draw the page that the URL names, from one snapshot of the lake."""
    st.set_page_config("Latency Tax", ICON, layout="wide")
    st.logo(ICON, size="large")
    theme.apply(exports.STYLE_SHEET)
    try:
        settings = load_settings(None)
        role = login.role(settings)
        if role:
            _draw_newest(settings, role)
    except (LakeTooNewError, LakeUnreachableError, SettingsError) as error:
        theme.text(str(error), "headline")


def _draw_newest(settings: Settings, role: Role) -> None:
    try:
        with data.snapshot(settings) as snapshot:
            _draw(settings, snapshot, role)
    except LakeMissingError:
        _wait(settings, data.newest_version(settings))


def _draw(settings: Settings, snapshot: data.Snapshot, role: Role) -> None:
    arrivals = data.load(snapshot, queries.arrivals).row(0, named=True)
    if not arrivals["has_spans"]:
        _wait(settings, snapshot.version)
        return
    choices = data.load(snapshot, queries.choices)
    chosen = sidebar(choices, snapshot.version.minute)

    page = st.navigation(
        [
            _page("Latency tax", "", tax.show, snapshot, chosen, settings),
            _page("Budgets", "budgets", board.show, snapshot, chosen),
            _page("Use cases", "use-cases", use_cases.show, snapshot, chosen),
            _page("Models & tiers", "models", models.show, snapshot, chosen),
            _page("Where the seconds go", "seconds", seconds.show, snapshot, chosen),
            _page("What if", "what-if", what_if.show, snapshot, chosen, settings),
            _page("Traces", links.TRACES, traces.show, snapshot, chosen),
            *([_page("SQL", "sql", sql.show, settings)] if role == "sql" else []),
            _page("Pipeline", "pipeline", pipeline.show, snapshot, settings),
            _page("Alerts", "alerts", alerts.show, snapshot, settings),
            _page("Digest", "digest", digest.show, snapshot, settings),
        ]
    )
    as_of = wording.as_of(arrivals["loaded_at"], snapshot.version.minute)
    theme.text(f"Data as of {as_of}", "note")
    with _skeleton(page.url_path):
        page.run()
    links.follow_in_place()
    _follow(settings, snapshot.version, is_live=chosen.is_live)


def _skeleton(path: str) -> AbstractContextManager[object]:
    """Stands in for a page that is not there yet; one that is drawn again stays as it was."""
    if st.session_state.get(DRAWN) == path:
        st.empty()  # in the skeleton's place, so that what follows keeps its own
        return nullcontext()
    st.session_state[DRAWN] = path
    return st.skeleton(height=SKELETON_PX)


def _page(title: str, path: str, show: Callable[..., None], *values: object) -> StreamlitPage:
    """A page that `show` draws from the values; the one without a path is the first."""
    return st.Page(partial(show, *values), title=title, url_path=path, default=not path)


def _wait(settings: Settings, version: data.Version) -> None:
    onboarding.show(settings)
    _follow(settings, version, is_live=True)


def _follow(settings: Settings, drawn: data.Version, *, is_live: bool) -> None:
    """Draw the page again when the lake has moved on, or the reader has changed the theme."""
    theme_drawn = st.context.theme.type

    @st.fragment(run_every=REFRESH_S)
    def compare() -> None:
        has_news = is_live and data.newest_version(settings) != drawn
        st.session_state.get(DRAWN)  # Streamlit looks here whether the reader asked for a page
        if has_news or st.context.theme.type != theme_drawn:
            st.rerun()

    compare()


run()
