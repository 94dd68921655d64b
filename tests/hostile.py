"""Names that try to be more than names; every surface that shows names is tested with all of them.

They come from spans, so anybody who may send can choose them.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sql.settings import Settings, load_settings
from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import Pipeline

NAMES = {
    "html": "<img src=x onerror=window.hacked=1 data-hostile>",
    "script": "</script><script>window.hacked=1</script>",
    "attribute": "\" onmouseover='window.hacked=1' data-hostile=\"",
    "link": "[x](javascript:alert(1)) ![y](https://hostile.example/pixel)",
    "directive": ":red[HOSTILE] :material/bolt: :red-badge[HOSTILE]",
    "math": "$HOSTILE^2$ $$HOSTILE$$",
    "block": "# HOSTILE\n| a | b |\n|---|---|\n```",
    "formula": '=HYPERLINK("https://hostile.example")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-1+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "control": "a\x00b\x07c\x1b[31md\u0085",
    "bidi": "\u202egnp\u202c \u2066x\u2069",
    "sql": "'; drop table lake.spans; --",
    "mention": "<!channel> <@U1> @here",
    "template": "{{ 7 * 7 }} ${7*7} %(x)s {0}",
}
"""By what each tries."""
NOW = datetime.now(UTC)
REQUESTS = 40
"""Of each name; enough to be told about."""
CASE = f"""
[[use_case]]
name = "hostile"
title = {json.dumps(NAMES["html"] + NAMES["directive"] + NAMES["math"])}
channel = "chat"
match = {{ use_case = "*" }}
objective = [{{ sli = "response", threshold_ms = 200 }}]
"""


def spans() -> Iterator[TestSpan]:
    """Requests in which everything that a sender can name has one of the names."""
    start_ms = (NOW - START) / timedelta(milliseconds=1) - 3_600_000
    for kind, name in enumerate(NAMES.values(), start=1):
        for turn in range(REQUESTS):
            trace, at_ms = f"{kind:x}0{turn:02x}", start_ms + 1000 * turn
            who = {"marketing.use_case": name, "gen_ai.agent.name": name, "session.id": name}
            who |= {"user.id": name, "gen_ai.conversation.id": name, "error.type": name}
            tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
            model = {"gen_ai.operation.name": "chat", "gen_ai.request.model": name}
            model |= {"gen_ai.provider.name": name, "gen_ai.usage.input_tokens": "10"}
            for number, (until_ms, attributes) in enumerate(
                [(900, who), (300, tool), (600, model)], start=1
            ):
                parent = "" if number == 1 else "1"
                end_ms = at_ms + until_ms
                yield TestSpan(
                    trace, str(number), parent, at_ms, end_ms, name, name, "", attributes
                )


def hostile_lake(folder: Path) -> Settings:
    """Makes a lake that is full of such names; its settings."""
    config = folder / "latencytax.toml"
    config.write_text(CASE, encoding="utf-8")
    settings = load_settings(config, lake=str(folder / "lake"), environ={})
    with Pipeline(settings) as pipeline:
        pipeline.arrive([otlp(spans())], NOW)
        pipeline.assemble(NOW)
    return settings
