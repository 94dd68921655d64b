"""Whatever breaks, nothing acknowledged is lost or counted twice, and all comes back by itself."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.outages import away, locked
from tests.e2e.processes import CollectorProcess, wait_until
from tests.e2e.test_kill import assert_all_is_there, ids, sending

DIES_INSIDE = (
    ("INSERT INTO lake.spans", 3, 2),
    ("COMMIT", 6, 4),
    ("INSERT INTO lake.requests", 2, 1),
    ("ducklake_merge_adjacent_files", 1, 4),
    ("ducklake_cleanup_old_files", 1, 1),
    ("ducklake_rewrite_data_files", 1, 2),
)
"""(what the statement holds, which of them, how long after it began [ms])"""
SPEED = 600
DISK_BYTES = 48 * 2**20


def dying(pattern: str, nth: int, after_ms: float) -> tuple[str, ...]:
    told = (pattern, str(nth), str(after_ms), str(SPEED))
    return (sys.executable, "-m", "tests.e2e.dying", *told)


@pytest.mark.timeout(240)
def test_death_inside_a_commit_or_a_chore_loses_nothing(
    stopped: CollectorProcess, tmp_path: Path
) -> None:
    witness = tmp_path / "witness.txt"
    with stopped as collector:
        with sending(collector, witness):
            collector.kill()
            for told in DIES_INSIDE:
                collector.start(command=dying(*told))
                collector.process.communicate(timeout=60)
                assert collector.process.returncode == -9, (told, collector.log.read_text())
            collector.start()
            collector.wait_until_ready()
        assert_all_is_there(collector, witness)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a page is left on the folder's disk."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(2**12))
        except OSError:
            pass
    yield
    filler.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={DISK_BYTES}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a small disk here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def acknowledged(witness: Path) -> int:
    return len(ids(witness, "acknowledged")) if witness.exists() else 0


def wait_for_more(witness: Path, spans: int = 500) -> None:
    """Returns when so many more are acknowledged."""
    enough = acknowledged(witness) + spans
    wait_until(lambda: acknowledged(witness) >= enough)


def has_loaded(collector: CollectorProcess, spans: int) -> bool:
    return bool(collector.value("select count(*) from spans") >= spans)


def test_while_the_lake_cannot_be_written_spans_are_taken_and_later_loaded(
    stopped: CollectorProcess, tmp_path: Path
) -> None:
    witness, lake = tmp_path / "witness.txt", tmp_path / "lake"
    with stopped as collector:
        with sending(collector, witness):
            wait_until(lambda: bool(collector.value("select count(*) > 50 from spans")))
            for outages in ((locked,), (away,), (locked, away)):
                with ExitStack() as broken:
                    for outage in outages:
                        broken.enter_context(outage(lake))
                    wait_for_more(witness)
                loaded = acknowledged(witness)
                wait_until(partial(has_loaded, collector, loaded))
        assert_all_is_there(collector, witness)


def test_a_full_disk_makes_senders_wait_and_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    witness = tmp_path / "witness.txt"
    with CollectorProcess(small_disk / "lake") as collector:
        with sending(collector, witness):
            wait_until(lambda: bool(collector.value("select count(*) > 50 from spans")))
            with full(small_disk):
                refused = "could not be written|database or disk is full|No space left"
                wait_until(lambda: said(witness.parent / "sender.log", refused))
            wait_for_more(witness, 100)
        assert_all_is_there(collector, witness)


def said(log: Path, pattern: str) -> bool:
    return re.search(pattern, log.read_text(encoding="utf-8")) is not None
