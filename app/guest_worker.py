"""The process in which guests' queries run: what one of them exhausts is this process alone.

It takes a query after the other from a pipe and answers each with two messages, a JSON head and the
rows as an Arrow stream. Its memory is bounded by the system, because DuckDB bounds what it buffers
and not what a function makes (`repeat('x', 1000000000)`).
"""

import json
import resource
import sys
import time
from multiprocessing.connection import Connection

import duckdb
import pyarrow as pa

from sql.guest import open_for_guests
from sql.lake import LakeMissingError, LakeTooNewError
from sql.place import LakeUnreachableError
from sql.settings import SettingsError, load_settings

BUFFERED = "1GB"
MOST_MEMORY_BYTES = 4 * 2**30
"""Of addresses; a quarter of it is taken by libraries that are mapped and not read."""
MOST_ROWS_BYTES = 64 * 2**20
ROWS_AT_A_TIME = 1000
THREADS = 2


def main() -> None:
    """Serve queries on the pipe whose file descriptor is the argument, until it is closed."""
    pipe: Connection[bytes, bytes] = Connection(int(sys.argv[1]))
    try:
        lake = open_for_guests(load_settings(None), memory_limit=BUFFERED, threads=THREADS)
    except (LakeMissingError, LakeTooNewError, LakeUnreachableError, SettingsError) as error:
        _send(pipe, {"error": str(error)})
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    while True:
        try:
            asked = json.loads(pipe.recv_bytes())
        except EOFError:
            return
        _send(pipe, *_answer(lake, asked["query"], asked["most_rows"]))


def _send(pipe: "Connection[bytes, bytes]", head: dict[str, object], rows: bytes = b"") -> None:
    pipe.send_bytes(json.dumps(head).encode())
    pipe.send_bytes(rows)


def _answer(
    lake: duckdb.DuckDBPyConnection, query: str, most_rows: int
) -> tuple[dict[str, object], bytes]:
    began_at = time.monotonic()
    try:
        with lake.cursor() as cursor:
            rows, is_cut = _first(cursor.execute(query).to_arrow_reader(ROWS_AT_A_TIME), most_rows)
    except (duckdb.Error, pa.ArrowException, MemoryError, OSError) as error:
        return {"error": str(error) or "It needs more memory than a query may use here"}, b""
    return {"took_s": time.monotonic() - began_at, "is_cut": is_cut}, rows


def _first(reader: pa.RecordBatchReader, most_rows: int) -> tuple[bytes, bool]:
    """The first rows as an Arrow stream, and whether there are more."""
    sink, left, size = pa.BufferOutputStream(), most_rows, 0
    is_cut = False
    with pa.ipc.new_stream(sink, reader.schema) as stream:
        for batch in reader:
            is_cut = batch.num_rows > left or size + batch.nbytes > MOST_ROWS_BYTES
            if size + batch.nbytes <= MOST_ROWS_BYTES:
                stream.write_batch(batch.slice(0, left))
            if is_cut:
                break
            left, size = left - batch.num_rows, size + batch.nbytes
    return sink.getvalue().to_pybytes(), is_cut


if __name__ == "__main__":
    main()
