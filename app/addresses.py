"""From where something listens to where it is reached."""

import socket
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

from sql.settings import host_and_port

REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to look, not to listen

WITHOUT_PROXY = build_opener(ProxyHandler({}))  # what we ask is on this machine


def reachable(address: str) -> str:
    """``host:port`` as a client on this machine writes it."""
    host, port = host_and_port(address)
    return join(REACHED_AT.get(host, host), port)


def join(host: str, port: int) -> str:
    """``host:port``, with brackets around an IPv6 host."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_listening(address: str) -> bool:
    """Whether anybody takes connections there."""
    try:
        socket.create_connection(host_and_port(address), timeout=1.0).close()
    except OSError:
        return False
    return True


def answers(url: str, timeout_s: float = 2.0) -> bool:
    """Whether an HTTP server answers there, and with success."""
    try:
        with WITHOUT_PROXY.open(url, timeout=timeout_s):
            return True
    except (OSError, HTTPException):
        return False
