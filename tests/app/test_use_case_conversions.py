"""What slowness takes of the conversions of a use case, in words and charts."""

from dataclasses import replace

import polars as pl
import pytest

from app.dashboard.use_cases import conversion_chart, conversions
from app.palette import DARK, LIGHT


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


BINS = pl.DataFrame(
    {
        "from_ms": [400.0, 500.0, 10_000.0],
        "to_ms": [500.0, 625.0, None],
        "sessions": [900, 400, 3],
        "conversion_rate": [0.18, 0.14, 0.0],
        "rate_low": [0.16, 0.12, 0.0],
        "rate_high": [0.2, 0.16, 0.5],
        "fitted": [0.17, 0.15, 0.02],
        "fitted_low": [0.17, 0.14, 0.01],
        "fitted_high": [0.17, 0.16, 0.1],
    }
)
MEASURED = conversions.Fit(
    verdict="measured",
    reason="From your data.",
    cure=None,
    sessions=1303,
    conversions=218,
    budget_ms=500,
    decay="hinge",
    slope_low=0.02,
    slope=0.03,
    slope_high=0.04,
)


def test_what_slowness_takes_is_told_with_its_interval() -> None:
    assert plain(conversions.answer(MEASURED)) == (
        "Each 100 ms over the budget takes 3 % of conversions (2–4 %)."
    )
    deadline = replace(MEASURED, decay="deadline")
    assert conversions.answer(deadline).startswith("Being late at all takes")


def test_an_interval_that_holds_zero_shows_no_loss() -> None:
    words = plain(conversions.answer(replace(MEASURED, slope_low=-0.01)))
    assert words == (
        "No loss is shown: each 100 ms over the budget takes between −1 % and 4 % of conversions."
    )


def test_a_benchmark_never_passes_for_data() -> None:
    reason, cure = "Not enough conversions yet (7).", "Wait."
    refused = replace(MEASURED, verdict="insufficient_data", reason=reason, cure=cure)
    assert conversions.answer(refused) == reason
    assert refused.curve == "industry benchmark, not your data"
    assert conversions.grounds(refused) == (
        "Not enough data, 218 conversions of 1,303 sessions. To be sure: Wait."
    )


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_chart_is_whole_and_has_a_text(colours: dict[str, str]) -> None:
    drawn = conversions.drawn(BINS)
    assert drawn.height == 2
    assert conversion_chart.conversion(drawn, MEASURED, colours).to_dict()["layer"]
    assert "500–625 ms 14 % (12–16 %), fitted 15 %" in plain(
        conversion_chart.conversion_text(drawn, MEASURED)
    )
