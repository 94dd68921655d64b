"""Tables and charts as pages draw them: beneath each a quiet line with which it is taken along.

A table leaves as CSV and Parquet, with the figures behind its words; a chart as PNG and SVG, on
white, with its title, its unit and its period. A file is made when somebody asks for it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import altair as alt
import plotly.graph_objects as go
import polars as pl
import streamlit as st
from streamlit.elements.lib.column_config_utils import ColumnConfigMappingInput
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from app import palette, pictures, table_files
from app.dashboard import theme
from app.dashboard.safe_text import in_plotly
from app.palette import Colours
from app.pictures import TEXT_PX, AnyChart

WIDTH_PX = 900
SCALE = 2
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
PNG, SVG = "image/png", "image/svg+xml"
PICTURES = ("PNG", "SVG")
PICTURE = "picture of a waterfall"
"""Key of the form in which the browser saves one."""

Draw = Callable[[Colours], AnyChart]


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart says once it stands alone."""

    title: str
    unit: str
    period: str


@dataclass(frozen=True, slots=True)
class _File:
    kind: str
    mime: str
    make: Callable[[], bytes]


def table(html: str, title: str, rows: pl.DataFrame) -> None:
    """A table of HTML; `rows` are the figures that it shows."""
    st.html(html)
    _take_table(title, rows)


def words(frame: pl.DataFrame, title: str) -> None:
    """A table of words that wrap."""
    theme.table(frame, title)
    _take_table(title, frame)


def grid(frame: pl.DataFrame, title: str, columns: ColumnConfigMappingInput | None = None) -> None:
    """A table to scroll in; `columns` is how Streamlit shows some."""
    st.dataframe(frame, column_config=columns, alt=title, hide_index=True)
    _take_table(title, frame)


def chart(draw: Draw, alt_text: str, caption: Caption) -> None:
    """A chart in the reader's colours; `alt_text` is the same in words."""
    st.altair_chart(draw(theme.colours()), alt=alt_text)
    _take_along(
        "Download chart",
        caption.title,
        _File("PNG", PNG, partial(as_png, draw, caption)),
        _File("SVG", SVG, partial(as_svg, draw, caption)),
    )


def waterfall(
    draw: Callable[[Colours], go.Figure],
    alt_text: str,
    caption: Caption,
    choose: Callable[[], None],
) -> None:
    """A waterfall in the reader's colours; only a browser can make its picture, which is white."""
    st.plotly_chart(
        draw(theme.colours()),
        theme=None,
        key="waterfall",
        on_select=choose,
        selection_mode="points",
        config=_buttons("zoom2d", "zoomIn2d", "zoomOut2d", "resetScale2d"),
        alt=alt_text,
    )
    with _beneath("Download chart", caption.title, on_change="rerun") as opened:
        form = st.segmented_control("Picture as", PICTURES, default=PICTURES[0], key=PICTURE)
        if opened.open:
            _picture(draw(palette.LIGHT), caption, form or PICTURES[0])


def _picture(figure: go.Figure, caption: Caption, form: str) -> None:
    """What the camera above it saves, in small."""
    figure.update_layout(
        title={
            "text": in_plotly(f"{caption.title} · {caption.unit} · {caption.period}"),
            "font": {"color": palette.LIGHT["quiet"], "size": TEXT_PX},
            "x": 0, "xanchor": "left", "y": 0, "yanchor": "bottom",
        }
    )  # fmt: skip
    saved = {
        "format": form.lower(),
        "filename": _file_name(caption.title),
        "width": WIDTH_PX,
        "height": figure.layout.height,
        "scale": SCALE,
    }
    st.caption("Press the camera.")
    st.plotly_chart(
        figure,
        theme=None,
        key="picture of the waterfall",
        config=_buttons("toImage") | {"toImageButtonOptions": saved, "displayModeBar": True},
        alt=f"{caption.title}, as it is saved",
    )


def _buttons(*names: str) -> dict[str, object]:
    return {"displaylogo": False, "typesetMath": False, "modeBarButtons": [list(names)]}


def as_png(draw: Draw, caption: Caption) -> bytes:
    """The chart alone, for a slide."""
    return pictures.png(_titled(draw, caption), palette.LIGHT, WIDTH_PX, SCALE)


def as_svg(draw: Draw, caption: Caption) -> bytes:
    """The chart alone, for whoever sets it in print."""
    return pictures.svg(_titled(draw, caption), palette.LIGHT, WIDTH_PX)


def _titled(draw: Draw, caption: Caption) -> AnyChart:
    told = f"{caption.unit} · {caption.period}"
    return draw(palette.LIGHT).properties(title=alt.TitleParams(caption.title, subtitle=told))


def _take_table(title: str, rows: pl.DataFrame) -> None:
    """The line beneath a table."""
    _take_along(
        "Download table",
        title,
        _File("CSV", CSV, partial(table_files.as_csv, rows)),
        _File("Parquet", PARQUET, partial(table_files.as_parquet, rows)),
    )


def _take_along(label: str, title: str, *files: _File) -> None:
    name = _file_name(title)
    with _beneath(label, title), st.container(horizontal=True):
        for file in files:
            st.download_button(
                file.kind,
                file.make,
                f"{name}.{file.kind.lower()}",
                file.mime,
                key=f"{name} as {file.kind}",
                on_click="ignore",
                type="tertiary",
            )


@contextmanager
def _beneath(
    label: str, title: str, on_change: Literal["ignore", "rerun"] = "ignore"
) -> Iterator[PopoverContainer]:
    """The quiet line, and what opens when it is pressed."""
    key = f"take {label} {_file_name(title)}"
    with st.container(key=key, horizontal_alignment="right"):
        opened = st.popover(
            label, type="tertiary", icon=":material/download:", help=title, on_change=on_change
        )
        with opened:
            yield opened


def _file_name(title: str) -> str:
    return "latency-tax-" + "-".join(re.findall(r"[a-z0-9]+", title.lower()))


STYLE_SHEET = """
[class*="st-key-take-"] { margin-top: -.75rem; }
[class*="st-key-take-"] [data-testid="stPopover"] button { min-height: 0; padding: 0;
  color: var(--lt-quiet); }
[class*="st-key-take-"] [data-testid="stPopover"] button:hover,
[class*="st-key-take-"] [data-testid="stPopover"] button:focus-visible { color: var(--lt-ink); }
[class*="st-key-take-"] [data-testid="stPopover"] button p { font-size: .8125rem; }
[class*="st-key-take-"] [data-testid="stPopover"] button span { font-size: 1rem; }
"""
