"""Where the seconds go, in words: what is said of the bands, and what hostile text cannot do."""

import polars as pl
import pytest

from app.dashboard.seconds.chart import composition, composition_text
from app.dashboard.seconds.table import table
from app.dashboard.seconds.words import Band, bands_of, headline, nobodys, slow
from app.palette import DARK, LIGHT


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def band(name: str, n: int, **ms: float) -> Band:
    return Band(name, n, ms, {step: [f"{name}-{step}"] for step in ms})


BANDS = [
    band("p0-50", 500, llm_prefill=200.0, orchestration=50.0),
    band("p50-95", 450, llm_prefill=400.0, network=100.0, orchestration=50.0),
    band("p95-99", 40, llm_prefill=600.0, network=250.0, orchestration=150.0),
]


def cells(*rows: tuple[str, str, str, float, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(*row, [f"{row[1]}-{row[2]}"]) for row in rows],
        schema=["use_case", "band", "step", "ms", "n", "exemplars"],
        orient="row",
    )


def test_the_sentence_names_what_the_slow_ones_wait_for() -> None:
    assert plain(headline(BANDS, "Live chat", "perceived")) == (
        "The slowest 5 % of live chat requests take 1 s to be first heard or read; "
        "60 % of that is waiting for the model’s first token."
    )


def test_network_and_orchestration_are_spelled_out_with_their_sample() -> None:
    assert plain(nobodys(BANDS)) == (
        "Network and orchestration, in which no model and no tool works, take 40 % of it: "
        "400 ms a request (25 % network, 15 % orchestration; mean of 40 requests)."
    )


def test_few_requests_speak_of_the_slower_half() -> None:
    assert slow(BANDS[:2]).name == "p50-95"
    words = plain(headline(BANDS[:2], "CRM assistant", "response"))
    assert words.startswith(
        "The slower half of CRM assistant requests take 550 ms to be answered in full"
    )


def test_bands_come_from_fast_to_slow_and_steps_as_charts_stack_them() -> None:
    found = bands_of(
        cells(
            ("chat", "p95-99", "tool", 5.0, 2),
            ("chat", "p0-50", "orchestration", 1.0, 9),
            ("chat", "p0-50", "llm_prefill", 3.0, 9),
            ("other", "p99+", "tool", 1.0, 1),
        ),
        "chat",
    )
    assert [(each.name, list(each.ms)) for each in found] == [
        ("p0-50", ["llm_prefill", "orchestration"]),
        ("p95-99", ["tool"]),
    ]


def test_a_step_that_a_band_does_not_have_is_a_dash() -> None:
    first_row = table(BANDS, None, []).split("<tr>")[3]
    assert "Network" in first_row
    assert 'data-label="Fast half">–<' in first_row


def test_a_request_id_is_data_wherever_it_is_linked() -> None:
    hostile = Band("p0-50", 1, {"tool": 1.0}, {"tool": ['"><script>alert(1)</script>']})
    assert "<script>" not in table([hostile], None, [("use_case", "<b>")])


def test_changes_are_those_of_the_slow_band() -> None:
    changes = pl.DataFrame(
        {"step": ["network"], "band": ["p95-99"], "ms_change": [80.0]},
    )
    assert "80 ms slower" in plain(table(BANDS, changes, []))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_chart_stacks_each_band_to_its_mean(colours: dict[str, str]) -> None:
    chart = composition(BANDS, 500.0, colours).to_dict()
    pieces = next(rows for rows in chart["datasets"].values() if "to_ms" in rows[0])
    ends = {}
    for piece in pieces:
        assert piece["from_ms"] == ends.get(piece["band"], 0.0)
        ends[piece["band"]] = piece["to_ms"]
    assert ends == {"Fast half": 250.0, "Slow half": 550.0, "Slowest 5 %": 1000.0}


def test_the_chart_can_be_read_aloud() -> None:
    said = plain(composition_text(BANDS))
    assert "Slowest 5 %, 1 s: First token 600 ms, Network 250 ms" in said


def test_a_step_that_the_slow_band_does_not_have_leads_to_those_that_do() -> None:
    fast = band("p0-50", 2, tool=30.0)
    other = band("p50-95", 1, orchestration=90.0)
    assert "request=p0-50-tool" in table([fast, other], None, [])
