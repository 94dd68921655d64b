"""Data files that cannot be read: found, and taken out of the lake so that the rest can be asked.

A query that meets such a file fails as a whole, and DuckLake has no word for "without it". So the
catalogue is told that the file ended with the newest snapshot, as if its rows had been deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from sql.dictionary import describe_tables, literal
from sql.lake import SCHEMA, transaction

CATALOGUE = "__ducklake_metadata_lake.main"
FOLDER = "damaged"


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A data file of a table, how many rows it had, and what is wrong with it."""

    table: str
    path: Path
    rows: int
    why: str


def damaged_files(con: duckdb.DuckDBPyConnection) -> Iterator[DamagedFile]:
    """Those of the newest snapshot; every file is read to its end."""
    for table in sorted(describe_tables(SCHEMA)):
        files = con.execute(
            f"""
            SELECT listed.data_file, listed.data_file_size_bytes, known.record_count
            FROM ducklake_list_files('lake', {literal(table)}) AS listed
            INNER JOIN {CATALOGUE}.ducklake_data_file AS known
                ON parse_filename(listed.data_file) = parse_filename(known.path)
            """
        ).fetchall()
        for name, size_bytes, rows in files:
            if why := _damage(con, Path(name), size_bytes):
                yield DamagedFile(table, Path(name), rows, why)


def set_aside(con: duckdb.DuckDBPyConnection, lake: Path, damaged: DamagedFile) -> None:
    """Move the file to the lake's folder `damaged`, and let queries do without its rows."""
    if damaged.path.exists():
        kept = lake / FOLDER
        kept.mkdir(exist_ok=True)
        damaged.path.rename(kept / damaged.path.name)
    files = f"{CATALOGUE}.ducklake_data_file"
    of_file = f"SELECT data_file_id FROM {files} WHERE parse_filename(path) = ?"
    newest = f"SELECT max(snapshot_id) FROM {CATALOGUE}.ducklake_snapshot"
    with transaction(con):
        for table in ("ducklake_data_file", "ducklake_delete_file"):
            con.execute(
                f"UPDATE {CATALOGUE}.{table} SET end_snapshot = ({newest}) "
                f"WHERE data_file_id IN ({of_file}) AND end_snapshot IS NULL",
                [damaged.path.name],
            )
    con.execute(
        "INSERT INTO lake.rejections VALUES (?, 'repair', 'lake', 'file_set_aside', ?, ?)",
        [
            datetime.now(UTC),
            damaged.rows,
            f"rows of {damaged.table}: {damaged.path.name} {damaged.why}",
        ],
    )


def _damage(con: duckdb.DuckDBPyConnection, path: Path, size_bytes: int) -> str | None:
    """What is wrong with the file, as what follows its name."""
    if not path.exists():
        return "is missing"
    if (found := path.stat().st_size) != size_bytes:
        return f"has {found:,} of its {size_bytes:,} bytes"
    try:
        con.execute(f"SELECT bit_xor(hash(file)) FROM read_parquet({literal(str(path))}) AS file")
    except duckdb.Error as error:
        return f"cannot be read: {str(error).splitlines()[0]}"
    return None
