"""Models copied from beside the lake are those that would be made, and never others."""

from pathlib import Path

import duckdb
import pytest

from sql.lake import open_reader, open_writer
from sql.models import session_statements
from sql.ready_models import FOLDER
from sql.settings import Settings
from tests.lakes import empty_lake
from tests.sql.pipeline import settings_of

CATALOGUE = (
    "SELECT table_name, column_name, column_index, data_type, comment FROM duckdb_columns() "
    "WHERE database_name = 'memory' AND NOT internal ORDER BY ALL",
    "SELECT view_name, comment FROM duckdb_views() "
    "WHERE database_name = 'memory' AND NOT internal ORDER BY ALL",
    "SELECT function_name, function_type, parameters FROM duckdb_functions() "
    "WHERE database_name = 'memory' AND NOT internal ORDER BY ALL",
    "SELECT * FROM use_cases",
    "SELECT * FROM conventions",
    "SELECT * FROM best_moves",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(empty_lake(tmp_path / "lake"))


def files(settings: Settings) -> list[Path]:
    return list((Path(settings.lake) / FOLDER).iterdir())


def shown(settings: Settings) -> list[list[tuple[object, ...]]]:
    with open_reader(settings) as con:
        return [con.execute(query).fetchall() for query in CATALOGUE]


def made(settings: Settings) -> list[list[tuple[object, ...]]]:
    """The same of a session in which every statement was run."""
    with open_reader(settings) as con:
        for statement in session_statements(settings):
            con.execute(statement)
        return [con.execute(query).fetchall() for query in CATALOGUE]


def test_they_are_the_same_as_made(settings: Settings) -> None:
    assert len(files(settings)) == 1
    assert shown(settings) == made(settings)


def test_other_settings_have_models_of_their_own(settings: Settings, tmp_path: Path) -> None:
    config = tmp_path / "latencytax.toml"
    config.write_text(
        '[[use_case]]\nname = "bids"\ntitle = "Bids"\nchannel = "ads"\nmatch.use_case = "bids"\n'
        'objective = [{ sli = "response", threshold_ms = 70 }]\n'
    )
    others, query = (
        settings_of(Path(settings.lake), config),
        "SELECT 'bids' IN (SELECT name FROM use_cases)",
    )
    with open_reader(others) as con:
        assert con.execute(query).fetchone() == (True,)
    (left,) = files(settings)
    open_writer(others).close()
    assert len(files(settings)) == 1
    assert files(settings) != [left]
    with open_reader(others) as con, open_reader(settings) as earlier:
        assert con.execute(query).fetchone() == (True,)
        assert earlier.execute(query).fetchone() == (False,)


@pytest.mark.parametrize("size", [0, 100, 300_000])
def test_a_damaged_file_is_not_believed(settings: Settings, size: int) -> None:
    expected = shown(settings)
    (file,) = files(settings)
    with file.open("r+b") as left:
        left.truncate(size)
    assert shown(settings) == expected


def test_a_folder_that_cannot_be_written_keeps_no_lake_shut(settings: Settings) -> None:
    (file,) = files(settings)
    file.unlink()
    file.parent.rmdir()
    file.parent.touch()
    with open_writer(settings) as con:
        assert con.execute("SELECT count(*) FROM requests").fetchone() == (0,)


def test_a_session_that_copied_them_has_nothing_else_attached(settings: Settings) -> None:
    with open_reader(settings) as con:
        names = con.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal")
        assert {name for (name,) in names.fetchall()} == {"lake", "memory"}
        with pytest.raises(duckdb.Error, match="ready_models"):
            con.execute("FROM ready_models.main.use_cases")
