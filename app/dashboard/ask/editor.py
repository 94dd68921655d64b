"""The editor: SQL with our names completed."""

from typing import Any

from code_editor import code_editor

from sql.data_dictionary import call, entries

LINES = [8, 22]
RUN = {
    "name": "Run",
    "hasText": True,
    "alwaysOn": True,
    "primary": True,
    "showWithIcon": True,
    "feather": "Play",
    "commands": ["submit"],
    "bindKey": {"win": "Ctrl-Enter", "mac": "Command-Enter"},
    "style": {"bottom": "0.5rem", "right": "0.7rem", "fontWeight": "600", "color": "#2f5fd0"},
}
COLUMN_SCORE, MODEL_SCORE = 500, 1000


def editor(text: str) -> str | None:
    """Draw the editor with a text in it; what the reader wants to be run, once they say so."""
    response: dict[str, Any] = code_editor(
        text,
        lang="sql",
        height=LINES,
        buttons=[RUN],
        completions=completions(),
        options={"wrap": True, "showLineNumbers": True},
        props={"enableLiveAutocompletion": True, "enableBasicAutocompletion": True},
        key=f"editor-{hash(text)}",
    )
    return str(response["text"]) if response.get("type") == "submit" else None


def completions() -> list[dict[str, str | int]]:
    """Every table, view, function and column of ours, as the editor wants them."""
    described = [entry for part in entries().values() for entry in part]
    columns = {column: comment for entry in described for column, comment in entry.columns.items()}
    return [
        *(_completion(call(entry), entry.text, MODEL_SCORE) for entry in described),
        *(_completion(column, comment, COLUMN_SCORE) for column, comment in columns.items()),
    ]


def _completion(name: str, meaning: str, score: int) -> dict[str, str | int]:
    return {
        "caption": name.partition("(")[0],
        "value": name,
        "meta": meaning.partition(".")[0][:60],
        "name": name,
        "score": score,
    }
