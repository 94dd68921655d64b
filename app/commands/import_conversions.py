"""``import-conversions``: files into the lake, through the door that posted conversions take."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.progress import Progress
from typer import echo

from app.commands.own_collector import own_collector, wait_until_caught_up
from app.conversion_columns import Columns, ColumnsError, columns_of
from app.conversion_files import Row, rows
from app.running_collector import authorization, http_target, running_collector
from collector.otlp_http import CONVERSIONS_PATH
from sql.conversions import Conversion, ConversionError, checked, packed
from sql.lake import open_reader
from sql.redaction import redactor_of
from sql.settings import Settings

SOURCE = "import"
ROWS_LOOKED_AT = 100
"""From which the columns of a file are guessed."""
ROWS_A_POST = 5_000
EXAMPLES = 3
ANSWER_WITHIN_S = 60.0
RETRY_FOR_S = 120.0
RETRY_EVERY_S = 2.0
BUSY = 503
HEADERS = {"Content-Type": "application/json"}
JOINED = """
select count(*), count(request_id)
from conversions
semi join imported using (conversion_id)
"""

Post = Callable[[list[Conversion]], None]


@dataclass(slots=True)
class Tally:
    """What happened to the rows of the files."""

    read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By reason."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """The first few of each reason."""
    conversion_ids: dict[str, None] = field(default_factory=dict)
    """Of what was sent, each once."""

    def reject(self, reason: str, example: str, count: int = 1) -> None:
        """Count rows that are not sent, or that the collector does not take."""
        self.rejected[reason] += count
        examples = self.examples.setdefault(reason, [])
        if len(examples) < EXAMPLES:
            examples.append(example)


def import_conversions(settings: Settings, files: list[Path], told: dict[str, str]) -> int:
    """Send the files' conversions, and return when they are in the lake; 1 if any are not."""
    tally = Tally()
    columns = {path: _columns(path, told) for path in files}
    for path, found in columns.items():
        echo(f"{path}: {found}")
    with Progress(console=Console(stderr=True)) as progress, _door(settings, tally) as post:
        task = progress.add_task("Importing", total=sum(path.stat().st_size for path in files))
        earlier_bytes = 0
        for path in files:
            for part, read_bytes in _parts(path, columns[path], tally):
                post(part)
                progress.update(task, completed=earlier_bytes + read_bytes)
            earlier_bytes += path.stat().st_size
        progress.update(task, completed=earlier_bytes, description="Loading")
    _report(settings, tally)
    return 1 if tally.rejected else 0


def _columns(path: Path, told: dict[str, str]) -> Columns:
    first = [row.fields for row in islice(rows(path), ROWS_LOOKED_AT) if row.fields is not None]
    try:
        return columns_of(first, told)
    except ColumnsError as error:
        raise ColumnsError(f"{path}: {error}") from error


@contextmanager
def _door(settings: Settings, tally: Tally) -> Iterator[Post]:
    """The HTTP door of the lake's collector, running or ours meanwhile; waits for the lake."""
    with ExitStack() as open_:
        ours = open_.enter_context(own_collector(settings))
        target = f"127.0.0.1:{ours.http_port}" if ours else http_target(settings)
        door = open_.enter_context(
            closing(http.client.HTTPConnection(target, timeout=ANSWER_WITHIN_S))
        )

        def post(part: list[Conversion]) -> None:
            _post(door, part, tally)

        yield post
        wait_until_caught_up(ours or running_collector(settings))


def _parts(path: Path, columns: Columns, tally: Tally) -> Iterator[tuple[list[Conversion], int]]:
    """A few thousand conversions at a time, and how far the file is read."""
    part: list[Conversion] = []
    read_bytes = 0
    for row in rows(path):
        tally.read += 1
        read_bytes = row.read_bytes
        try:
            part.append(_conversion(row, columns))
        except ConversionError as error:
            tally.reject(error.reason, f"{path} line {row.line}: {error}")
        if len(part) == ROWS_A_POST:
            yield part, read_bytes
            part = []
    yield part, read_bytes


def _conversion(row: Row, columns: Columns) -> Conversion:
    return checked(row.fields and columns.read(row.fields), source=SOURCE)


def _post(door: http.client.HTTPConnection, part: list[Conversion], tally: Tally) -> None:
    """Send some rows, and again while the collector is busy."""
    if not part:
        return
    deadline = time.monotonic() + RETRY_FOR_S
    while True:
        door.request("POST", CONVERSIONS_PATH, packed(part), HEADERS | authorization())
        answer = door.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        if answer.status != BUSY or time.monotonic() > deadline:
            break
        time.sleep(RETRY_EVERY_S)
    if answer.status != http.client.OK:
        tally.reject("refused", str(told.get("message")), len(part))
        return
    outcome = told.get("partialSuccess", {})
    if outcome:
        tally.reject("refused", outcome["errorMessage"], outcome["rejectedConversions"])
    tally.conversion_ids |= dict.fromkeys(each.conversion_id for each in part)


def _report(settings: Settings, tally: Tally) -> None:
    sent = pa.array(list(tally.conversion_ids), pa.string())
    imported = pa.table({"conversion_id": redactor_of(settings).ids(sent)})
    with open_reader(settings) as lake:
        lake.register("imported", imported)
        found, joined = lake.execute(JOINED).fetchone() or (0, 0)
    echo(
        f"{tally.read:,} rows read: {found:,} conversions, {joined:,} joined to a request, "
        f"{found - joined:,} not joined, {tally.rejected.total():,} rows rejected"
    )
    for reason, count in tally.rejected.most_common():
        echo(f"  {count:,} rejected, {reason}: {'; '.join(tally.examples[reason])}")
