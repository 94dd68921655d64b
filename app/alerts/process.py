"""``latencytax alert watch`` beside the collector, for as long as the context lasts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sql.settings import Settings

COMMAND = (sys.executable, "-m", "app.cli", "alert", "watch")
ENDS_WITHIN_S = 5.0


@contextmanager
def alert_process(settings: Settings) -> Iterator[None]:
    """Runs where the settings have alerts; it only reads the lake."""
    if settings.alerts is None:
        yield
        return
    process = subprocess.Popen(  # noqa: S603 - our own command
        COMMAND,
        env=os.environ | settings.environment(),
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches us alone, so that we end things in order
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
