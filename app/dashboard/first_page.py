"""What the first page needs, asked for before the first reader comes."""

from contextlib import suppress

import duckdb

from app import queries
from app.dashboard import charts, data, filters, theme
from app.dashboard.budgets import budgets_of
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
        data.load(snapshot, queries.trend, chosen)
        budgets = budgets_of(data.load(snapshot, queries.board, chosen))
        charts.percentiles_to_budget(budgets, theme.LIGHT).to_dict()
