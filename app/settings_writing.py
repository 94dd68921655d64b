"""Use cases written into a settings file, whose comments and order stay as they are."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import TypeAdapter
from tomlkit.items import AoT, Table

from sql.settings import UseCase
from sql.settings_file import check, parsed


def write_use_cases(file: Path, use_cases: Iterable[UseCase]) -> None:
    """Replace the file by one with these use cases, at once or, if it would be wrong, not at all.

    Of a use case that the file has, only the objectives are changed. Raises SettingsError.
    """
    document = tomlkit.parse(file.read_text(encoding="utf-8") if file.exists() else "")
    tables = document.setdefault("use_case", tomlkit.aot())
    for use_case in use_cases:
        told = TypeAdapter(UseCase).dump_python(use_case, by_alias=True, exclude_defaults=True)
        table = next((one for one in tables if one.get("name") == use_case.name), None)
        if table is None:
            tables.append(_table({key: value for key, value in told.items() if key != "objective"}))
            table = tables[-1]
        table["objective"] = _tables(told["objective"])
    text = tomlkit.dumps(document)
    raw = parsed(text, file)
    check(raw, dict.fromkeys(raw, str(file)))
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, encoding="utf-8")
    if file.exists():
        new.chmod(file.stat().st_mode)
    new.replace(file)


def _tables(rows: Iterable[dict[str, Any]]) -> AoT:
    tables = tomlkit.aot()
    for row in rows:
        tables.append(_table(row))
    return tables


def _table(values: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, _plain(value))
    return table


def _plain(value: object) -> Any:
    """As TOML has it: lists, and a glob alone as text."""
    if isinstance(value, tuple):
        return list(value) if len(value) > 1 else value[0]
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update({key: _plain(each) for key, each in value.items()})
        return inline
    return value
