"""Numbers and moments as the pages say them."""

from datetime import UTC, datetime, timedelta

import pytest

from app.dashboard import wording

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (wording.duration(None), "–"),
        (wording.duration(999.6), "1 s"),
        (wording.duration(85.4), "85 ms"),
        (wording.duration(12_300), "12 s"),
        (wording.duration(119_000), "119 s"),
        (wording.duration(1_665_000), "27 min"),
        (wording.sample(5971), "n 5,971"),
        (wording.share(0.99999), "99.9 %"),
        (wording.share(1.0), "100 %"),
        (wording.interval(0.958, 0.966), "95.8–96.6 %"),
        (wording.elapsed(0.25), "0.2 s"),
        (wording.elapsed(200), "3 min"),
        (wording.elapsed(2 * 86_400), "2 days"),
        (wording.as_of(NOW - timedelta(days=3), NOW), "16 November 15:00:00 UTC"),
        (wording.day_and_hour(NOW + timedelta(days=30), NOW), "19 December"),
        (wording.moment(NOW, NOW), "19 Nov 15:00"),
    ],
)
def test_numbers_in_words(said: str, meant: str) -> None:
    assert said.replace("\N{NO-BREAK SPACE}", " ") == meant


def test_a_figure_stays_on_the_line_of_its_unit() -> None:
    said = wording.unbroken("late for 8.1 % of 5 requests, 1.5 s at p95, 3 shops")
    assert said.replace("\N{NO-BREAK SPACE}", "_") == (
        "late for 8.1_% of 5 requests, 1.5_s at p95, 3 shops"
    )
