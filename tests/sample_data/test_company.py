from pathlib import Path

import pytest

from sample_data.company_file import COMPANY_TOML, CompanyError, load_company
from sample_data.dialects import load_dialects


def test_company_validates_and_every_dialect_is_spoken() -> None:
    company = load_company()
    assert {case.dialect for case in company.use_cases} == set(load_dialects())


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("production = 0.96, staging = 0.04", "production = 0.9", "live_chat.environments: shares"),
        (
            'fallback = "claude-haiku-4-5"',
            'fallback = "claude"',
            "live_chat: no model named 'claude'",
        ),
        (
            "answered.pricing = {",
            "answered.prices = {",
            "lead_gen: no intent named 'prices'",
        ),
        ('busy = "steady"', 'busy = "stady"', "self_hosted: no shape named 'stady'"),
        ("days = [0.95, 0.95, 1.0,", "days = [", "shape evening: needs 24 hours and 7 days"),
    ],
)
def test_each_contradiction_is_named(
    tmp_path: Path, written: str, instead: str, problem: str
) -> None:
    changed = tmp_path / "company.toml"
    changed.write_text(COMPANY_TOML.read_text().replace(written, instead, 1))
    with pytest.raises(CompanyError, match=problem):
        load_company(changed)
