"""Names that come from spans stay names: on every page, in every file and in every message."""

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO, StringIO

import polars as pl
import pytest
import yaml
from streamlit.testing.v1 import AppTest

from app import table_files
from app.openslo import documents
from sql.settings import Settings
from tests.e2e.exported_page import PAGE, PAGES, script, taken_along
from tests.hostile import NAMES, hostile_lake

RUNS_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return hostile_lake(tmp_path_factory.mktemp("hostile"))


class Tags(HTMLParser):
    """What HTML would make of itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.injected: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Notes what no page of ours has."""
        hostile = [name for name, _ in attributes if name.startswith("on") or "hostile" in name]
        if tag == "img" or hostile:
            self.injected.append(f"{tag} {attributes}")
        self.injected += [
            f"{tag} {value}" for _, value in attributes if (value or "").startswith("javascript:")
        ]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_takes_a_name_for_markup(
    page: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (settings.environment() | {PAGE: page}).items():
        monkeypatch.setenv(name, value)
    test = AppTest.from_function(script, default_timeout=120).run()
    assert not test.exception
    for html in test.get("html"):
        assert Tags(html.proto.body).injected == []
    for kind in ("markdown", "caption", "title", "header", "subheader", "info", "warning"):
        for element in test.get(kind):
            assert marked_up(str(element.value)) == [], kind
    for kind in ("metric", "button", "expander", "tab", "toggle", "checkbox", "button_group"):
        for element in test.get(kind):
            labels = [getattr(element, "label", ""), *getattr(element, "options", [])]
            assert [marked_up(str(label)) for label in labels] == [[]] * len(labels), kind


def marked_up(markdown: str) -> list[str]:
    """The names that Streamlit would read as Markdown: those that stand there as they came."""
    acting = ("html", "link", "directive", "math", "block")
    return [name for kind, name in NAMES.items() if kind in acting and name in markdown]


@pytest.mark.parametrize("page", PAGES)
def test_no_file_that_leaves_a_page_runs_anything(
    page: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in taken_along(page, settings, monkeypatch).files.items():
        if name.endswith(".csv"):
            cells = [cell for row in csv.reader(StringIO(content.decode())) for cell in row]
            assert [cell for cell in cells if is_formula(cell)] == []
        elif name.endswith(".svg"):
            assert Tags(content.decode()).injected == []


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run it; a number is none."""
    try:
        float(cell)
    except ValueError:
        return cell.startswith(RUNS_FORMULAS)
    return False


def test_csv_quotes_and_parquet_keeps_every_name() -> None:
    names = list(NAMES.values())
    rows = pl.DataFrame({name: [name] for name in names})
    text = table_files.as_csv(rows).decode()
    assert "\r" not in text
    headings, cells = csv.reader(StringIO(text))
    assert headings == cells
    for cell, name in zip(cells, names, strict=True):
        line = name.replace("\r", "\n")
        assert cell == (f"'{line}" if name.startswith(RUNS_FORMULAS) else line)
    assert pl.read_parquet(BytesIO(table_files.as_parquet(rows))).equals(rows)


def test_openslo_keeps_every_name_and_closes_every_label(settings: Settings) -> None:
    (case,) = (each for each in settings.use_cases if each.name == "hostile")
    printable = [name for name in NAMES.values() if name.isprintable()]
    made = documents(replace(case, name=name, title=name) for name in printable)
    text = yaml.safe_dump_all(made, allow_unicode=True)
    slos = [each for each in yaml.safe_load_all(text) if each["kind"] == "SLO"]
    assert len(slos) == len(printable)
    for slo, name in zip(slos, printable, strict=True):
        metric = slo["spec"]["indicator"]["spec"]["ratioMetric"]["good"]["metricSource"]
        assert f"use_case={json.dumps(name, ensure_ascii=False)}," in metric["spec"]["query"]
        assert slo["metadata"]["displayName"].startswith(f"{name}: ")
