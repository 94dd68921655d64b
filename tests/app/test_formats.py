"""Rows as table, CSV, JSON and Markdown."""

import io
import json
from datetime import UTC, datetime

import pytest

from app.formats import Format, write

COLUMNS = ("name", "at", "p95_ms", "seen")
ROWS = [
    ("live_chat", datetime(2026, 11, 20, 8, 0, tzinfo=UTC), 1234.5, {"a": [1, None]}),
    ("voice|agent", None, None, None),
]


def written(form: Format, rows: list[tuple[object, ...]] = ROWS) -> str:
    out = io.StringIO()
    write(COLUMNS, rows, form, out)
    return out.getvalue()


def test_json_is_a_list_of_objects_with_null_for_no_data() -> None:
    assert json.loads(written(Format.JSON)) == [
        {
            "name": "live_chat",
            "at": "2026-11-20T08:00:00+00:00",
            "p95_ms": 1234.5,
            "seen": {"a": [1, None]},
        },
        {"name": "voice|agent", "at": None, "p95_ms": None, "seen": None},
    ]


def test_json_of_no_rows_is_an_empty_list() -> None:
    assert json.loads(written(Format.JSON, [])) == []


def test_not_a_number_is_null() -> None:
    assert json.loads(written(Format.JSON, [("x", None, float("nan"), None)]))[0]["p95_ms"] is None


def test_csv_has_a_header_and_empty_cells_for_no_data() -> None:
    assert written(Format.CSV).splitlines() == [
        "name,at,p95_ms,seen",
        'live_chat,2026-11-20T08:00:00+00:00,1234.5,"{""a"": [1, null]}"',
        "voice|agent,,,",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\tx"])
def test_csv_text_is_never_a_formula(text: str) -> None:
    assert written(Format.CSV, [(text, None, None, None)]).splitlines()[1].startswith("'" + text)


def test_markdown_escapes_what_would_end_a_cell() -> None:
    assert written(Format.MARKDOWN).splitlines() == [
        "| name | at | p95_ms | seen |",
        "| --- | --- | --- | --- |",
        '| live_chat | 2026-11-20 08:00:00.000+00:00 | 1,234.5 | {"a": [1, null]} |',
        "| voice\\|agent | – | – | – |",
    ]


def test_a_table_writes_control_characters_out() -> None:
    text = written(Format.TABLE, [("\x1b[31mred", None, 1.0, None)])
    assert "\\x1b[31mred" in text
    assert "\x1b" not in text
