"""``move``: a lake in a folder is taken to PostgreSQL and a store that several machines share."""

from dataclasses import replace

from typer import echo

from sql.move import move as take
from sql.place import place_of
from sql.settings import Settings

DONE = 0


def move(settings: Settings, to: str, to_data: str) -> int:
    """Copy it while its collector goes on, and say how to start the collector from now on."""
    target = replace(settings, lake=to, data=to_data)
    moved = take(settings, target, echo)
    echo(
        f"{moved.files:,} files, {moved.rows['spans']:,} spans, {moved.rows['requests']:,} requests"
        " are there, and every table has as many rows as before."
    )
    old, new = place_of(settings), place_of(target)
    echo("Start the collector again, as soon as you like, with these variables or settings:")
    echo(f"  LATENCYTAX_LAKE='{new.catalogue}'")
    echo(f"  LATENCYTAX_DATA='{new.data}'")
    echo(f"  LATENCYTAX_HOME='{old.folder}'")
    echo("Until then it keeps in its journal what it acknowledges. The old lake can be read, and")
    echo("deleted when you have seen the new one: all but journal.sqlite and tokens.toml.")
    return DONE
