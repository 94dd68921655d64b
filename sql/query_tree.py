"""What a query names, from DuckDB's own parse tree; nothing is run."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import duckdb

from sql.dictionary import literal


def tables_named(query: str) -> set[str]:
    """Every table, view and table function that a SELECT reads. Raises ValueError on bad SQL."""
    return {node["table_name"] for node in _tables(query)} | table_functions_called(query)


def catalogues_named(query: str) -> set[str]:
    """The catalogues and schemas that a SELECT spells out. Raises ValueError on bad SQL."""
    return {node[part] for node in _tables(query) for part in ("catalog_name", "schema_name")}


def table_functions_called(query: str) -> set[str]:
    """Every function that a SELECT reads as a table. Raises ValueError on bad SQL."""
    nodes = _nodes(_parsed(query))
    return {
        node["function"]["function_name"] for node in nodes if node.get("type") == "TABLE_FUNCTION"
    }


def scalar_functions_called(query: str) -> set[str]:
    """Every function that a SELECT calls for a value. Raises ValueError on bad SQL."""
    nodes = _nodes(_parsed(query))
    return {node["function_name"] for node in nodes if node.get("type") == "FUNCTION"}


def functions_called(expression: str) -> set[str]:
    """Every scalar function that an expression calls. Raises ValueError on bad SQL."""
    return scalar_functions_called(f"SELECT {expression}")


def _tables(query: str) -> Iterator[dict[str, Any]]:
    return (node for node in _nodes(_parsed(query)) if node.get("type") == "BASE_TABLE")


@lru_cache(maxsize=512)
def _parsed(query: str) -> object:
    # A bound value would do as well, but makes DuckDB import pandas: half a second at each start.
    row = duckdb.execute(f"SELECT json_serialize_sql({literal(query)})").fetchone()
    tree = json.loads(row[0]) if row else {}
    if tree.get("error"):
        raise ValueError(f"{tree['error_message']} in: {query}")
    return tree


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for child in children:
        yield from _nodes(child)
