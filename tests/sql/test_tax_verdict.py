"""What may be said of a use case: METHODS, latency tax 4, row by row."""

from dataclasses import replace

import pytest

from sql.tax.verdict import OF_FALLBACKS, Facts, verdict

SOUND = Facts(
    conversions=5_000, late=20_000, placebo_passed=True, provider_se=0.005,
    has_experiment=False, data_share=0.9, prior_sd=0.0155,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "measured"),
        ({"conversions": 99}, "insufficient_data"),
        ({"conversions": 99, "placebo_passed": False}, "insufficient_data"),
        ({"late": 0, "data_share": 0.0}, "measured"),
        ({"placebo_passed": False, "provider_se": None}, "not_identifiable"),
        ({"placebo_passed": None, "provider_se": None}, "not_identifiable"),
        ({"placebo_passed": False, "provider_se": 0.03}, "not_identifiable"),
        ({"placebo_passed": False, "provider_se": 0.02}, "measured"),
        ({"placebo_passed": None, "provider_se": 0.03}, "measured"),
        ({"placebo_passed": False, "provider_se": None, "has_experiment": True}, "measured"),
        ({"provider_se": None}, "measured"),
        ({"data_share": 0.29}, "insufficient_data"),
        ({"data_share": 0.3}, "blended"),
        ({"data_share": 0.69}, "blended"),
        ({"data_share": 0.7}, "measured"),
    ],
)
def test_the_first_rule_that_holds_decides(changes: dict[str, object], expected: str) -> None:
    assert verdict(replace(SOUND, **changes)).verdict == expected


def test_a_refusal_says_that_the_range_is_not_the_teams_own() -> None:
    few = verdict(replace(SOUND, conversions=42))
    confounded = verdict(replace(SOUND, placebo_passed=False, provider_se=None))
    assert few.reason == "Not enough conversions yet (42). Benchmark range, not your data."
    assert "cannot separate" in confounded.reason
    assert confounded.cure is not None
    assert "Delay a random 1–5 %" in confounded.cure


def test_what_is_measured_names_what_it_was_checked_against() -> None:
    assert verdict(SOUND).reason == (
        "From your data; checked against provider incidents and a placebo check."
    )
    assert verdict(replace(SOUND, data_share=0.5)).reason.startswith("50 % from your data")
    assert verdict(SOUND).cure is None


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_what_the_future_seems_to_explain_is_a_warning_and_no_refusal(share: float) -> None:
    warned = verdict(replace(SOUND, data_share=share, future_z=-3.0))
    assert warned.verdict in {"blended", "measured"}
    assert "Warning: how slow the next hour is" in warned.reason
    assert "Warning" not in verdict(replace(SOUND, data_share=share, future_z=2.0)).reason


def test_fallbacks_are_refused_in_their_own_words() -> None:
    few = verdict(replace(SOUND, conversions=42), OF_FALLBACKS)
    confounded = verdict(replace(SOUND, placebo_passed=False, provider_se=None), OF_FALLBACKS)
    assert few.reason == "Not enough conversions after fallbacks yet (42) to say what they cost."
    assert "fell back" in confounded.reason
    assert confounded.cure == "Switch fallbacks off for one model in hours chosen at random."
