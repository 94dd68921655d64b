"""The lake that all cases use, one after the other."""

from collections.abc import Iterator

import pytest

from tests.sql.pipeline import Pipeline, settings_of


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with Pipeline(settings_of(tmp_path_factory.mktemp("lake"))) as pipeline:
        yield pipeline
