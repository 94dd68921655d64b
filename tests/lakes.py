"""A lake without spans, made once in a process and copied: making one takes over a second."""

import shutil
import tempfile
from atexit import register
from functools import cache
from pathlib import Path

from sql.lake import open_writer
from sql.settings import load_settings


def empty_lake(folder: Path) -> Path:
    """The folder, with a lake in it that nobody has written to yet."""
    shutil.copytree(_made_once(), folder, dirs_exist_ok=True)
    return folder


@cache
def _made_once() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="latencytax-empty-"))
    register(shutil.rmtree, folder, ignore_errors=True)
    open_writer(load_settings(None, lake=str(folder), environ={})).close()
    return folder
