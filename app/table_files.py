"""Rows as files that people take along."""

from io import BytesIO, StringIO

import polars as pl

from app.formats import Format, write


def as_csv(rows: pl.DataFrame) -> bytes:
    """CSV that a spreadsheet opens without running anything."""
    out = StringIO()
    write(rows.columns, rows.iter_rows(), Format.CSV, out)
    return out.getvalue().encode()


def as_parquet(rows: pl.DataFrame) -> bytes:
    """Parquet."""
    out = BytesIO()
    rows.write_parquet(out)
    return out.getvalue()
