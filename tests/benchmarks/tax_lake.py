"""Lakes in memory for the latency tax: what is known is written straight into their tables.

Speed matters here, so nothing is sent; schema and models are those of a real lake.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from sql.lake import SCHEMA, SEARCH_PATH
from sql.models import session_statements
from sql.settings import Settings, load_settings

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


def lake_in_memory(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Tables and models of a lake, without files."""
    con = duckdb.connect(config={"threads": 1})
    con.execute("SET GLOBAL TimeZone = 'UTC'; ATTACH ':memory:' AS lake; USE lake")
    for step in sorted(SCHEMA.glob("*.sql")):
        con.execute(step.read_text())
    con.execute(SEARCH_PATH)
    for statement in session_statements(settings):
        con.execute(statement)
    return con
