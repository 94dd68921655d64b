"""A data file that cannot be read is named and set aside; the rest of the lake can be asked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from sql.damage import damaged_files, set_aside
from sql.lake import open_reader
from tests.sql.pipeline import Pipeline, settings_of
from tests.sql.simulated import feed


def missing(file: Path) -> None:
    file.unlink()


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-500])


def overwritten(file: Path) -> None:
    body = file.read_bytes()
    third = len(body) // 3
    file.write_bytes(body[:third] + b"\x55" * third + body[2 * third :])


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Pipeline]:
    with Pipeline(settings_of(tmp_path / "lake")) as pipeline:
        feed(pipeline, spans=600)
        pipeline.con.execute("CALL ducklake_flush_inlined_data('lake')")
        yield pipeline


@pytest.mark.parametrize("damage", [missing, cut_short, overwritten])
def test_what_is_left_can_be_asked(lake: Pipeline, damage: Callable[[Path], None]) -> None:
    folder = Path(lake.settings.lake)
    files = sorted((folder / "data").glob("main/spans/*.parquet"))
    assert len(files) > 1
    damage(files[0])
    [found] = damaged_files(lake.con)
    assert (found.table, found.path) == ("spans", files[0])
    with open_reader(lake.settings) as reader, pytest.raises(duckdb.Error):
        reader.execute("SELECT max(hash(COLUMNS(*))) FROM lake.spans").fetchall()

    [(before,)] = lake.rows("SELECT count(*) FROM lake.spans")
    set_aside(lake.con, folder, found)
    with open_reader(lake.settings) as reader:
        reader.execute("SELECT max(hash(COLUMNS(*))) FROM lake.spans").fetchall()
        assert reader.execute("SELECT count(*) FROM spans").fetchone() == (before - found.rows,)
        told = reader.execute("SELECT count, detail FROM lake.rejections").fetchall()
    assert told == [(found.rows, f"rows of spans: {files[0].name} {found.why}")]
    assert list(damaged_files(lake.con)) == []

    feed(lake, spans=300)
    for call in ("merge_adjacent_files('lake')", "expire_snapshots('lake', older_than => now())"):
        lake.con.execute(f"CALL ducklake_{call}")
    lake.con.execute("CALL ducklake_cleanup_old_files('lake', older_than => now())")
    assert list(damaged_files(lake.con)) == []


def test_a_sound_lake_has_no_damaged_files(lake: Pipeline) -> None:
    assert list(damaged_files(lake.con)) == []
