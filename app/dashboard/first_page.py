"""What the first page needs, asked for before the first reader comes."""

from contextlib import suppress

import duckdb

from app import palette, queries, tax_queries
from app.dashboard import data, filters
from app.dashboard.tax import charts as tax_charts
from app.dashboard.tax import page as tax
from sql.lake import LakeMissingError, LakeTooNewError
from sql.settings import SettingsError, load_settings


def ask() -> None:
    """Open the lake and fill the cache; on the way everything is imported.

    What is wrong with the lake or the settings, the page says to whoever reads it.
    """
    with (
        suppress(LakeMissingError, LakeTooNewError, SettingsError, duckdb.Error),
        data.snapshot(load_settings(None)) as snapshot,
    ):
        chosen = filters.unfiltered(snapshot.version.minute)
        data.load(snapshot, queries.arrivals)
        data.load(snapshot, queries.choices)
        data.load(snapshot, queries.board, chosen)
        data.load(snapshot, tax_queries.has_conversions)
        for figure in tax_queries.FIGURES:
            data.load(snapshot, tax_queries.ask, figure, chosen)
        tax_charts.composition(tax.tax_of(snapshot, chosen), palette.LIGHT).to_dict()
