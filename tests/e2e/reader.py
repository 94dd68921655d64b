"""Another program on the lake: reads it in snapshots, prints what it counted, one line for each.

`python -m tests.e2e.reader` reads the lake of its environment until its stdin ends. A line is
spans, spans by `ingest_log`, spans again, and requests.
"""

import sys
from threading import Event, Thread

from sql.lake import open_reader, transaction
from sql.settings import load_settings

COUNTS = (
    "select count(*) from spans",
    "select coalesce(sum(spans), 0)::bigint from ingest_log",
    "select count(*) from (select distinct trace_id, span_id from spans)",
    "select count(*) from requests",
)


def set_at_end_of_input(stop: Event) -> None:
    sys.stdin.read()
    stop.set()


def main() -> None:
    stop = Event()
    Thread(target=set_at_end_of_input, args=[stop], daemon=True).start()
    with open_reader(load_settings(None)) as lake:
        while not stop.is_set():
            with transaction(lake):
                counts = [lake.execute(query).fetchone() for query in COUNTS]
            print(*(row[0] for row in counts if row), flush=True)  # noqa: T201 its output


if __name__ == "__main__":
    main()
