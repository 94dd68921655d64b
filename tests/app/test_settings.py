"""Settings: precedence, what is shipped, and what is said about mistakes."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from sql.settings import SettingsError, host_and_port, load_settings

MISTAKES = sorted((Path(__file__).parent / "settings_files").glob("*.toml"))


@pytest.mark.parametrize("file", MISTAKES, ids=lambda file: file.stem)
def test_a_mistake_is_named_with_file_key_value_and_remedy(file: Path) -> None:
    expected = [
        line.removeprefix("# says: ")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("# says: ")
    ]
    with pytest.raises(SettingsError) as caught:
        load_settings(file, environ={})
    assert len(caught.value.problems) == len(expected)
    for problem in expected:
        assert problem in str(caught.value)


def test_a_problem_in_the_environment_names_the_variable() -> None:
    with pytest.raises(SettingsError, match="LATENCYTAX_HTTP_ADDRESS: http_address = 'x': must be"):
        load_settings(None, environ={"LATENCYTAX_HTTP_ADDRESS": "x"})


def test_a_missing_file_is_a_problem_only_when_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, environ={}).config is None
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read"):
        load_settings(Path("nowhere.toml"), environ={})


def test_option_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    file = tmp_path / "latencytax.toml"
    file.write_text('lake = "from-file"\nhttp_address = "127.0.0.1:1"\n', encoding="utf-8")
    environ = {"LATENCYTAX_LAKE": "/from-environment", "LATENCYTAX_CONFIG": str(file)}

    assert load_settings(None, environ={}).lake.endswith("/latencytax-data")
    assert load_settings(file, environ={}).lake == str(tmp_path / "from-file")
    assert load_settings(None, environ=environ).lake == "/from-environment"
    assert load_settings(None, environ=environ).http_address == "127.0.0.1:1"
    assert load_settings(None, lake="/from-option", environ=environ).lake == "/from-option"


def test_a_child_process_arrives_at_the_same_settings(tmp_path: Path) -> None:
    file = tmp_path / "latencytax.toml"
    file.write_text("keep_content = true\n", encoding="utf-8")
    settings = load_settings(file, lake="ducklake:postgres:", data="s3://bucket/x", environ={})
    assert load_settings(None, environ=settings.environment()) == settings


def test_every_shipped_use_case_has_a_budget_and_matches_its_own_name() -> None:
    settings = load_settings(None, environ={})
    assert {use_case.name for use_case in settings.use_cases} == {
        "bid_optimization",
        "checkout_personalization",
        "content_delivery",
        "content_generation",
        "email_send_time",
        "lead_gen",
        "live_chat",
        "real_time_personalization",
        "support_agent",
        "voice_agent",
    }
    for use_case in settings.use_cases:
        assert use_case.match["use_case"] == (use_case.name,)
        assert use_case.objectives


def test_a_use_case_replaces_the_shipped_one_of_its_name_and_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "latencytax.toml"
    file.write_text(
        '[[use_case]]\nname = "voice_agent"\ntitle = "Ours"\nchannel = "phone"\n'
        'match = { "service.name" = "pbx-*" }\n'
        'objective = [{ sli = "perceived", threshold_ms = 900 }]\n',
        encoding="utf-8",
    )
    use_cases = load_settings(file, environ={}).use_cases
    assert use_cases[0].title == "Ours"
    assert use_cases[0].match == {"service.name": ("pbx-*",)}
    assert [use_case.name for use_case in use_cases].count("voice_agent") == 1
    assert len(use_cases) == len(load_settings(None, environ={}).use_cases)


def test_an_ipv6_address_has_its_host_in_brackets() -> None:
    assert host_and_port("[::1]:4317") == ("::1", 4317)


@pytest.mark.parametrize(
    ("model", "tier"),
    [
        ("llama-3.2-1b-instruct", "tiny"),
        ("ministral-3b-latest", "tiny"),
        ("gpt-4.1-nano", "tiny"),
        ("gemini-2.5-flash-lite", "tiny"),
        ("gpt-4o-mini-2025-08-07", "medium"),
        ("claude-3-5-haiku-20241022", "medium"),
        ("gemini-2.5-flash", "medium"),
        ("mistral-7b-instruct", "medium"),
        ("deepseek-r1:7b", "medium"),
        ("gpt-4o", "large"),
        ("o3", "large"),
        ("anthropic.claude-sonnet-4-5", "large"),
        ("gemini-2.5-pro", "large"),
        ("meta-llama/llama-3.3-70b-instruct", "large"),
        ("qwen3-235b-a22b", "large"),
        ("text-embedding-3-small", None),
    ],
)
def test_a_model_is_in_the_first_tier_with_a_glob_for_it(model: str, tier: str | None) -> None:
    tiers = load_settings(None, environ={}).tiers
    matching = [
        each.name for each in tiers if any(fnmatchcase(model, glob) for glob in each.models)
    ]
    assert (matching or [None])[0] == tier
