"""`latencytax` that kills itself, as `kill -9` would, inside a statement.

`python -m tests.e2e.dying PATTERN NTH AFTER_MS SPEED …`: it dies that long after it began the NTH
statement that holds PATTERN; chores are due SPEED times as often.
"""

import os
import signal
import sys
from itertools import count
from threading import Timer

from app import cli
from tests.benchmarks.altered import hurry
from tests.e2e.watched import watch


def main() -> None:
    """Watch every session, then be the command."""
    pattern, nth, after_ms, speed, *rest = sys.argv[1:]
    seen = count(1)

    def deadly(query: str) -> str:
        if pattern in query and next(seen) == int(nth):
            Timer(float(after_ms) / 1000, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return query

    watch(deadly)
    hurry(float(speed))
    sys.argv[1:] = rest
    cli.main()


if __name__ == "__main__":
    main()
