"""The mail itself: its parts, its headers, and that nothing in it acts on anything."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from app.digest.making import Made, make
from app.digest.message import headers_of, message_of, source
from app.digest.rendering import NARROW
from app.digest.schedule import runs
from sql.lake import open_reader
from sql.mail_settings import Smtp
from sql.settings import Settings
from tests.digest.conftest import ADA, HOSTILE, MONDAY

SMTP = Smtp("mail.example.com", "latency@example.com")
DUE = MONDAY + timedelta(hours=9)
GOLDEN = Path(__file__).with_name("digest.txt")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(lake: Settings) -> Made:
    with closing(open_reader(lake)) as cursor:
        return make(cursor, replace(lake, smtp=SMTP), ADA, next(runs(ADA, DUE)))


@pytest.fixture(scope="module")
def mail(made: Made) -> EmailMessage:
    headers = headers_of(SMTP, ADA.address, made.digest.subject, DUE, DUE)
    sent = bytes(message_of(headers, made.text(), made.html(source), made.pictures))
    read = message_from_bytes(sent, policy=default)
    assert isinstance(read, EmailMessage)
    return read


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, tag: str, attribute: str) -> Iterator[str]:
        return (attrs[attribute] or "" for name, attrs in self.found if name == tag)


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_the_text_reads_as_it_should(made: Made) -> None:
    """Another figure, or another word, is a change of the product."""
    assert made.text().replace("\N{NO-BREAK SPACE}", " ") == GOLDEN.read_text(encoding="utf-8")


def test_plain_text_comes_first_and_is_narrow(mail: EmailMessage) -> None:
    assert mail.get_content_type() == "multipart/alternative"
    first, second = mail.iter_parts()
    assert (first.get_content_type(), second.get_content_type()) == (
        "text/plain",
        "multipart/related",
    )
    lines = str(first.get_content()).splitlines()
    assert all(len(line) <= NARROW for line in lines if "://" not in line and "mailto:" not in line)


def test_programs_are_told_what_it_is(mail: EmailMessage) -> None:
    assert mail["From"] == "Latency Tax <latency@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].strip() == (
        "<mailto:latency@example.com?subject=Unsubscribe%20ada%40example.com>"
    )


def test_the_id_is_the_same_on_every_attempt_and_another_for_every_digest() -> None:
    def message_id(address: str, hours: int, attempt: int) -> str:
        due, now = DUE + timedelta(hours=hours), DUE + timedelta(minutes=attempt)
        return headers_of(SMTP, address, "x", due, now)["Message-ID"]

    assert message_id("a@x.example", 0, 0) == message_id("a@x.example", 0, 5)
    assert len({message_id("a@x.example", hours, 0) for hours in range(3)}) == 3
    assert message_id("a@x.example", 0, 0) != message_id("b@x.example", 0, 0)


def test_every_picture_is_inside_and_has_words(mail: EmailMessage) -> None:
    tags = Tags(html_of(mail))
    shown = {value.removeprefix("cid:") for value in tags.values("img", "src")}
    inside = {
        str(part["Content-ID"]).strip("<>"): part.get_content()
        for part in mail.walk()
        if part.get_content_maintype() == "image"
    }
    assert shown == inside.keys()
    assert len(shown) == 4
    for png in inside.values():
        assert Image.open(BytesIO(png)).format == "PNG"
        assert len(png) < 60_000
    words = " ".join(tags.values("img", "alt")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Tool 150 ms slower" in words


def test_nothing_is_fetched_from_anywhere(mail: EmailMessage) -> None:
    tags = Tags(html_of(mail))
    assert {tag for tag, _ in tags.found}.isdisjoint({"script", "link", "iframe", "form", "object"})
    assert "url(" not in html_of(mail)
    assert all(url.startswith("cid:") for url in tags.values("img", "src"))


def test_links_go_to_the_dashboard_with_the_period(mail: EmailMessage) -> None:
    period = "range=custom&from=2026-01-11T23%3A00&to=2026-01-18T23%3A00&compare=true"
    urls = set(Tags(html_of(mail)).values("a", "href"))
    assert f"https://latency.example.com/?{period}" in urls
    of_case = urlencode({"use_case": HOSTILE})  # the filter goes by titles
    assert f"https://latency.example.com/seconds?{period}&{of_case}" in urls


def test_hostile_names_are_data(mail: EmailMessage) -> None:
    text = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]  # there is one
    for content in (html_of(mail), text, str(mail["Subject"])):
        assert HOSTILE not in content
        assert "\u202e" not in content
    assert "&lt;b&gt;Checkout&lt;/b&gt; \ufffd &amp; \\u0007" in html_of(mail)
    assert "b" not in {tag for tag, _ in Tags(html_of(mail)).found}


def test_it_fits_below_what_mail_programs_cut_off(mail: EmailMessage) -> None:
    assert len(html_of(mail).encode()) < 100_000


def test_a_digest_is_made_without_streamlit() -> None:
    """A run from cron need not pay for the dashboard's import."""
    program = "import sys, app.digest.making, app.digest.sending; print('streamlit' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
