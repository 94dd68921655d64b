"""What the documents say happens, is what tests show: each row names tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = {file.stem for file in (ROOT / "tests").rglob("test_*.py")}


@pytest.mark.parametrize(
    ("document", "heading"),
    [("README.md", "## What happens when"), ("docs/faults.md", "# What happens when…")],
)
def test_each_row_names_tests_that_there_are(document: str, heading: str) -> None:
    told = (ROOT / document).read_text(encoding="utf-8").split(f"{heading}\n")[1].split("\n#")[0]
    _, _, *rows = [line for line in told.splitlines() if line.startswith("|")]
    named = [set(re.findall(r"test_\w+", row)) for row in rows]
    assert len(rows) > 5
    assert all(named)
    assert set.union(*named) <= TESTS
