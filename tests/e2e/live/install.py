"""Fetches what the programs need: their own versions, apart from ours, kept between runs.

Python programs get an environment each, in uv's cache; those in JavaScript share a folder under
the system's temporary one. The versions are pinned, and what they need is fixed by the date in
pyproject.toml or by package-lock.json.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from tempfile import gettempdir

from tests.e2e.live.libraries import AGENTS, Library

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"
NODE_FILES = ("package.json", "package-lock.json", ".npmrc")
NODE_MODULES_COMPLETE = "node_modules/.package-lock.json"  # npm writes it when all is there
FETCHED_WITHIN_S = 200


class CannotBeFetchedError(Exception):
    """A library, or what would fetch or run it, is not there; the text says which and why."""


def command(library: Library) -> list[str]:
    """What runs the program, its libraries being installed.

    Raises:
        CannotBeFetchedError: without node, npm or uv, or when they cannot fetch it.
    """
    if library.path.suffix == ".js":
        node_modules()
        return [_found("node"), str(library.path)]
    script = ["--script", str(library.path)]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    _run("uv", "sync", "--quiet", *script, "--python", python, "--exclude-newer", _newest())
    return [_run("uv", "python", "find", *script).strip(), str(library.path)]


def node_modules() -> Path:
    """Where the libraries in JavaScript are.

    Raises:
        CannotBeFetchedError: as `command`.
    """
    modules = _node_modules()
    if isinstance(modules, CannotBeFetchedError):
        raise modules
    return modules


@cache
def _node_modules() -> Path | CannotBeFetchedError:
    """Tried once: npm takes its time to find out that there is no network."""
    locked = hashlib.sha256((AGENTS / "node" / "package-lock.json").read_bytes()).hexdigest()
    folder = Path(gettempdir()) / f"latencytax-live-{os.getuid()}-{locked[:12]}"
    if not (folder / NODE_MODULES_COMPLETE).exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in NODE_FILES:
            shutil.copy(AGENTS / "node" / name, folder)
        try:
            _run("npm", "ci", "--loglevel=error", folder=folder)
        except CannotBeFetchedError as error:
            return error
    return folder / "node_modules"


@cache
def _newest() -> str:
    settings = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    return str(settings["tool"]["uv"]["exclude-newer"])


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise CannotBeFetchedError(f"{program} is not installed")
    return path


def _run(program: str, *arguments: str, folder: Path | None = None) -> str:
    try:
        ended = subprocess.run(
            [_found(program), *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=FETCHED_WITHIN_S,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotBeFetchedError(f"{program} {arguments[0]} takes too long") from error
    except subprocess.CalledProcessError as error:
        raise CannotBeFetchedError(f"{program} {arguments[0]}: {error.stderr}") from error
    return ended.stdout
