"""Files of conversions as rows: CSV, Parquet, JSON lines or a JSON list, told apart by content."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"
DELIMITERS = ",;\t|"
ROWS_AT_ONCE = 10_000
DAMAGED = (
    *(csv.Error, ValueError, OSError, EOFError, RecursionError),
    *(zlib.error, pa.ArrowException),
)
"""What reading a file that is not whole, or none of ours, may raise."""
VALUE_NAMES = ("key", "name")
"""What exports call the two halves of a pair is `key` or `name`, and `value`."""


class ConversionFileError(Exception):
    """A file is none of the kinds above, or ends in the middle; the message says where."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `fields` is None when it is no object, `read_bytes` how far the file is read."""

    line: int
    fields: dict[str, Any] | None
    read_bytes: int


def rows(path: Path) -> Iterator[Row]:
    """Each row, nested fields as `outer.inner`. Raises ConversionFileError."""
    with path.open("rb") as file:
        try:
            if file.peek(4).startswith(PARQUET_MAGIC):
                yield from _parquet(path)
            else:
                yield from _text(file)
        except DAMAGED as error:
            raise ConversionFileError(f"{path}: cannot be read: {error}") from error


def _parquet(path: Path) -> Iterator[Row]:
    line, size = 0, path.stat().st_size
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE):
            for fields in batch.to_pylist():
                line += 1
                yield Row(line, flat(fields), size * line // file.metadata.num_rows)


def _text(file: io.BufferedReader) -> Iterator[Row]:
    packed = file.peek(2).startswith(GZIP_MAGIC)
    stream: gzip.GzipFile | io.BufferedReader = gzip.GzipFile(fileobj=file) if packed else file
    with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="") as text:
        first = text.readline()
        match first.lstrip()[:1]:
            case "":
                return
            case "{":
                yield from _json_lines(first, text, file)
            case "[":
                for line, fields in enumerate(json.loads(first + text.read()), start=1):
                    yield Row(line, _flat_object(fields), file.tell())
            case _:
                yield from _csv(first, text, file)


def _json_lines(first: str, text: io.TextIOWrapper, file: BinaryIO) -> Iterator[Row]:
    for line, content in enumerate(_with_first(first, text), start=1):
        if content.strip():
            try:
                fields = json.loads(content)
            except (ValueError, RecursionError):
                fields = None
            yield Row(line, _flat_object(fields), file.tell())


def _csv(first: str, text: io.TextIOWrapper, file: BinaryIO) -> Iterator[Row]:
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(_with_first(first, text), delimiter=delimiter)
    columns = next(reader)
    for values in reader:
        if values:
            fields = dict(zip(columns, values, strict=False))
            yield Row(reader.line_num, fields, file.tell())


def _with_first(first: str, text: io.TextIOWrapper) -> Iterator[str]:
    yield first
    yield from text


def _flat_object(fields: object) -> dict[str, Any] | None:
    return flat(fields) if isinstance(fields, dict) else None


def flat(fields: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Objects within, and lists of key-value pairs, as `outer.inner`; other lists as they are."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        pairs = _pairs(value) if isinstance(value, list) else value
        if isinstance(pairs, dict):
            found |= flat(pairs, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _pairs(items: list[Any]) -> dict[str, Any] | None:
    """`[{"key": k, "value": v}]` as `{k: v}`; of a value in several types, the one given."""
    pairs = {}
    for item in items:
        if not isinstance(item, dict) or "value" not in item:
            return None
        name = next((item[each] for each in VALUE_NAMES if each in item), None)
        value = item["value"]
        if isinstance(value, dict):
            value = next((each for each in value.values() if each is not None), None)
        pairs[str(name)] = value
    return pairs
