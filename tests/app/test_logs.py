"""What a process logs is a line for people, or one JSON object for machines."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.logs import log_as
from sql.settings import Settings, load_settings

LOG = logging.getLogger("collector.door")


@pytest.fixture
def settings() -> Iterator[Settings]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield load_settings(None, environ={})
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_is_an_object_a_line_whatever_is_logged(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    log_as(replace(settings, log_format="json", log_level="info"))
    LOG.info('it is "open"\nreally', extra={"port": 4317})
    try:
        int("many\nlines")
    except ValueError:
        LOG.exception("could not count")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["level"], first["logger"]) == ("INFO", "collector.door")
    assert first["message"] == 'it is "open"\nreally'
    assert first["port"] == 4317
    assert "T" in first["at"]
    assert "ValueError" in second["exception"]


def test_the_level_is_ours_and_other_libraries_only_warn(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    log_as(replace(settings, log_level="error"))
    LOG.warning("unheard")
    log_as(replace(settings, log_level="debug"))
    LOG.debug("heard")
    logging.getLogger("uvicorn.error").info("unheard too")
    told = capsys.readouterr().err
    assert told.endswith("DEBUG heard\n")
    assert "unheard" not in told
