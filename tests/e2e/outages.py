"""A lake that cannot be written, while its collector runs."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(lake: Path) -> Iterator[None]:
    """Somebody else holds the lake's catalogue and lets nobody write."""
    holder = sqlite3.connect(lake / "catalog.sqlite", isolation_level=None)
    holder.execute("begin exclusive")
    yield
    holder.execute("rollback")
    holder.close()


@contextmanager
def away(lake: Path) -> Iterator[None]:
    """The folder of data files is not there, as a volume that was taken off."""
    folder = lake / "data"
    elsewhere = folder.with_name(f"{folder.name}.away")
    folder.rename(elsewhere)
    folder.touch()
    yield
    folder.unlink()
    elsewhere.rename(folder)
