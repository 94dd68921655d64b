"""``alert test`` and ``alert watch``."""

import logging
import sqlite3
from contextlib import closing

import duckdb
from typer import echo

from app.alerts.channels import Channel, Message, NotToldError, channels
from app.alerts.watching import look
from app.digest.due import utc_now
from app.signals import stop_requested
from sql.alert_settings import SLACK_VARIABLE
from sql.lake import LakeMissingError, open_reader
from sql.settings import Settings, SettingsError

LOG = logging.getLogger(__name__)

DONE, FAILED = 0, 1
LOOKS_EVERY_S = 60.0
NOBODY = f"alerts: names nobody; add emails or a webhook in [alerts], or set {SLACK_VARIABLE}"


def test(settings: Settings) -> int:
    """Tell every channel that this is a test; 1 when one did not take it."""
    now = utc_now()
    text = "Latency Tax: this is a test, nothing is wrong."
    message = Message("test", "test", "ticket", "", "test", text, opened_at=now, at=now)
    told = [_told(channel, message) for channel in _channels(settings)]
    return DONE if all(told) else FAILED


def watch(settings: Settings, *, once: bool) -> int:
    """Look every minute until asked to stop."""
    _channels(settings)
    with stop_requested() as stop:
        while True:
            try:
                _look(settings)
            except (duckdb.Error, sqlite3.Error, OSError, LakeMissingError):
                if once:
                    raise
                LOG.exception("nothing can be seen; next look in %s s", LOOKS_EVERY_S)
            if once or stop.wait(LOOKS_EVERY_S):
                return DONE


def _look(settings: Settings) -> None:
    with closing(open_reader(settings)) as lake:
        for alert in look(lake, settings, utc_now()):
            echo(f"{alert.opened_at:%Y-%m-%d %H:%M} {alert.severity}: {alert.text}")


def _channels(settings: Settings) -> list[Channel]:
    found = list(channels(settings))
    if not found:
        raise SettingsError([NOBODY])
    return found


def _told(channel: Channel, message: Message) -> bool:
    try:
        channel.tell(message)
    except NotToldError as error:
        echo(f"{channel.name}: {error}", err=True)
        return False
    echo(f"{channel.name}: told")
    return True
