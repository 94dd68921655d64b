"""``repair``: data files that cannot be read are set aside, so that the rest can be asked."""

from contextlib import closing

from typer import echo

from collector.service import only_writer
from sql.damage import damaged_files, set_aside
from sql.lake import open_writer
from sql.place import place_of
from sql.settings import Settings

DONE, FAILED = 0, 1


def repair(settings: Settings) -> int:
    """Look at every data file; 1 when one had to be set aside. No collector may run meanwhile."""
    lake = place_of(settings).folder
    if lake is None:
        echo("Only a lake in a folder can be repaired; restore the files of the bucket.", err=True)
        return FAILED
    with only_writer(lake), closing(open_writer(settings)) as con:
        found = list(damaged_files(con))
        for damaged in found:
            set_aside(con, lake, damaged)
            echo(f"{damaged.path.name} {damaged.why}: {damaged.rows:,} rows of {damaged.table}")
    if not found:
        echo("Every data file can be read")
        return DONE
    echo(
        f"{len(found)} files are set aside in {lake / 'damaged'}; what was summed up from their "
        "rows stays as it was. With a backup, restore it instead: nothing is lost then."
    )
    return FAILED
