"""The questions to start from are answered by the lake as it is."""

from collections.abc import Iterator

import pytest

from app.examples import Example, examples
from sql.guest import one_query
from tests.sql.pipeline import Pipeline, settings_of
from tests.sql.simulated import feed


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with Pipeline(settings_of(tmp_path_factory.mktemp("lake"))) as pipeline:
        feed(pipeline, spans=1000)
        yield pipeline


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.question)
def test_an_example_is_a_question_and_a_query_that_may_be_asked(
    example: Example, fed: Pipeline
) -> None:
    assert example.question.endswith("?")
    assert fed.con.execute(one_query(example.query)).description
