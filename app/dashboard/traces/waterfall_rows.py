"""Which spans of a request a waterfall shows, one row each, and what they weigh on its path."""

from typing import Literal

import polars as pl

Shown = Literal["all", "critical"]
MOST_ROWS = 800
"""Up to here every span has its row."""
LONGEST_ROWS = 300
"""So many of the spans that weigh most are drawn when there are more."""


def rows_of(spans: pl.DataFrame, path: pl.DataFrame, shown: Shown) -> pl.DataFrame:
    """The spans with `row` (0 is the top) and `path_ms`, their own time on the critical path.

    Spans on the path come with all that they stand under, so that the tree keeps its shape.
    """
    weights = path.group_by("span_id").agg(pl.col("duration_ms").sum().alias("path_ms"))
    weighed = spans.join(weights, on="span_id", how="left", maintain_order="left").with_columns(
        pl.col("path_ms").fill_null(0.0)
    )
    chosen = weighed.filter(_is_chosen(weighed, shown)) if weighed.height else weighed
    return chosen.with_row_index("row")


def _is_chosen(weighed: pl.DataFrame, shown: Shown) -> pl.Series:
    if shown == "critical":
        weighed_most = weighed["path_ms"] > 0
    elif weighed.height <= MOST_ROWS:
        return pl.repeat(value=True, n=weighed.height, eager=True)
    else:
        weighed_most = _longest(weighed)
    return _with_parents(weighed["depth"].to_list(), weighed_most.to_list())


def _longest(weighed: pl.DataFrame) -> pl.Series:
    weight = pl.struct("path_ms", "duration_ms")
    ranks = weighed.select(weight.rank("ordinal", descending=True)).to_series()
    return ranks <= LONGEST_ROWS


def _with_parents(depths: list[int], chosen: list[bool]) -> pl.Series:
    """In the order of the tree a parent is the nearest span before that is less deep."""
    kept = list(chosen)
    wanted_below = 0
    for index in range(len(depths) - 1, -1, -1):
        kept[index] = kept[index] or depths[index] < wanted_below
        if kept[index]:
            wanted_below = depths[index]
    return pl.Series(kept, dtype=pl.Boolean)
