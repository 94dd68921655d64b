"""The waterfall: which spans it draws, and how."""

import plotly.graph_objects as go
import polars as pl
import pytest

from app.dashboard.traces.waterfall import waterfall, waterfall_text
from app.dashboard.traces.waterfall_layout import Line, lines_of
from app.dashboard.traces.waterfall_rows import LONGEST_ROWS, MOST_ROWS, rows_of
from app.palette import DARK, LIGHT

HOSTILE = "<a href='javascript:x'>b</a> **b** %{x} \u202egnp\x07"
NAMES, TARGETS, BARS, PIECES, DURATIONS, FIRST_TOKENS = range(6)


def tree(*spans: tuple[int, float, float], **same: object) -> pl.DataFrame:
    """Spans of (depth, start, duration) in the order of the tree, as trace_spans has them."""
    shared = {
        "ttft_ms": None,
        "first_audio_ms": None,
        "name": "work",
        "step": "tool",
        "service": "shop",
        "model": None,
        "tool": None,
        "status": "unset",
        "is_waited_for": True,
        "is_orphan": False,
    } | same
    schema = {"ttft_ms": pl.Float64, "first_audio_ms": pl.Float64}
    return pl.DataFrame(
        [
            {
                "position": position,
                "span_id": f"{position:016x}",
                "depth": depth,
                "started_ms": started_ms,
                "duration_ms": duration_ms,
                **shared,
            }
            for position, (depth, started_ms, duration_ms) in enumerate(spans, 1)
        ],
        schema_overrides=schema,
    )


def path(*pieces: tuple[int, str, float, float]) -> pl.DataFrame:
    """Pieces of (position of the span, step, start, duration), as request_path has them."""
    columns = ["position", "step", "started_ms", "duration_ms"]
    frame = pl.DataFrame(pieces, schema=columns, orient="row")
    return frame.with_columns(span_id=pl.col("position").map_elements("{:016x}".format, pl.String))


def drawn(spans: pl.DataFrame, pieces: pl.DataFrame, *lines: Line) -> go.Figure:
    return waterfall(rows_of(spans, pieces, "all"), pieces, lines, LIGHT)


SMALL = tree((0, 0.0, 100.0), (1, 10.0, 50.0), (2, 20.0, 30.0), (1, 70.0, 20.0))
SMALL_PATH = path(
    (1, "orchestration", 0.0, 20.0), (3, "tool", 20.0, 30.0), (1, "orchestration", 50.0, 50.0)
)


def test_every_span_has_a_row_with_its_time_on_the_path() -> None:
    rows = rows_of(SMALL, SMALL_PATH, "all")
    assert rows["row"].to_list() == [0, 1, 2, 3]
    assert rows["path_ms"].to_list() == [70.0, 0.0, 30.0, 0.0]


def test_critical_only_keeps_what_the_path_stands_under() -> None:
    rows = rows_of(SMALL, SMALL_PATH, "critical")
    assert rows["position"].to_list() == [1, 2, 3]
    assert rows["row"].to_list() == [0, 1, 2]


def test_of_thousands_of_spans_those_that_weigh_most_are_drawn() -> None:
    spans = tree((0, 0.0, 9000.0), *((1, float(at), 1.0 + at / 1e4) for at in range(5000)))
    rows = rows_of(spans, path((1, "orchestration", 0.0, 9000.0), (7, "tool", 6.0, 1.0)), "all")
    assert rows.height == LONGEST_ROWS < MOST_ROWS
    assert {1, 7, 5001} <= set(rows["position"])
    assert rows["position"].is_sorted()


def test_a_request_without_spans_or_path_is_drawn_empty() -> None:
    assert rows_of(SMALL, path().cast({"duration_ms": pl.Float64}), "critical").is_empty()


def test_pieces_lie_over_their_span_in_the_colour_of_the_step() -> None:
    figure = drawn(SMALL, SMALL_PATH)
    pieces = figure.data[PIECES]
    assert list(pieces.y) == [0, 2, 0]
    assert list(pieces.base) == [0, 20, 50]
    assert pieces.marker.opacity > figure.data[BARS].marker.opacity
    assert pieces.marker.color[1] == figure.data[BARS].marker.color[2]


def test_spans_share_traces_and_have_their_own_height() -> None:
    few, many = drawn(SMALL, SMALL_PATH), drawn(tree(*[(0, 0.0, 9.0)] * 500), SMALL_PATH)
    assert len(few.data) == len(many.data) == 6
    assert many.layout.height > 500 * 20


def test_names_are_indented_and_never_markup() -> None:
    figure = drawn(tree((0, 0.0, 9.0), (3, 1.0, 2.0), name=HOSTILE), SMALL_PATH)
    names = figure.data[NAMES]
    assert list(names.x) == [0, 3]
    escaped = "&lt;a href='javascript:x'&gt;b&lt;/a&gt; **b** %{x} �gnp�"
    assert list(names.text) == [escaped] * 2
    assert figure.data[TARGETS].customdata[0][1] == escaped


def test_a_failed_span_is_marked() -> None:
    assert drawn(tree((0, 0.0, 9.0), status="error"), SMALL_PATH).data[NAMES].text[0] == ("▲ work")


def test_a_click_anywhere_on_a_row_tells_its_span() -> None:
    targets = drawn(SMALL, SMALL_PATH).data[TARGETS]
    assert list(targets.x) == [100.0] * 4
    assert [row[0] for row in targets.customdata] == SMALL["span_id"].to_list()


def test_a_first_token_is_marked_at_its_moment() -> None:
    marks = drawn(tree((0, 0.0, 90.0), (1, 10.0, 50.0), ttft_ms=30.0), SMALL_PATH).data
    assert list(marks[FIRST_TOKENS].x) == [30.0, 40.0]


@pytest.mark.parametrize(("longest_ms", "unit", "end"), [(900.0, " ms", 900), (4200.0, " s", 4.2)])
def test_the_axis_counts_ms_or_seconds(longest_ms: float, unit: str, end: float) -> None:
    axis = drawn(tree((0, 0.0, longest_ms)), SMALL_PATH).layout.xaxis
    assert (axis.ticksuffix, axis.range) == (unit, (0, end))


def test_moments_are_lines_with_words() -> None:
    budgets = pl.DataFrame({"metric": ["first_token", "response"], "threshold_ms": [50.0, 4000.0]})
    lines = lines_of(("first word seen", 70.0), budgets, 100.0)
    assert [line.words.replace("\xa0", " ") for line in lines] == [
        "first word seen 70 ms",
        "first token budget 50 ms",
    ]
    layout = drawn(SMALL, SMALL_PATH, *lines).layout
    assert [shape.x0 for shape in layout.shapes] == [70.0, 50.0]
    assert [shape.line.dash for shape in layout.shapes] == ["solid", "dash"]


def test_what_is_never_seen_has_no_line() -> None:
    budgets = pl.DataFrame({"metric": [], "threshold_ms": []})
    assert lines_of(("first word seen", None), budgets, 100.0) == []


def test_the_chart_comes_in_words() -> None:
    rows = rows_of(SMALL, SMALL_PATH, "all")
    words = waterfall_text(rows, [Line(70.0, "first word seen 70 ms", is_budget=False)])
    assert words.replace("\xa0", " ") == (
        "Waterfall of 4 spans by start, first word seen 70 ms. "
        "Waited for longest: work 70 ms; work 30 ms"
    )


def test_both_themes_are_drawn() -> None:
    rows = rows_of(SMALL, SMALL_PATH, "all")
    light, dark = (
        waterfall(rows, SMALL_PATH, [], colours).data[PIECES].marker.color
        for colours in (LIGHT, DARK)
    )
    assert light != dark
