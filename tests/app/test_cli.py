"""The command line: exit codes, output, and an orderly end."""

import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import psutil
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.app.conftest import Run, Running, Start

VERBS = ("up", "demo", "collect", "dashboard", "refresh", "import-traces", "sql", "check", "repair")


def send_a_span(http_url: str) -> None:
    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=f"{http_url}/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span("answer"):
        pass
    provider.shutdown()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_the_shared_options(run: Run, verb: str) -> None:
    help_text = run(verb, "--help").stdout
    assert {"--config", "--lake", "--data"} <= set(help_text.split())


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").stdout.startswith("latencytax ")


def test_wrong_usage_exits_with_2(run: Run) -> None:
    assert run("no-such-verb").returncode == 2
    assert run("sql", "--format", "xml", "select 1").returncode == 2


def test_wrong_settings_exit_with_2_and_say_all_problems(run: Run) -> None:
    Path("latencytax.toml").write_text('keep_contents = true\nlakes = "x"\n', encoding="utf-8")
    finished = run("check")
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert "did you mean 'keep_content'?" in finished.stderr
    assert "did you mean 'lake'?" in finished.stderr


@pytest.mark.parametrize("verb", ["sql", "check"])
def test_without_a_lake_reading_fails_and_says_how_to_start_one(run: Run, verb: str) -> None:
    finished = run(verb, *(["select 1"] if verb == "sql" else []))
    assert finished.returncode == 1
    assert "latencytax up" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_sql_prints_json_as_a_list_of_objects(run: Run, lake: str) -> None:
    query = "select 1 as one, null as nothing, 'x' as text"
    finished = run("sql", "--lake", lake, "--format", "json", query)
    assert json.loads(finished.stdout) == [{"one": 1, "nothing": None, "text": "x"}]


@pytest.mark.parametrize(
    "statement",
    [
        "copy (select 1) to 'stolen.csv'",
        "create table t (a integer)",
        "delete from spans",
        "attach 'other.db'",
        "select 1; select 2",
        "explain analyze copy (select 1) to 'stolen.csv'",
        "",
    ],
)
def test_sql_only_reads(run: Run, lake: str, statement: str) -> None:
    finished = run("sql", "--lake", lake, statement or ";")
    assert finished.returncode == 2
    assert finished.stderr
    assert not Path("stolen.csv").exists()


def test_a_mistake_in_a_query_is_said_without_a_traceback(run: Run, lake: str) -> None:
    finished = run("sql", "--lake", lake, "select nothing from spans")
    assert finished.returncode == 1
    assert "nothing" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_an_error_does_not_end_the_prompt(run: Run, lake: str) -> None:
    typed = "wrong;\n.tables\nselect\n41 + 1 as n;\n.quit\nselect 7;\n"
    finished = run("sql", "--lake", lake, "--format", "csv", stdin=typed)
    assert finished.returncode == 0
    assert "wrong" in finished.stderr
    assert "\nrequests\n" in finished.stdout
    assert finished.stdout.endswith("n\n42\n")


def test_the_open_script_opens_the_lake_and_its_views_in_any_duckdb(run: Run, lake: str) -> None:
    script = run("sql", "--lake", lake, "--open-script").stdout
    with duckdb.connect() as shell:
        shell.execute(script)
        assert shell.execute("select count(*) from requests").fetchone() == (0,)
        assert shell.execute("select count(*) > 0 from slo_compliance").fetchone() is not None
        with pytest.raises(duckdb.Error, match="read-only"):
            shell.execute("delete from lake.spans")


def test_every_claim_of_the_models_is_checked(run: Run, lake: str) -> None:
    finished = run("check", "--lake", lake)
    assert finished.returncode == 0, finished.stderr
    assert "FAILED" not in finished.stdout


def test_the_collector_takes_spans_until_it_is_ended(start: Start, run: Run) -> None:
    collector = start("collect", "--lake", "lake")
    send_a_span(collector.line("OTLP/HTTP"))
    assert collector.end(signal.SIGTERM) == 0
    assert run("refresh", "--lake", "lake").returncode == 0
    answer = run("sql", "--lake", "lake", "--format", "json", "select name from spans")
    assert json.loads(answer.stdout) == [{"name": "answer"}]


def test_refresh_leaves_a_running_collector_to_it(start: Start, run: Run, lake: str) -> None:
    start("collect", "--lake", lake).line("OTLP/HTTP")
    refreshed = run("refresh", "--lake", lake)
    assert refreshed.returncode == 0
    assert "by itself" in refreshed.stdout


@pytest.mark.parametrize("name", ["grpc", "http", "dashboard"])
def test_a_taken_port_is_said_with_what_to_do(run: Run, lake: str, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        finished = run("up", "--lake", lake, **{f"LATENCYTAX_{name.upper()}_ADDRESS": address})
    assert finished.returncode == 1
    assert address in finished.stderr
    remedy = (
        "Set another LATENCYTAX_DASHBOARD_ADDRESS" if name == "dashboard" else f"set {name}_address"
    )
    assert remedy in finished.stderr
    assert "Traceback" not in finished.stderr


def test_up_says_where_to_look_and_ends_everything(start: Start) -> None:
    up = start("up")
    http_url = up.line("OTLP/HTTP")
    assert up.line("export OTEL_EXPORTER_OTLP_ENDPOINT=") == http_url
    assert up.line("export OTEL_EXPORTER_OTLP_PROTOCOL=") == "http/protobuf"
    page_url = up.line("Dashboard").split()[0]
    assert is_listening(page_url)
    assert up.end(signal.SIGTERM) == 0
    for url in (http_url, page_url):
        assert not is_listening(url)


def test_a_dashboard_that_was_killed_is_started_again(start: Start, lake: str) -> None:
    up = start("up", "--lake", lake)
    http_url = up.line("OTLP/HTTP")
    page_url = up.line("Dashboard").split()[0]
    kill_children(up)
    assert wait_for(lambda: not is_listening(page_url))
    assert is_listening(http_url)
    assert wait_for(lambda: is_listening(page_url))
    assert up.end(signal.SIGINT) == 0
    for url in (http_url, page_url):
        assert not is_listening(url)


def test_up_fails_when_the_dashboard_ends_again_and_again(start: Start, lake: str) -> None:
    up = start("up", "--lake", lake)
    up.line("Dashboard")
    while up.process.poll() is None:
        kill_children(up)
        time.sleep(0.1)
    assert up.process.returncode == 1


def test_demo_leaves_alone_what_is_no_demo(run: Run) -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("keep me", encoding="utf-8")
    assert run("demo", "--lake", "mine", "--fresh").returncode == 2
    assert Path("mine/notes.txt").exists()


def test_demo_plays_its_history_once(start: Start, run: Run) -> None:
    def requests() -> int:
        rows = run("sql", "--lake", "latencytax-demo", "--format", "json", COUNT).stdout
        return int(json.loads(rows)[0]["n"])

    first = start("demo", "--days", "1")
    first.line("Live traffic is arriving")
    assert first.end() == 0
    played = requests()
    assert played > 100

    second = start("demo", "--days", "1")
    second.line("Live traffic is arriving")
    assert second.end() == 0
    assert requests() < 1.5 * played
    unpriced = run("sql", "--config", "latencytax-demo/demo.toml", "--format", "csv", UNPRICED)
    assert unpriced.stdout == "n\n0\n", "what it pays is known to whoever reads its settings"


COUNT = "select count(*) as n from requests"
UNPRICED = "select count(*) as n from pipeline_health where topic = 'unknown_model'"


def is_listening(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


def kill_children(running: Running) -> None:
    for child in psutil.Process(running.process.pid).children():
        child.kill()


def wait_for(condition: Callable[[], bool], within_s: float = 20) -> bool:
    """Whether it holds within the time."""
    deadline = time.monotonic() + within_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()
