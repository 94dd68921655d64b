"""SQL: any question that reads, asked of everything that the lake holds."""

from functools import partial

import streamlit as st

from app.dashboard import exports, theme, wording
from app.dashboard.ask import answer as sql_answer
from app.dashboard.ask import job as sql_job
from app.dashboard.ask.editor import editor
from app.dashboard.ask.job import Job
from app.dashboard.exports import Caption
from app.examples import examples
from app.guests import MOST_ROWS, MOST_S, Answer, QueryFailedError
from sql.data_dictionary import call, entries
from sql.guest import NotAQueryError
from sql.settings import Settings

QUERY = "query"
SCHEMA_PX = 480
LIMITS = (
    f"One SELECT at a time; it can only read. It ends after {MOST_S:g} s and shows the first "
    f"{MOST_ROWS:,} rows. Ctrl-Enter runs it, Ctrl-Space completes names."
)


def show(settings: Settings) -> None:
    """Draw editor, answer and schema; the query is in the URL, so the page can be shared."""
    theme.text("Ask in SQL whatever the pages do not say.", "headline")
    theme.text(LIMITS, "note")
    asking, schema = st.columns([2, 1], gap="medium")
    with asking:
        _start_from()
        text = st.query_params.get(QUERY, examples()[0].query)
        submitted = editor(text)
        job = sql_job.current()
        if submitted and (job is None or submitted != job.query):
            st.query_params[QUERY] = submitted
            job = sql_job.ask(settings, submitted)
        elif job is None and QUERY in st.query_params:
            job = sql_job.ask(settings, text)
        if job:
            _follow(settings, job)
    with schema:
        _schema()


def _start_from() -> None:
    by_question = {example.question: example.query for example in examples()}

    def take() -> None:
        st.query_params[QUERY] = by_question[st.session_state["example"]]
        st.session_state.pop(sql_job.JOB, None)

    st.selectbox(
        "Questions to start from",
        list(by_question),
        index=None,
        placeholder="Choose a question, or write your own below",
        key="example",
        on_change=take,
    )


def _follow(settings: Settings, job: Job) -> None:
    if job.answer.done():
        _answer(job)
        return

    @st.fragment(run_every=sql_job.POLL_S)
    def wait() -> None:
        if job.answer.done():
            st.rerun()
        theme.text(f"Running for {wording.elapsed(job.has_run_s)} …", "note")
        if st.button("Cancel"):
            sql_job.cancel(settings)

    wait()


def _answer(job: Job) -> None:
    try:
        answer = job.answer.result()
    except (NotAQueryError, QueryFailedError) as error:
        st.error(f"{error}".replace("$", r"\$"), icon=None)
        return
    theme.text(_size(answer), "note")
    if answer.rows.is_empty():
        return
    exports.grid(answer.rows, "The rows of the query")
    _draw(answer)


def _size(answer: Answer) -> str:
    rows = wording.plural(answer.rows.height, "row")
    cut = f"The first {rows}; there are more." if answer.is_cut else f"{rows}."
    return f"{cut} It took {wording.duration(1000 * answer.took_s)}."


def _draw(answer: Answer) -> None:
    across, drawn = sql_answer.axes(answer.rows)
    if answer.rows.height < 2 or not drawn or len(across) < 2:  # noqa: PLR2004 - a line needs two
        return
    with st.expander("As a chart"):
        left, right = st.columns(2)
        x = left.selectbox("Across", across)
        y = right.selectbox("Up", [column for column in drawn if column != x])
        exports.chart(
            partial(sql_answer.chart, answer.rows, x, y),
            sql_answer.chart_text(answer.rows, x, y),
            Caption(f"{y} by {x}", y, "as the query says"),
        )


def _schema() -> None:
    described = {entry.name: entry for part in entries().values() for entry in part}
    name = st.selectbox("What can be asked", list(described), placeholder="Find a table")
    entry = described[name]
    theme.text(entry.text, "note")
    st.code(f"from {call(entry)}", "sql", wrap_lines=True)
    with st.container(height=SCHEMA_PX, border=False):
        theme.explain(entry.columns)
