"""A collector process on a lake of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import CollectorProcess


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[CollectorProcess]:
    """A collector that was not started yet; killed at the end."""
    collector = CollectorProcess(tmp_path / "lake")
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CollectorProcess]:
    """A collector that all tests of a file send to."""
    with CollectorProcess(tmp_path_factory.mktemp("running") / "lake") as collector:
        yield collector
