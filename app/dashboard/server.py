"""The server: Streamlit's own, which answers once the first page can be quick."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import streamlit as st

from app.dashboard.headers import SAFE_HEADERS


@asynccontextmanager
async def _warmed_up(_: st.App) -> AsyncIterator[None]:
    # Not imported above: Streamlit ties each cache to the runtime that is there when it is defined.
    first_page = await to_thread(import_module, "app.dashboard.first_page")
    await to_thread(first_page.ask)
    yield


app = st.App(Path(__file__).with_name("main.py"), lifespan=_warmed_up, middleware=[SAFE_HEADERS])
