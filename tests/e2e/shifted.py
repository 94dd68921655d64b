"""`latencytax` whose clock goes wrong: seconds that stand in a file are added to the time of day.

`python -m tests.e2e.shifted FILE SPEED …`: the clocks of Python and of DuckDB (`now()`) follow the
file from one moment to the next, as they would follow somebody who sets the machine's clock; chores
are due SPEED times as often. What counts seconds (`monotonic`) goes on evenly, as it would.
"""

import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from app import cli
from collector import service  # noqa: F401 - with all modules that ask the time
from tests.benchmarks.altered import hurry
from tests.e2e.watched import watch


class _AnyDatetime(type(datetime)):  # type: ignore[misc] # the type of a built-in type
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


def shift(file: Path) -> None:
    """From now on, for every module of ours and every session of this process."""

    def off() -> float:
        return float(file.read_text(encoding="ascii"))

    class Shifted(datetime, metaclass=_AnyDatetime):
        """As it is, but for `now`."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=off())

    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in {"app", "collector", "sql"} and hasattr(module, "datetime"):
            vars(module)["datetime"] = Shifted
    watch(lambda query: query.replace("now()", f"(now() + INTERVAL '{off()} seconds')"))


def main() -> None:
    """Shift the clock, then be the command."""
    file, speed, *rest = sys.argv[1:]
    shift(Path(file))
    hurry(float(speed))
    sys.argv[1:] = rest
    cli.main()


if __name__ == "__main__":
    main()
