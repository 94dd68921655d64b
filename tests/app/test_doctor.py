"""``doctor`` finds what commonly goes wrong, and says what to do."""

import os
import socket
import sqlite3
from pathlib import Path

import pytest

from tests.app.conftest import Run, Start


def finding(text: str, subject: str) -> list[str]:
    """The line about a subject, and the remedy under it."""
    lines = text.splitlines()
    at = next(index for index, line in enumerate(lines) if subject in line)
    return lines[at : at + 2]


def test_beside_a_running_collector_all_is_well(start: Start, run: Run, lake: str) -> None:
    collector = start("collect", "--lake", lake)
    http_address = collector.line("OTLP/HTTP").removeprefix("http://")
    addresses = {
        "LATENCYTAX_HTTP_ADDRESS": http_address,
        "LATENCYTAX_GRPC_ADDRESS": collector.line("OTLP/gRPC"),
    }
    finished = run("doctor", "--lake", lake, **addresses)
    assert finished.stdout.endswith("all well\n"), finished.stdout
    assert finished.returncode == 0
    assert "in use by Latency Tax" in finished.stdout


def test_a_collector_that_does_not_run_is_found(run: Run) -> None:
    finished = run("doctor")
    assert finished.returncode == 1
    state, remedy = finding(finished.stdout, "collector:")
    assert "not running" in state
    assert "latencytax up" in remedy


@pytest.mark.parametrize("name", ["http", "grpc", "dashboard"])
def test_a_port_that_another_program_has_is_found(run: Run, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        finished = run("doctor", **{f"LATENCYTAX_{name.upper()}_ADDRESS": address})
    state, remedy = finding(finished.stdout, address)
    assert "another program" in state
    assert f"LATENCYTAX_{name.upper()}_ADDRESS" in remedy


def test_an_address_of_another_machine_is_found(run: Run) -> None:
    finished = run("doctor", LATENCYTAX_HTTP_ADDRESS="192.0.2.1:4318")
    assert "cannot be used" in finding(finished.stdout, "192.0.2.1:4318")[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_write_permission_is_found(run: Run) -> None:
    Path("lake").mkdir(mode=0o500)
    assert "not writable" in finding(run("doctor", "--lake", "lake").stdout, "folder:")[0]


def test_a_catalogue_that_is_not_in_wal_mode_is_found(run: Run, lake: str) -> None:
    with sqlite3.connect(f"{lake}/catalog.sqlite") as catalogue:
        catalogue.execute("PRAGMA journal_mode = DELETE")
    catalogue.close()
    state, remedy = finding(run("doctor", "--lake", lake).stdout, "catalogue:")
    assert "journal mode delete" in state
    assert "journal_mode=WAL" in remedy


def test_settings_that_are_wrong_are_all_said(run: Run) -> None:
    Path("latencytax.toml").write_text('lakes = "x"\nkeep = 1\n', encoding="utf-8")
    finished = run("doctor")
    assert finished.returncode == 2
    assert len(finished.stderr.splitlines()) == 2


def test_use_cases_that_may_take_from_each_other_are_found(run: Run) -> None:
    case = '[[use_case]]\nname = "{0}"\ntitle = "{0}"\nchannel = "web"\nmatch.agent = "{1}"\n'
    objective = 'objective = [{ sli = "response", threshold_ms = 400 }]\n'
    both = [case.format(*each) + objective for each in (("upsell", "shop-*"), ("cross", "*-eu"))]
    Path("latencytax.toml").write_text("".join(both), encoding="utf-8")
    state, remedy = finding(run("doctor").stdout, "use_case[cross].match.agent = '*-eu'")
    assert "may name what use_case[upsell] takes before it by 'shop-*'" in state
    assert "put the narrower of the two first in latencytax.toml" in remedy


def test_each_finding_is_a_line(run: Run) -> None:
    lines = run("doctor").stdout.splitlines()
    assert all(line.startswith(("ok  ", "!!  ", "     ")) for line in lines[:-1])
