"""People's own SQL: one statement that only reads, checked by DuckDB's own parser."""

import duckdb


class NotAQueryError(Exception):
    """The text is not one statement that only reads."""


def one_query(text: str) -> str:
    """The statement, when it is the only one and a SELECT, DESCRIBE, SHOW or SUMMARIZE.

    A read-only lake is not enough: `COPY … TO` writes files whatever is attached.
    """
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise NotAQueryError(str(error)) from error
    if len(statements) != 1:
        raise NotAQueryError(f"One statement at a time, please; these are {len(statements)}")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name
        raise NotAQueryError(f"{kind} is refused: the lake is only read here. Write a SELECT")
    return str(statements[0].query)
