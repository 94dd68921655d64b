"""Altair's charts as pictures: the colours and the type that a page gives them by its own theme."""

from typing import Any

import altair as alt

from app.palette import Colours

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart
TEXT_PX = 13
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first comes with the converter, so that pictures are the same on every machine."""


def png(chart: AnyChart, colours: Colours, width_px: int, scale: float) -> bytes:
    """A PNG that is so many points wide, with `scale` pixels for each."""
    import vl_convert  # noqa: PLC0415 - 88 MB of V8 that only pictures need

    return vl_convert.vegalite_to_png(_drawn(chart, colours, width_px), scale=scale)


def svg(chart: AnyChart, colours: Colours, width_px: int) -> bytes:
    """An SVG that needs nothing from outside."""
    import vl_convert  # noqa: PLC0415 - as above

    return vl_convert.vegalite_to_svg(_drawn(chart, colours, width_px)).encode()


def _drawn(chart: AnyChart, colours: Colours, width_px: int) -> dict[str, Any]:
    fitted = chart.properties(
        width=width_px, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    ).configure(
        aria=False,  # Vega-Lite would put titles unescaped into expressions; pictures need none
        background=colours["paper"],
        font=FONT,
        axis=alt.AxisConfig(
            labelColor=colours["quiet"],
            titleColor=colours["quiet"],
            gridColor=colours["line"],
            labelFontSize=TEXT_PX,
            labelSeparation=8,
            titleFontSize=TEXT_PX,
            titleFontWeight="normal",
        ),
        legend=alt.LegendConfig(
            labelColor=colours["ink"],
            titleColor=colours["quiet"],
            labelFontSize=TEXT_PX,
            titleFontSize=TEXT_PX,
        ),
        title=alt.TitleConfig(
            anchor="start",
            color=colours["ink"],
            subtitleColor=colours["quiet"],
            fontSize=TEXT_PX + 4,
            subtitleFontSize=TEXT_PX,
            offset=14,
            subtitlePadding=4,
        ),
        view=alt.ViewConfig(stroke=None),
        text=alt.MarkConfig(fontSize=TEXT_PX),
    )
    spec: dict[str, Any] = fitted.to_dict()
    return spec
