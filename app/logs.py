"""How this process logs: lines for people, or JSON for machines, on standard error."""

import logging

from pythonjsonlogger.json import JsonFormatter

from sql.settings import Settings

TEXT = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
JSON = JsonFormatter(
    "{levelname}{name}{message}",
    style="{",
    timestamp="at",
    rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
)


def log_as(settings: Settings) -> None:
    """Log in the settings' form and from their level on; others' libraries from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JSON if settings.log_format == "json" else TEXT)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in ("app", "collector", "sql"):
        logging.getLogger(room).setLevel(settings.log_level.upper())
