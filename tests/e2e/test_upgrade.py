"""A lake of an earlier release becomes one of this release, whatever happens on the way."""

import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import CollectorProcess, wait_until

OLD = Path(__file__).parent / "old_lakes" / "version_22.tar.xz"
"""As its collector left it when it was killed: some spans were in its journal alone."""
SPANS, OF_CONVERSIONS, CONVERSIONS = 514, 6, 7
"""No request is made of a span that tells of a conversion; one more is told by an event."""
DIES_INSIDE = (
    ("INSERT INTO lake.lake_version", 4, 0),
    ("COMMIT", 1, 3),
    ("ducklake_flush_inlined_data", 1, 1),
)
"""(what the statement of the upgrade holds, which of them, how long after it began [ms])"""


@pytest.fixture
def rivals(tmp_path: Path) -> Iterator[list[CollectorProcess]]:
    """Two collectors of this release on the lake, neither of them started."""
    with tarfile.open(OLD) as archive:
        archive.extractall(tmp_path, filter="data")
    both = [CollectorProcess(tmp_path / "lake") for _ in range(2)]
    yield both
    for each in both:
        each.close()


@pytest.mark.timeout(240)
def test_an_upgrade_keeps_everything_though_it_dies_and_two_begin_it(
    rivals: list[CollectorProcess],
) -> None:
    dying = rivals[0]
    assert "the lake has version 22" in dying.run("sql", "select 1").stderr
    for pattern, nth, after_ms in DIES_INSIDE:
        told = (pattern, str(nth), str(after_ms), "1")
        dying.start(command=(sys.executable, "-m", "tests.e2e.dying", *told))
        dying.process.communicate(timeout=60)
        assert dying.process.returncode == -9, (pattern, dying.log.read_text(encoding="utf-8"))
    one = the_one_that_writes(rivals)
    one.wait_until_ready()
    in_requests = "select sum(spans), count(*) - count(distinct request_id) from requests"
    wait_until(lambda: one.rows(in_requests) == [(SPANS - OF_CONVERSIONS, 0)])
    assert one.value("select count(*) from spans") == SPANS
    assert one.value("select count(*) from conversions") == CONVERSIONS
    assert one.stop() == 0
    checked = one.run("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def the_one_that_writes(rivals: list[CollectorProcess]) -> CollectorProcess:
    """Of two that are started at once; the other one ends and says why."""
    for rival in rivals:
        rival.start()
    wait_until(lambda: any(rival.process.poll() is not None for rival in rivals))
    loser, winner = sorted(rivals, key=lambda rival: rival.process.poll() is None)
    loser.process.wait()
    said = f"another collector (process {winner.process.pid}) writes the lake"
    assert loser.process.returncode == 1
    assert said in winner.log.read_text(encoding="utf-8")
    return winner
