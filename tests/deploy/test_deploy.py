"""The files of `deploy/` are sound as far as a machine without their engines can tell."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MOST_EXPOSURE = 20
"""Of 100, in `systemd-analyze security`; a unit without hardening has 96."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def checked(*command: str | Path) -> None:
    finished = subprocess.run(
        list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stderr == ""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a command that is there on every machine."""
    text = (DEPLOY / "latencytax.service").read_text(encoding="utf-8")
    command = "/opt/latencytax/.venv/bin/latencytax"
    assert command in text
    unit = tmp_path / "latencytax.service"
    unit.write_text(text.replace(command, "/bin/true"), encoding="utf-8")
    return unit


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path) -> None:
    checked("systemd-analyze", "verify", "--man=no", unit)


@needs_systemd
def test_the_unit_reaches_little_but_its_lake(unit: Path) -> None:
    checked(
        "systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSURE}", unit
    )  # fmt: skip


def test_hadolint_finds_nothing_wrong_with_the_container_file() -> None:
    checked("hadolint", DEPLOY / "Containerfile")


def test_the_container_gets_every_package_of_the_wheel() -> None:
    containerfile = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").split()
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for package in ("app", "collector", "sql", "sample_data"):
        assert f'"{package}"' in pyproject
        assert f"COPY {package} {package}" in containerfile
        assert f"!{package}" in ignored
