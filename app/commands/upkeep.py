"""``refresh`` and ``check``: the models brought up to date, and their claims tested."""

import sys

from typer import echo

from app.commands.own_collector import own_collector, wait_until_caught_up
from app.formats import Format, write
from sql.lake import open_reader
from sql.models import run_checks
from sql.settings import Settings

DONE, FAILED = 0, 1


def refresh(settings: Settings) -> int:
    """Take the collector's place until rows and models are up to date."""
    with own_collector(settings) as collector:
        if collector is None:
            echo("A collector is running on this lake; it keeps the models up to date by itself")
            return DONE
        wait_until_caught_up(collector)
    echo("The models are up to date")
    return DONE


def check(settings: Settings) -> int:
    """Print a line for each claim; 1 when rows offend one."""
    with open_reader(settings) as lake:
        results = run_checks(lake)
    rows = [
        ("ok" if each.offending_rows == 0 else "FAILED", each.name, each.claim, each.offending_rows)
        for each in results
    ]
    write(("result", "check", "claim", "offending rows"), rows, Format.TABLE, sys.stdout)
    for each in results:
        if each.offending_rows:
            echo(f"{each.name}: {each.sample}", err=True)
    return FAILED if any(each.offending_rows for each in results) else DONE
