"""One lake for many tests: making one takes longer than emptying it."""

from collections.abc import Iterator

import pytest

from tests.sql.pipeline import Pipeline, settings_of


@pytest.fixture(scope="module")
def shared_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with Pipeline(settings_of(tmp_path_factory.mktemp("lake"))) as pipeline:
        yield pipeline


@pytest.fixture
def pipeline(shared_pipeline: Pipeline) -> Pipeline:
    """An empty lake."""
    shared_pipeline.empty(shared_pipeline.settings)
    return shared_pipeline
