"""Objectives leave as OpenSLO and come back; what cannot be kept is said, and nothing written."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from app.commands.slo import export, import_
from sql.settings import Settings, UseCase, load_settings

OWN = """
# what we owe our visitors
[[use_case]]
name = "live_chat"
title = "Chat" # our word for it
channel = "chat"
match.use_case = "live_chat"

[[use_case.objective]]
sli = "first_token"
threshold_ms = 450
objective = 0.9

[[use_case.objective]]
sli = "perceived"
step = "tool"
threshold_ms = 300

[limits]
attribute_count = 64
"""
FOREIGN = """
apiVersion: openslo/v1
kind: Service
metadata: {name: checkout, displayName: Checkout advice}
spec: {}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout-latency}
spec:
  service: checkout
  indicator:
    metadata: {name: latency}
    spec: {thresholdMetric: {metricSource: {type: Datadog, spec: {query: latency}}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{op: lte, value: 0.2, targetPercent: 99}]
"""


@pytest.fixture
def settings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """Settings read from a file of that text, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "latencytax.toml"

    def read(text: str) -> Settings:
        config.write_text(text, encoding="utf-8")
        return load_settings(config, environ={})

    return read


def use_case(settings: Settings, name: str) -> UseCase:
    return next(one for one in settings.use_cases if one.name == name)


def imported(settings: Settings, text: str, unit: str = "ms") -> tuple[int, Settings]:
    file = Path("slos.yaml")
    file.write_text(text, encoding="utf-8")
    code = import_(settings, [file], sli="response", unit="s" if unit == "s" else "ms")
    return code, load_settings(settings.config, environ={})


def test_what_was_exported_is_imported_as_it_was(
    settings_of: Callable[[str], Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(OWN)
    export(settings)
    exported = capsys.readouterr().out
    code, again = imported(settings_of(""), exported)
    assert code == 0
    assert {one.name: one.objectives for one in again.use_cases} == {
        one.name: one.objectives for one in settings.use_cases
    }


def test_the_file_keeps_its_comments_and_all_else(
    settings_of: Callable[[str], Settings],
) -> None:
    code, again = imported(settings_of(OWN), FOREIGN, unit="s")
    assert code == 0
    written = Path("latencytax.toml").read_text(encoding="utf-8")
    assert "# what we owe our visitors" in written
    assert "# our word for it" in written
    assert again.limits.attribute_count == 64
    assert len(use_case(again, "live_chat").objectives) == 2


def test_a_threshold_of_another_tool_becomes_an_objective_in_milliseconds(
    settings_of: Callable[[str], Settings],
) -> None:
    _, again = imported(settings_of(""), FOREIGN, unit="s")
    checkout = use_case(again, "checkout")
    assert checkout.title == "Checkout advice"
    assert checkout.match["service.name"] == ("checkout",)
    [objective] = checkout.objectives
    assert (objective.sli, objective.threshold_ms) == ("response", 200)
    assert (objective.objective, objective.window_days) == (0.99, 28)


def test_each_count_is_one_that_metrics_serves(
    settings_of: Callable[[str], Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    export(settings_of(OWN))
    slos = [
        one for one in yaml.safe_load_all(capsys.readouterr().out)
        if one["kind"] == "SLO" and one["spec"]["service"] == "live-chat"
    ]  # fmt: skip
    ratios = [one["spec"]["indicator"]["spec"]["ratioMetric"] for one in slos]
    assert [ratio["good"]["metricSource"]["spec"]["query"] for ratio in ratios] == [
        'sum(latencytax_slo_requests_total{use_case="live_chat",metric="first_token",'
        'threshold_ms="450.0",verdict="good"})',
        'sum(latencytax_slo_requests_total{use_case="live_chat",metric="perceived/tool",'
        'threshold_ms="300.0",verdict="good"})',
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("Occurrences", "Timeslices", "only Occurrences"),
        ("duration: 4w", "duration: 12h", "duration is '12h'"),
        ("op: lte", "op: gte", "good below"),
        ("targetPercent: 99", "displayName: x", "neither target nor targetPercent"),
        ("targetPercent: 99", "targetPercent: 100", "less than 1"),
        ("thresholdMetric", "ratioMetric", "annotation latencytax/threshold-ms"),
        ("service: checkout", "description: x", "names no service"),
        ("openslo/v1", "openslo/v2", "no document of kind SLO"),
        ("kind: SLO", "kind: [", "is not YAML"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_written(
    settings_of: Callable[[str], Settings],
    capsys: pytest.CaptureFixture[str],
    was: str,
    becomes: str,
    told: str,
) -> None:
    code, _ = imported(settings_of(OWN), FOREIGN.replace(was, becomes))
    assert code == 1
    assert told in capsys.readouterr().err
    assert Path("latencytax.toml").read_text(encoding="utf-8") == OWN
