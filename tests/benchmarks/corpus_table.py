"""`python -m tests.benchmarks.corpus_table`: spans of each captured library, sent and stored."""

from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.e2e.corpus import replay
from tests.e2e.processes import CollectorProcess


def main() -> None:
    table = Table("library", "sent", "stored")
    with (
        TemporaryDirectory() as folder,
        CollectorProcess(Path(folder) / "lake") as collector,
    ):
        for each in replay(collector):
            table.add_row(each.library, str(each.sent), str(each.stored))
    Console().print(table)


if __name__ == "__main__":
    main()
