"""`latencytax repair` names what it sets aside, once."""

from pathlib import Path

import pytest

from app.commands.repair import repair
from tests.sql.pipeline import Pipeline, settings_of
from tests.sql.simulated import feed


def test_a_missing_file_is_named_and_then_no_more_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(tmp_path / "lake")
    with Pipeline(settings) as pipeline:
        feed(pipeline, spans=300)
        pipeline.con.execute("CALL ducklake_flush_inlined_data('lake')")
    file = next((tmp_path / "lake" / "data").glob("main/spans/*.parquet"))
    file.unlink()
    assert repair(settings) == 1
    told = capsys.readouterr().out
    assert f"{file.name} is missing: " in told
    assert "restore" in told
    assert repair(settings) == 0
    assert capsys.readouterr().out == "Every data file can be read\n"
