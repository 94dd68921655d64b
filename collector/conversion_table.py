"""Reports of conversions into the lake; what they change is up to the refresher."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import duckdb
import pyarrow as pa

from sql.conversions import Conversion
from sql.redaction import Redactor

WORDS = ("conversion_id", "session_id", "kind", "source")
TEXTS = (*WORDS, "trace_id", "request_id")
TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in TEXTS]
    + [("occurred_at", TIME), ("revenue_usd", pa.float64())]
    + [("received_at", TIME), ("position", pa.int64())]
)

Report = tuple[datetime, Conversion]
"""When it was received, and what."""


def store_reports(
    con: duckdb.DuckDBPyConnection, reports: Sequence[Report], redactor: Redactor
) -> None:
    """Write the reports, in the transaction at hand; later reports correct earlier."""
    in_order = sorted(reports, key=lambda report: report[0])
    rows = [
        asdict(conversion) | {"received_at": received_at, "position": position}
        for position, (received_at, conversion) in enumerate(in_order)
    ]
    arriving = pa.RecordBatch.from_pylist(rows, SCHEMA)
    words = redactor.columns({name: arriving.column(name) for name in WORDS})
    for name, column in words.items():
        arriving = arriving.set_column(SCHEMA.get_field_index(name), name, column)
    con.register("arriving_conversions", pa.Table.from_batches([arriving]))
    con.execute("INSERT INTO lake.conversion_reports BY NAME FROM arriving_conversions")
    con.unregister("arriving_conversions")
