"""Lakes for the latency tax: nothing is sent, what is known is written straight into tables."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from sql.lake import open_writer
from sql.settings import Settings, load_settings

HOME = TemporaryDirectory()
"""Where sessions leave their models for the next."""
USE_CASE = """
[[use_case]]
name = "{name}"
title = "{name}"
channel = "chat"
decay = "{decay}"
capture_rate = {capture_rate}
match.use_case = "{name}"
[[use_case.objective]]
sli = "response"
threshold_ms = {budget_ms}
"""
FOUND = """
select use_case, part, lost_low, lost_conversions, lost_high, usd, verdict, n
from latency_tax_period('2020-01-01', '2030-01-01')
order by use_case, part
"""
SPEED = "lost_conversions"
"""The part of the tax that slowness makes."""


def settings_for(
    *names: str, decay: str = "hinge", capture_rate: float = 1.0, budget_ms: float = 500.0
) -> Settings:
    """Settings in which these are the first use cases."""
    with TemporaryDirectory() as folder:
        config = Path(folder) / "latencytax.toml"
        values = {"decay": decay, "capture_rate": capture_rate, "budget_ms": budget_ms}
        config.write_text("".join(USE_CASE.format(name=name, **values) for name in names))
        return load_settings(config, lake=folder, environ={})


@contextmanager
def lake_in_memory(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A lake whose catalogue is in memory, and small tables with it."""
    with TemporaryDirectory() as folder:
        place = replace(settings, lake="ducklake::memory:", data=folder, home=HOME.name)
        with closing(open_writer(place)) as con:
            yield con
