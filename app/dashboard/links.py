"""Links from anywhere to a request's trace."""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode

import streamlit as st

TRACES = "traces"
"""Path of the Traces page; pages lie side by side, so a relative link works on each."""
OWN = {"request"}
"""What a link to another request does not take along."""

CLASS = "lt-link"
"""Links of this class are followed without loading the page anew."""
_FOLLOW_IN_PLACE = f"""<script>
if (!window.ltFollows) {{
  window.ltFollows = true;
  document.addEventListener("click", (event) => {{
    const link = event.target.closest("a.{CLASS}");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    dispatchEvent(new PopStateEvent("popstate"));
  }});
}}
</script>"""

Pairs = Iterable[tuple[str, str]]


def link_to_trace(request_id: str, kept: Pairs = ()) -> str:
    """The relative URL of a request's trace; `kept` are the filters that the reader has chosen."""
    return f"{TRACES}?{urlencode([*kept, ('request', request_id)])}"


def link_to_list(kept: Pairs) -> str:
    """The relative URL of the list of requests."""
    return f"{TRACES}?{urlencode(list(kept))}"


def kept_choices() -> list[tuple[str, str]]:
    """The reader's choices in the URL, without the request that is open."""
    return [
        (name, value)
        for name in st.query_params
        if name not in OWN
        for value in st.query_params.get_all(name)
    ]


def anchor(url: str, words: str) -> str:
    """HTML of a link within the dashboard; `words` are escaped."""
    return f'<a class="{CLASS}" target="_self" href="{escape(url)}">{escape(words)}</a>'


def follow_in_place() -> None:
    """Let links within the dashboard be followed as the browser's own back and forward are."""
    st.html(_FOLLOW_IN_PLACE, unsafe_allow_javascript=True)
