"""``demo``: the collector and the dashboard on a simulated company's traffic."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import tomlkit
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer import echo

from app.commands.serve import say_url, say_where_to_send, wait, with_ports
from app.dashboard_process import DashboardProcess
from app.signals import stop_requested
from collector.service import Collector, only_writer
from sample_data.play import play_history, trickle
from sample_data.prices import price_rows, reserved_rows
from sql.settings import Settings, is_connection_string, load_settings

SEED = 1
MARKER = "demo.txt"
SETTINGS = "demo.toml"
NOT_OF_A_DEMO = ("lake", "data", "tls", "doors")
"""It has a lake of its own, and sends to itself on loopback."""
PLAYING, PLAYED = "history incomplete\n", "history complete\n"


class NotADemoError(Exception):
    """The folder holds something that a demo must not touch."""


class _StoppedError(Exception):
    """Ctrl-C, or the end of the dashboard, while the history was playing."""


def demo(settings: Settings, days: int, *, fresh: bool) -> int:
    """Play ``days`` of history through the gRPC door, then a trickle until asked to stop."""
    marker = _prepared(settings, fresh=fresh)
    settings = _priced(settings)
    with ExitStack() as running:
        stop = running.enter_context(stop_requested())
        collector = running.enter_context(Collector(settings))
        settings = with_ports(settings, collector)
        page = running.enter_context(DashboardProcess(settings))
        say_where_to_send(settings)
        say_url(page, stop)
        if marker.read_text(encoding="utf-8") != PLAYED:
            try:
                _play(collector, settings, days, lambda: stop.is_set() or not page.is_running)
            except _StoppedError:
                return wait(page, stop)
            marker.write_text(PLAYED, encoding="utf-8")
        running.enter_context(_trickling(settings.grpc_address, stop))
        echo(f"Live traffic is arriving. Ask the lake:  latencytax sql --config {settings.config}")
        return wait(page, stop)


def _priced(settings: Settings) -> Settings:
    """With what the simulated company pays, in a file that every process of the demo reads."""
    text = settings.config.read_text(encoding="utf-8") if settings.config else ""
    document = tomlkit.parse(text)
    for key in NOT_OF_A_DEMO:
        document.pop(key, None)
    known = {price.model for price in settings.prices}
    prices = [row for row in price_rows() if row["model"] not in known]
    reserved = [] if settings.reserved_capacity else reserved_rows()
    for name, rows in (("price", prices), ("reserved_capacity", reserved)):
        document[name] = [*document.get(name, []), *rows]
    file = Path(settings.lake) / SETTINGS
    file.write_text(tomlkit.dumps({"lake": settings.lake} | document), encoding="utf-8")
    return load_settings(file, environ=settings.environment())


def _prepared(settings: Settings, *, fresh: bool) -> Path:
    """The marker of the demo's folder, which is emptied when it is to be played anew."""
    if is_connection_string(settings.lake):
        raise NotADemoError("A demo writes to a folder of its own: give --lake a folder")
    folder = Path(settings.lake)
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise NotADemoError(f"{folder} holds something that is no demo: give --lake another folder")
    if marker.exists() and (fresh or marker.read_text(encoding="utf-8") != PLAYED):
        with only_writer(folder):
            shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not marker.exists():
        marker.write_text(PLAYING, encoding="utf-8")
    return marker


def _play(collector: Collector, settings: Settings, days: int, is_over: Callable[[], bool]) -> None:
    """Send the history and wait until the models have it; ``_StoppedError`` once it is over."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"Playing {days} days", total=None)

        def on_progress(sent: int, total: int) -> None:
            if is_over():
                raise _StoppedError
            progress.update(task, completed=sent, total=total)

        play_history(settings.grpc_address, days=days, seed=SEED, on_progress=on_progress)
        progress.update(task, description="Bringing the models up to date")
        while not collector.caught_up():
            if is_over():
                raise _StoppedError
            time.sleep(0.1)


@contextmanager
def _trickling(grpc_address: str, stop: Event) -> Iterator[None]:
    """A thread that sends traffic as it would arrive now, until leaving the context."""
    sender = Thread(
        target=trickle, args=(grpc_address, stop), kwargs={"seed": SEED}, name="trickle"
    )
    sender.start()
    try:
        yield
    finally:
        stop.set()
        sender.join()
