"""`latencytax` with other constants, to measure what the product itself has no switch for.

`--without-models` stores spans and makes no requests of them; `--speed N` lets time pass N times as
fast for commits, rounds and chores.
"""

import sys
from argparse import ArgumentParser
from dataclasses import replace
from math import inf

from app import cli
from collector import loader
from sql import maintenance, refresh


def never_assemble() -> None:
    """No requests are made; spans wait in memory, so only for short runs."""
    loader.ASSEMBLE_EVERY_S = inf


def hurry(speed: float) -> None:
    """All intervals are divided by `speed`."""
    loader.COMMIT_EVERY_S /= speed
    loader.ASSEMBLE_EVERY_S /= speed
    loader.WAIT_S /= speed
    refresh.QUIET /= speed
    kept, shorter = maintenance.SNAPSHOTS_KEPT, f"INTERVAL {600 / speed:.0f} seconds"
    maintenance.CHORES = tuple(  # type: ignore[assignment]  # as many chores as before
        replace(
            chore,
            every_s=chore.every_s / speed,
            statements=tuple(each.replace(kept, shorter) for each in chore.statements),
        )
        for chore in maintenance.CHORES
    )


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--without-models", action="store_true")
    parser.add_argument("--speed", type=float, default=1.0)
    options, rest = parser.parse_known_args()
    if options.without_models:
        never_assemble()
    hurry(options.speed)
    sys.argv[1:] = rest
    cli.main()


if __name__ == "__main__":
    main()
