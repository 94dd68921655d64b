"""A backup of a lake that is being written has all that was acknowledged before it, once."""

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.processes import COMMAND, CollectorProcess, wait_until
from tests.e2e.test_faults import wait_for_more
from tests.e2e.test_kill import assert_requests_are_the_traces, ids, sending

COUNTS = "select (select count(*) from spans), (select count(*) from requests)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake that was backed up under load, the backup, and what was acknowledged before."""
    folder = tmp_path_factory.mktemp("backed-up")
    with CollectorProcess(folder / "lake") as collector:
        with sending(collector, folder / "witness.txt"):
            wait_until(lambda: bool(collector.value("select count(*) > 200 from requests")))
            wait_for_more(folder / "witness.txt")
            shutil.copy(folder / "witness.txt", folder / "before.txt")
            (folder / "lake" / "journal.damaged-1.sqlite").write_bytes(b"no database")
            finished = collector.run("backup", "backup")
            assert finished.returncode == 0, finished.stderr
        assert collector.stop() == 0
    return folder


def test_a_restored_lake_has_what_was_acknowledged_before(folder: Path, tmp_path: Path) -> None:
    restored = CollectorProcess(tmp_path / "restored")
    shutil.rmtree(tmp_path / "restored")
    done = restored.run("restore", str(folder / "backup"))
    assert done.returncode == 0, done.stderr
    assert restored.run("refresh").returncode == 0
    stored = [tuple(row) for row in restored.rows("select trace_id, span_id from spans")]
    assert ids(folder / "before.txt", "acknowledged") - set(stored) == set()
    assert len(stored) == len(set(stored))
    assert_requests_are_the_traces(restored)
    restored.start()
    restored.wait_until_ready()
    with sending(restored, tmp_path / "after.txt"):
        wait_for_more(tmp_path / "after.txt")
    assert restored.stop() == 0
    assert restored.run("refresh").returncode == 0
    stored = [tuple(row) for row in restored.rows("select trace_id, span_id from spans")]
    restored.close()
    assert ids(tmp_path / "after.txt", "acknowledged") - set(stored) == set()
    assert len(stored) == len(set(stored))


@pytest.mark.parametrize("harm", ["manifest", "file", "version"])
def test_what_is_no_whole_backup_is_refused(folder: Path, tmp_path: Path, harm: str) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(folder / "backup", backup)
    manifest = backup / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    match harm:
        case "manifest":
            manifest.unlink()
        case "file":
            (backup / "catalog.sqlite").write_bytes(b"something else")
        case "version":
            manifest.write_text(json.dumps(told | {"lake_version": 999}), encoding="utf-8")
    restored = CollectorProcess(tmp_path / "restored")
    shutil.rmtree(tmp_path / "restored")
    refused = restored.run("restore", str(backup))
    assert refused.returncode == 1
    words = {"manifest": "no whole backup", "file": "catalog.sqlite", "version": "upgrade it"}
    assert words[harm] in refused.stderr
    assert not (tmp_path / "restored").exists()
    assert restored.run("backup", str(backup), "--lake", str(folder / "lake")).returncode == 1


def test_a_backup_that_was_killed_is_none(folder: Path, tmp_path: Path) -> None:
    killed = subprocess.Popen(
        [*COMMAND, "backup", str(tmp_path / "b"), "--lake", str(folder / "lake")]
    )
    wait_until((tmp_path / "b" / "journal.sqlite").exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    refused = CollectorProcess(tmp_path / "lake").run("restore", str(tmp_path / "b"))
    assert "no whole backup" in refused.stderr
