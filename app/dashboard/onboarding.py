"""How to point an exporter here; the first screen of an empty lake."""

import socket

import streamlit as st

from app.addresses import REACHED_AT, join
from app.dashboard import theme
from sql.settings import Settings, host_and_port


def show(settings: Settings) -> None:
    """Draw the screen that waits for the first spans."""
    theme.text(
        "No traces yet. Point an agent here and its requests appear by themselves.", "headline"
    )
    instructions(settings)
    st.markdown("To look around first, `latencytax demo` plays a simulated company's traffic.")


def instructions(settings: Settings) -> None:
    """Environment variables to copy, for the two protocols."""
    st.markdown(
        "Any agent with an OpenTelemetry SDK or instrumentation sends its traces here once these "
        "variables are set where it runs."
    )
    over_http, over_grpc = st.columns(2)
    with over_http:
        st.markdown("**OTLP over HTTP**")
        st.code(
            _exporter(settings, settings.http_address, "http/protobuf"), "bash", wrap_lines=True
        )
    with over_grpc:
        st.markdown("**OTLP over gRPC**")
        st.code(_exporter(settings, settings.grpc_address, "grpc"), "bash", wrap_lines=True)
    st.markdown(
        "Say what the agent is used for, so that its requests are held against the right budget "
        "and can be told apart by channel and environment."
    )
    st.code(
        "export OTEL_SERVICE_NAME=chat-web\n"
        'export OTEL_RESOURCE_ATTRIBUTES="marketing.use_case=live_chat,marketing.channel=chat,'
        'deployment.environment.name=production"',
        language="bash",
        wrap_lines=True,
    )


def _exporter(settings: Settings, address: str, protocol: str) -> str:
    host, port = host_and_port(address)
    if host in REACHED_AT:
        host = socket.gethostname()
    scheme = "https" if settings.tls else "http"
    return (
        f"export OTEL_EXPORTER_OTLP_ENDPOINT={scheme}://{join(host, port)}\n"
        f"export OTEL_EXPORTER_OTLP_PROTOCOL={protocol}"
    )
