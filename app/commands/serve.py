"""``collect``, ``dashboard`` and ``up``: run until asked to stop."""

from collections import deque
from contextlib import ExitStack
from dataclasses import replace
from threading import Event
from time import monotonic

from typer import echo

from app.addresses import join, reachable
from app.alerts.process import alert_process
from app.dashboard_process import DashboardProcess
from app.digest.scheduler import Scheduler
from app.signals import stop_requested
from collector.service import Collector
from sql.settings import Settings, host_and_port

DONE, FAILED = 0, 1
MOST_STARTS, WITHIN_S = 3, 60.0
"""A dashboard that ends more often than that is broken, and starting it again hides it."""


def collect(settings: Settings) -> int:
    """The collector alone."""
    with stop_requested() as stop, Collector(settings) as collector:
        say_where_to_send(with_ports(settings, collector))
        stop.wait()
    return DONE


def dashboard(settings: Settings) -> int:
    """The dashboard alone, on a lake that a collector elsewhere may be writing."""
    with stop_requested() as stop, DashboardProcess(settings) as page:
        say_url(page, stop)
        return wait(page, stop)


def up(settings: Settings) -> int:
    """Collector and dashboard; what started last ends first."""
    with ExitStack() as running:
        stop = running.enter_context(stop_requested())
        collector = running.enter_context(Collector(settings))
        settings = with_ports(settings, collector)
        page = running.enter_context(DashboardProcess(settings))
        running.enter_context(Scheduler(settings))
        running.enter_context(alert_process(settings))
        say_where_to_send(settings)
        say_url(page, stop)
        return wait(page, stop)


def with_ports(settings: Settings, collector: Collector) -> Settings:
    """The settings with the ports that the doors really have."""
    grpc_host, _ = host_and_port(settings.grpc_address)
    http_host, _ = host_and_port(settings.http_address)
    return replace(
        settings,
        grpc_address=join(grpc_host, collector.grpc_port),
        http_address=join(http_host, collector.http_port),
    )


def say_where_to_send(settings: Settings) -> None:
    """The addresses, and the two variables that point an OpenTelemetry SDK here."""
    echo(f"Lake       {settings.lake}")
    echo(f"OTLP/gRPC  {settings.grpc_address}")
    scheme = "https" if settings.tls else "http"
    echo(f"OTLP/HTTP  {scheme}://{settings.http_address}")
    echo("")
    echo("Point an agent here:")
    echo(f"  export OTEL_EXPORTER_OTLP_ENDPOINT={scheme}://{reachable(settings.http_address)}")
    echo("  export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
    echo("")


def say_url(page: DashboardProcess, stop: Event) -> None:
    """Print where the dashboard is, once it answers."""
    if page.wait_until_answering(stop):
        echo(f"Dashboard  {page.url}   (Ctrl-C ends)")


def wait(page: DashboardProcess, stop: Event) -> int:
    """Wait until asked to stop, with a dashboard that is there; fails when it keeps ending."""
    started_again: deque[float] = deque(maxlen=MOST_STARTS)
    while not stop.wait(0.5):
        if page.is_running:
            continue
        if len(started_again) == MOST_STARTS and monotonic() - started_again[0] < WITHIN_S:
            echo("The dashboard ends again and again; its last words are above.", err=True)
            return FAILED
        echo("The dashboard ended by itself and is started again.", err=True)
        started_again.append(monotonic())
        page.start()
    return DONE
