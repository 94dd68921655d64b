"""`latencytax digest`: what it writes, what it says, and what it never says."""

from pathlib import Path

import pytest

from sql.settings import load_settings
from tests.app.conftest import Run
from tests.digest.mail_server import HOST, mail_server
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import Pipeline


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake: Path = tmp_path_factory.mktemp("command") / "lake"
    with Pipeline(load_settings(None, lake=str(lake), environ={})) as pipeline:
        pipeline.arrive([otlp([TestSpan("a", "1", end_ms=50)])])
        pipeline.assemble()
    return lake


def test_a_preview_needs_no_settings_and_sends_nothing(
    run: Run, lake: Path, tmp_path: Path
) -> None:
    done = run("digest", "preview", "--lake", lake, "--at", "2026-01-12 09:00:00", "--out", "seen")
    assert done.returncode == 0, done.stderr
    assert "Subject: No requests · latency tax not measured" in done.stdout
    text = (tmp_path / "seen" / "digest.txt").read_text(encoding="utf-8")
    assert "5–11 January 2026" in text
    assert "<html" in (tmp_path / "seen" / "digest.html").read_text(encoding="utf-8")
    assert not (lake / "outbox.sqlite").exists()


def test_without_a_server_it_says_what_is_missing(run: Run, lake: Path) -> None:
    done = run("digest", "send", "--lake", lake)
    assert done.returncode == 2
    assert done.stderr.startswith("smtp: is missing; say in [smtp] which server takes the mail")


def test_sending_says_what_became_of_it_and_never_the_password(run: Run, lake: Path) -> None:
    with mail_server() as server:
        server.refuses["ada@example.com"] = ["550 5.1.1 nobody of that name"]
        Path("latencytax.toml").write_text(
            f'[smtp]\nhost = "{HOST}"\nport = {server.port}\nsecurity = "none"\n'
            'sender = "latency@example.com"\n[[recipient]]\naddress = "ada@example.com"\n'
            'schedule = "0 0 1 1 *"\n',
            encoding="utf-8",
        )
        secret = {"LATENCYTAX_SMTP_PASSWORD": "hunter2"}
        idle = run("digest", "send", "--lake", lake, **secret)
        refused = run("digest", "send", "--lake", lake, "--to", "ada@example.com", **secret)
    assert (idle.returncode, idle.stdout) == (0, "Nothing is due\n")
    assert refused.returncode == 1
    assert "ada@example.com  refused: 550 5.1.1 nobody of that name" in refused.stderr
    assert "hunter2" not in idle.stdout + idle.stderr + refused.stdout + refused.stderr
    files = [file.read_bytes() for file in lake.rglob("*") if file.is_file()]
    assert not any(b"hunter2" in content for content in files)
