"""What real libraries sent is stored completely, and without the texts of prompts and answers."""

from pathlib import Path

import pytest

from tests.e2e.corpus import CORPUS, Replayed, replay
from tests.e2e.processes import CollectorProcess

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the captured corpus is not beside this checkout"
)

TEXTS = (
    "Do you have the trail runner",
    "trail runner in size 42 is in stock",
    "your member discount of 15 percent",
    "Optimise the bid for running shoes",
    "You are a marketing agent",
)


@pytest.fixture(scope="module")
def replayed(running: CollectorProcess) -> list[Replayed]:
    return replay(running)


def test_every_span_of_every_library_is_stored(replayed: list[Replayed]) -> None:
    assert len(replayed) > 30
    assert all(each.sent > 0 for each in replayed)
    assert [each for each in replayed if each.sent != each.stored] == []


@pytest.mark.usefixtures("replayed")
def test_nothing_is_refused_or_put_aside(running: CollectorProcess) -> None:
    refused = "select * from rejections where door <> 'loader' or detail <> 'kept'"
    assert running.rows(refused) == []


@pytest.mark.usefixtures("replayed")
@pytest.mark.parametrize("text", TEXTS)
def test_content_was_sent_and_is_not_in_the_lake(running: CollectorProcess, text: str) -> None:
    assert any(text.encode() in file.read_bytes() for file in CORPUS.glob("*/raw/*.traces.*"))
    holding = "select spans::varchar from lake.spans where contains(spans::varchar, ?)"
    assert running.rows(holding, text) == []
    holding = "select requests::varchar from lake.requests where contains(requests::varchar, ?)"
    assert running.rows(holding, text) == []
    catalogue = Path(running.settings.lake).glob("catalog.sqlite*")
    assert not any(text.encode() in file.read_bytes() for file in catalogue)
