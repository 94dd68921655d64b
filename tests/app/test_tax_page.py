"""The Latency tax page over cells and fits of our own, and what it says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app import tax_queries
from app.dashboard import wording
from app.dashboard.filters import unfiltered
from app.dashboard.tax import charts as tax_charts
from app.dashboard.tax import evidence as tax_evidence
from app.dashboard.tax import tables as tax_tables
from app.dashboard.tax import words as tax_words
from app.dashboard.tax.proof import PROOFS
from app.dashboard.tax.rows import Case, Change, Peak, Piece, Tax, Total
from app.palette import DARK, LIGHT
from app.tax_queries import FIGURES
from sql.lake import open_reader, open_writer
from sql.settings import Settings, load_settings

MAIN = Path(__file__).parents[2] / "app" / "dashboard" / "main.py"
WEEK = "in the last 7 days"
FIT = """
INSERT INTO lake.tax_fits BY NAME
SELECT $use_case AS use_case, now() AS fitted_at, $verdict AS verdict, 'Because.' AS reason,
    'Delay some at random.' AS cure, 'hinge' AS decay, 1200 AS conversions, 9000 AS sessions,
    0.3 AS late_ratio, 500.0 AS budget_ms, 0.8 AS data_share, 0.01 AS slope_low, 0.02 AS slope,
    0.03 AS slope_high, 0.007 AS benchmark, -0.007 AS benchmark_low, 0.044 AS benchmark_high,
    [CASE WHEN bin < 5 THEN 0 ELSE ln(1 + $low) END FOR bin IN range(16)] AS effects_low,
    [CASE WHEN bin < 5 THEN 0 ELSE ln(1 + $middle) END FOR bin IN range(16)] AS effects,
    [CASE WHEN bin < 5 THEN 0 ELSE ln(1 + $high) END FOR bin IN range(16)] AS effects_high
"""
CELL = """
INSERT INTO lake.tax_cells BY NAME
SELECT $use_case AS use_case, 'chat' AS channel, 'large' AS tier, 'm' AS model,
    time_bucket(INTERVAL 1 hour, now()) - INTERVAL 5 hour AS hour, 500.0 AS budget_ms,
    6 AS latency_bin, false AS is_fallback, 9000 AS sessions, 1200 AS conversions,
    120000.0 AS revenue_usd, 0.0 AS revenue_usd_squared
"""


def fill(con: duckdb.DuckDBPyConnection, use_case: str, verdict: str, *losses: float) -> None:
    """1,200 conversions worth 120,000 USD in late sessions, and the curve's shares of them."""
    low, middle, high = losses
    values = {"use_case": use_case, "verdict": verdict, "low": low, "middle": middle, "high": high}
    con.execute(FIT, values)
    con.execute(CELL, {"use_case": use_case})


@pytest.fixture
def lake(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A lake with one span, which the settings of the environment name."""
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    with open_writer(settings) as con:
        con.execute("INSERT INTO lake.spans (trace_id, received_at) VALUES ('a', now())")
        yield con


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(None, lake=str(tmp_path / "lake"))


def shown() -> str:
    """The words on the page."""
    page = AppTest.from_file(MAIN, default_timeout=60).run()
    assert not page.exception
    html = "\n".join(element.proto.body for element in page.html)
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


def convert(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("INSERT INTO lake.conversions (conversion_id) VALUES ('order')")


def test_the_headline_is_the_models_value(
    lake: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    convert(lake)
    fill(lake, "live_chat", "measured", 0.1, 0.3, 0.5)
    fill(lake, "lead_gen", "insufficient_data", 0.2, 0.4, 0.6)
    words = shown()
    with open_reader(settings) as con:
        filters = unfiltered(datetime.now(UTC).replace(second=0, microsecond=0))
        total = tax_queries.ask(con, "total", filters).filter(basis="measured", part="all")
    assert total["usd"].item() == pytest.approx(36_000)
    assert (
        f"cost about {wording.about_usd(total['usd'].item())} {WEEK}, all of it in live chat"
        in words
    )
    assert "90 % interval $12k to $60k" in words
    assert "Not in it, because your data cannot tell yet: lead generation." in words
    assert "Industry benchmark, not your data" not in words.split("Budgets")[0]
    assert "applied to your traffic: together $24k to $72k. It is in no figure above." in words


def test_what_cannot_be_told_is_refused_with_the_cure(lake: duckdb.DuckDBPyConnection) -> None:
    convert(lake)
    fill(lake, "live_chat", "not_identifiable", 0.1, 0.3, 0.5)
    words = shown()
    assert f"What slow answers cost {WEEK}, your data cannot tell yet." in words
    assert "Because. Delay some at random." in words
    assert "$36k" not in words


@pytest.mark.usefixtures("lake")
def test_without_conversions_it_says_how_to_send_them() -> None:
    page = AppTest.from_file(MAIN, default_timeout=60).run()
    assert "No conversions yet" in "".join(element.proto.body for element in page.html)
    sent = "\n".join(block.value for block in page.code)
    assert "marketing.conversion.value_usd" in sent
    assert "latencytax import-conversions orders.csv" in sent


LOSSES = Total(
    basis="measured",
    part="lost_conversions",
    use_cases=2,
    without_usd=0,
    usd=41_200,
    usd_low=28_000,
    usd_high=55_000,
    lost_conversions=410,
    lost_low=280,
    lost_high=550,
    n=5000,
    sessions=90_000,
    unpriced=None,
    verdict="measured",
    is_tax_shown=True,
)
CHAT = Case(
    use_case="live_chat", title="Live chat", part="lost_conversions", usd=30_000, usd_low=20_000,
    usd_high=40_000, lost_conversions=300, lost_low=200, lost_high=400, verdict="measured", n=3000,
    source="data", reason="From your data.", cure=None, is_tax_shown=True, late_ratio=0.3,
)  # fmt: skip
LEADS = replace(CHAT, use_case="lead_gen", title="<b>Leads</b>")
WHOLE = Piece(
    "measured", "live_chat", "all", "all", 30_000, 20_000, 40_000, 300, share=0.73, share_of_case=1
)
TAX = Tax(
    totals=[LOSSES, replace(LOSSES, part="all")],
    cases=[CHAT, LEADS],
    pieces=[
        WHOLE,
        replace(WHOLE, use_case="lead_gen", usd=11_200, share=0.27),
        replace(WHOLE, step="llm_prefill", usd=22_000, share=0.53, share_of_case=0.73),
        replace(WHOLE, step="unknown", usd=8000, share=0.2, share_of_case=0.27),
        replace(WHOLE, tier="large", usd=25_000, share=0.6),
        replace(WHOLE, tier="tiny", usd=5000, share=0.13),
    ],
    peaks=[Peak("live_chat", 17, 22, 5)],
    change=Change(38_000, "unclear"),
    has_conversions=True,
)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_sentence_says_how_much_of_what_and_when() -> None:
    assert tax_words.headline(TAX, WEEK) == (
        f"Slow answers cost about $41k {WEEK}, most of it in live chat, half of that between "
        "17:00 and 22:00 UTC."
    )


def test_an_interval_that_holds_zero_is_no_tax() -> None:
    unsure = replace(LOSSES, usd_low=-139, is_tax_shown=False)
    paid = replace(LOSSES, part="speed_premium", usd=90)
    tax = replace(TAX, totals=[unsure, paid, replace(LOSSES, part="all")])
    assert tax_words.headline(tax, WEEK) == (
        f"No tax shown {WEEK}: the interval, −$139 to $55k, holds zero; $90 was paid for speed."
    )
    assert "<b>No tax shown</b>" in tax_tables.figure(LOSSES, unsure, [], is_shown=tax.is_shown)


def test_conversions_without_a_worth_are_counted() -> None:
    worthless = replace(LOSSES, usd=None, usd_low=None, usd_high=None)
    tax = replace(TAX, totals=[worthless, replace(worthless, part="all")])
    assert tax_words.headline(tax, WEEK).startswith("Slow answers cost about 410 conversions")
    assert tax_words.interval(worthless) == "280 to 550 conversions"


def test_the_period_before_is_only_called_different_when_it_is() -> None:
    assert tax_words.against(TAX.change, "the 7 days before") == (
        "$38k in the 7 days before: no clear change"
    )
    assert tax_words.against(Change(None, None), "the 7 days before") is None


def test_a_row_says_what_it_waits_for_and_names_are_never_markup() -> None:
    table = plain(tax_tables.made_of(TAX, []))
    assert "First token<small>$22k of $30k</small>" in table
    assert '<span class="lt-nested">large</span>' in table
    assert "<b>Leads" not in table
    assert "&lt;b&gt;Leads" in table


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_charts_are_whole_and_have_a_text(colours: dict[str, str]) -> None:
    assert tax_charts.composition(TAX, colours).to_dict()["layer"]
    assert "Live chat $30k: First token $22k, No path recorded $8,000" in plain(
        tax_charts.composition_text(TAX)
    )
    marks = [tax_evidence.Mark("within_hour", 0.02, -0.01, 0.05)]
    assert tax_evidence.chart(marks, colours).to_dict()["layer"]
    assert "same model and hour: 2.0 % (−1.0 % to 5.0 %)" in plain(tax_evidence.chart_text(marks))


def test_every_figure_says_what_it_rests_on() -> None:
    assert PROOFS.keys() == FIGURES.keys()
    assert all(set(proof) == {"Formula", "Assumptions", "Source"} for proof in PROOFS.values())


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0.0, "$0"), (4.6, "$4.60"), (1072.33, "$1,072"), (-139.2, "−$139"), (9999.6, "$10k"),
        (41_200, "$41k"), (999_700, "$1.0M"), (-1_240_000, "−$1.2M"), (-0.004, "$0"), (None, "–"),
    ],
)  # fmt: skip
def test_money_is_as_precise_as_it_can_be_read(amount: float | None, words: str) -> None:
    assert wording.usd(amount) == words


def test_the_sql_of_a_figure_is_what_was_asked() -> None:
    filters = unfiltered(datetime(2026, 1, 5, tzinfo=UTC) - timedelta(minutes=1))
    typed = tax_queries.as_typed("total", replace(filters, use_cases=("live_chat",)))
    assert "timestamptz '2026-01-05 00:00:00+00:00'" in typed
    assert "['live_chat']::varchar[], null::varchar[]" in typed
