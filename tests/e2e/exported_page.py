"""A page with all that its readers can take along from it, without a browser."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.dashboard import exports
from sql.settings import Settings

DASHBOARD = Path(exports.__file__).parent
PAGES = sorted(page.parent.name for page in DASHBOARD.glob("*/page.py"))
PAGE = "PAGE_OF_A_TEST"
CHARTS = ("arrow_vega_lite_chart", "vega_lite_chart", "plotly_chart")


@dataclass
class Taken:
    """What a page shows, and the files that it offers, made."""

    shown: int
    """Tables and charts."""
    lines: int
    """Lines beneath them with which they are taken along."""
    files: dict[str, bytes] = field(default_factory=dict)


def script() -> None:
    """The page that the environment names."""
    import inspect  # noqa: PLC0415 - runs as a script of its own
    import os  # noqa: PLC0415
    from importlib import import_module  # noqa: PLC0415

    from app import queries  # noqa: PLC0415
    from app.dashboard import data, filters  # noqa: PLC0415
    from sql.settings import load_settings  # noqa: PLC0415

    settings = load_settings(None)
    show = import_module(f"app.dashboard.{os.environ['PAGE_OF_A_TEST']}.page").show
    with data.snapshot(settings) as snapshot:
        chosen = filters.sidebar(data.load(snapshot, queries.choices), snapshot.version.minute)
        known = {"snapshot": snapshot, "chosen": chosen, "settings": settings}
        show(**{name: known[name] for name in inspect.signature(show).parameters})


def taken_along(
    page: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, **query: str
) -> Taken:
    """The page as it is with the choices of a URL."""
    files: dict[str, bytes] = {}

    def made(_: str, data: Callable[[], bytes] | str, name: str, *__: str, **___: object) -> None:
        is_first_png = not any(other.endswith(".png") for other in files)
        if callable(data) and (is_first_png or not name.endswith(".png")):
            files[name] = data()

    monkeypatch.setattr(st, "download_button", made)
    for name, value in (settings.environment() | {PAGE: page}).items():
        monkeypatch.setenv(name, value)
    test = AppTest.from_function(script, default_timeout=120)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    tables = sum(element.proto.body.count("<table") for element in test.html)
    drawn = tables + len(test.dataframe) + sum(len(test.get(kind)) for kind in CHARTS)
    lines = [
        block for block in test.get("popover") if block.proto.popover.label.startswith("Download ")
    ]
    return Taken(drawn, len(lines), files)
