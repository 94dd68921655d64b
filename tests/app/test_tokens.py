"""`latencytax token` as people use it: shown once, listed, revoked; and doors that stay shut."""

from tests.app.conftest import Run


def test_a_token_is_shown_once_listed_and_revoked(run: Run) -> None:
    made = run("token", "create", "chat", "--scope", "ingest", "--expires", "90d", "--lake", "lake")
    secret = made.stdout.strip()
    assert (made.returncode, secret.startswith("latencytax_")) == (0, True)
    assert "OTEL_EXPORTER_OTLP_HEADERS" in made.stderr
    listed = run("token", "list", "--lake", "lake").stdout
    assert "chat\tingest\tcreated" in listed
    assert "expires 20" in listed
    assert secret not in listed
    twice = run("token", "create", "chat", "--scope", "read", "--lake", "lake")
    assert (twice.returncode, "choose another name" in twice.stderr) == (2, True)
    assert run("token", "revoke", "chat", "--lake", "lake").returncode == 0
    assert run("token", "list", "--lake", "lake").stdout == ""


def test_a_wrong_end_is_told(run: Run) -> None:
    for end in ("soon", "2001-01-01", "-1d"):
        made = run("token", "create", "a", "--scope", "read", f"--expires={end}", "--lake", "lake")
        assert (made.returncode, end in made.stderr) == (2, True)


def test_a_public_address_is_refused_in_words(run: Run) -> None:
    doors = run("collect", "--lake", "lake", LATENCYTAX_HTTP_ADDRESS="0.0.0.0:0")
    assert (doors.returncode, "latencytax token create" in doors.stderr) == (2, True)
    assert "[tls] certificate and key" in doors.stderr
    page = run("dashboard", "--lake", "lake", LATENCYTAX_DASHBOARD_ADDRESS="0.0.0.0:0")
    assert (page.returncode, "set [login]" in page.stderr) == (2, True)
