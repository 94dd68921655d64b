"""People's own SQL reads the lake and does nothing else: the attack list."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sql.guest import NotAQueryError, one_query, open_for_guests
from sql.lake import open_writer
from sql.models import macros
from sql.place import place_of
from sql.settings import Settings
from tests.lakes import empty_lake
from tests.sql.pipeline import settings_of

NOT_READ_ONLY = {
    "write a file": "copy (select 1) to '{data}/stolen.csv'",
    "write a file from a comment": "/* select */ copy spans to '{data}/stolen.parquet' -- select",
    "read a file into a table": "copy spans from '{data}/x.csv'",
    "export all": "export database '{data}/out'",
    "open another database": "attach '{outside}' as other",
    "close the lake": "detach lake",
    "make a table": "create table t as select 1",
    "make a view": "create view v as select 1",
    "make a macro": "create macro f() as 1",
    "make a secret": "create secret (type s3)",
    "change rows": "update spans set name = ''",
    "delete rows": "delete from spans",
    "add rows": "insert into rejections select * from rejections",
    "drop a table": "drop table lake.spans",
    "empty a table": "truncate lake.spans",
    "change a column": "alter table lake.spans drop column name",
    "change rows in a CTE": "with gone as (delete from spans returning 1) select * from gone",
    "change a setting": "set enable_external_access = true",
    "change a setting for all": "set global memory_limit = '1TB'",
    "reset a setting": "reset lock_configuration",
    "change a setting by pragma": "pragma threads = 64",
    "install an extension": "install httpfs",
    "load an extension": "load '{outside}'",
    "call a procedure": "call ducklake_merge_adjacent_files('lake')",
    "two statements": "select 1; drop table lake.spans",
    "a second one after a comment": "select 1; -- harmless\ndelete from spans",
    "explain that runs": "explain analyze delete from spans",
    "prepare and execute": "prepare p as delete from spans",
    "a transaction": "begin",
    "a checkpoint": "checkpoint lake",
    "vacuum": "vacuum",
    "use another schema": "use lake",
    "a variable": "set variable x = 1",
    "nothing": ";",
    "no SQL": "how much did we lose?",
}
SELECTS_THAT_DO_MORE = {
    "read a text file": "select * from read_text('/etc/hostname')",
    "read a file's bytes": "select * from read_blob('{folder}/catalog.sqlite')",
    "read a CSV": "from read_csv('/etc/passwd')",
    "read the web": "from read_parquet('http://127.0.0.1:1/x')",
    "list files": "from glob('/etc/*')",
    "in a subquery": "select (select max(content) from read_text('/etc/hostname'))",
    "in a CTE": "with files as (from glob('/*')) select * from files",
    "in a join": "select * from spans, lateral (from read_text('/etc/hostname'))",
    "in a union": "select 'x' as file union all select file from glob('/*')",
    "in a pivot": "from (from glob('/*')) pivot (count(*) for file in ('a'))",
    "in a description": "describe select * from read_text('/etc/hostname')",
    "in a summary": "summarize select * from glob('/*')",
    "open an SQLite file": "from sqlite_attach('{folder}/journal.sqlite')",
    "read an SQLite file": "from sqlite_scan('{folder}/catalog.sqlite', 'ducklake_table')",
    "run SQL in SQLite": "from sqlite_query('lake', 'drop table ducklake_table')",
    "delete the lake's files": "from ducklake_cleanup_old_files('lake', cleanup_all => true)",
    "forget snapshots": "from ducklake_expire_snapshots('lake', older_than => now())",
    "merge files": "from ducklake_merge_adjacent_files('lake')",
    "add files": "from ducklake_add_data_files('lake', 'spans', '/tmp/x.parquet')",
    "set an option": "from ducklake_set_option('lake', 'parquet_compression', 'none')",
    "see settings": "from duckdb_settings()",
    "see secrets": "from duckdb_secrets()",
    "write a checkpoint": "from force_checkpoint()",
    "profile": "from enable_profiling()",
    "SQL in a string": "from query('from glob(''/*'')')",
    "a table named in a string": "from query_table('spans')",
    "write a log": "select write_log('x')",
    "the lake's bookkeeping": "from __ducklake_metadata_lake.main.ducklake_data_file",
}
READS = [
    "select 1",
    "-- a comment\nselect count(*) from spans /* and another */;",
    "from requests limit 1",
    "with late as (from requests where duration_ms > 100) select count(*) from late",
    "select * from latency_tax_period(now() - interval 7 day, now())",
    "select unnest([1, 2])",
    "from range(3)",
    "from requests pivot (count(*) for outcome in ('ok', 'error'))",
    "show tables",
    "describe requests",
    "summarize select use_case from requests",
    "select column_name, comment from duckdb_columns() where table_name = 'requests'",
    "values (1)",
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_of(empty_lake(tmp_path_factory.mktemp("guest") / "lake"))
    with open_writer(settings) as writer:
        writer.execute("insert into lake.rejections values (now(), 'http', 'traces', 'x', 1, '')")
        writer.execute("call ducklake_flush_inlined_data('lake')")
    return settings


@pytest.fixture(scope="module")
def guest(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_for_guests(settings) as con:
        yield con


@pytest.fixture
def outside(settings: Settings) -> Iterator[Path]:
    """A path outside the lake; after the attack nothing is there, and the lake is as it was."""
    place = place_of(settings)
    before = {file: file.stat().st_size for file in Path(place.data).rglob("*.parquet")}
    yield Path(place.data).parents[1] / "elsewhere"
    assert {file: file.stat().st_size for file in Path(place.data).rglob("*")
            if file.is_file()} == before  # fmt: skip
    assert not (Path(place.data).parents[1] / "elsewhere").exists()


def filled_in(attack: str, settings: Settings, outside: Path) -> str:
    place = place_of(settings)
    return attack.format(data=place.data, folder=place.folder, outside=outside)


@pytest.mark.parametrize("attack", NOT_READ_ONLY.values(), ids=NOT_READ_ONLY.keys())
def test_only_one_select_gets_in(attack: str, settings: Settings, outside: Path) -> None:
    with pytest.raises(NotAQueryError, match=r"\w+ \w+"):
        one_query(filled_in(attack, settings, outside))


@pytest.mark.parametrize("attack", SELECTS_THAT_DO_MORE.values(), ids=SELECTS_THAT_DO_MORE.keys())
def test_a_select_that_would_do_more_is_refused(
    attack: str, settings: Settings, outside: Path
) -> None:
    with pytest.raises(NotAQueryError, match=r"refused|not for queries"):
        one_query(filled_in(attack, settings, outside))


@pytest.mark.parametrize("attack", [
    "copy (select 1) to '{outside}'",
    "attach '{outside}' as other",
    "export database '{outside}'",
    "install httpfs",
    "load '{outside}'",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set memory_limit = '1TB'",
    "set allowed_directories = ['/']",
    "from read_text('/etc/hostname')",
    "from glob('/etc/*')",
    "from '/etc/passwd'",
    "from settings",
    "from read_parquet('http://127.0.0.1:1/x')",
    "insert into lake.rejections select * from lake.rejections",
    "delete from lake.rejections",
    "drop table lake.rejections",
    "create table lake.t as select 1",
])  # fmt: skip
def test_the_session_is_closed_even_to_what_gets_past_the_first_lock(
    attack: str, guest: duckdb.DuckDBPyConnection, settings: Settings, outside: Path
) -> None:
    with pytest.raises(duckdb.Error):
        guest.cursor().execute(filled_in(attack, settings, outside))


@pytest.mark.parametrize("query", READS)
def test_whatever_only_reads_is_answered(query: str, guest: duckdb.DuckDBPyConnection) -> None:
    assert guest.cursor().execute(one_query(query)).description


def test_rows_in_the_lakes_files_are_read(guest: duckdb.DuckDBPyConnection) -> None:
    found = guest.cursor().execute(one_query("select reason from rejections")).fetchall()
    assert found == [("x",)]


def test_every_model_with_parameters_may_be_asked(guest: duckdb.DuckDBPyConnection) -> None:
    known = guest.cursor().execute(
        "select function_name from duckdb_functions() "
        "where database_name = 'memory' and function_type = 'table_macro'"
    )
    assert {name for (name,) in known.fetchall()} == macros()
