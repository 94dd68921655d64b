"""Alerts: what alarms, what would, who is told, and what there was."""

import polars as pl
import streamlit as st

from app import queries
from app.alerts.channels import MAIL, SLACK, WEBHOOK, kinds
from app.dashboard import cells, data, exports, theme, wording
from app.dashboard.alerting import episodes
from app.palette import SEVERITIES
from sql.alert_settings import SLACK_VARIABLE, Alerts
from sql.settings import Settings

EXAMPLE = """\
[alerts]
emails = ["ops@example.com"]                    # by the server of [smtp]
webhook = "https://hooks.example.com/latency"
severities = ["page", "ticket"]                 # ["page"]: only what cannot wait
again_after_hours = 6
calm_after_minutes = 15
"""
NOUNS = {MAIL: "e-mail recipient", WEBHOOK: "webhook"}
HOUR_S, MINUTE_S = 3600, 60
RULES = {
    "Act now": "2 % of an error budget burns within an hour, or 5 % within six: a page.",
    "By tomorrow": "10 % of an error budget burns within three days: a ticket.",
    "Silence": (
        "No request in the last hour, where there were 10 or more at this hour a day and a week "
        "before."
    ),
    "Watch": "No longer bad enough to alarm, not yet good enough to be over.",
    "Calm": "Nothing to tell, or too few requests to tell anything.",
}


def show(snapshot: data.Snapshot, settings: Settings) -> None:
    """Draw the page."""
    st.html(f"<style>{cells.STYLE_SHEET}{episodes.STYLE_SHEET}</style>")
    now = snapshot.version.minute
    rows = data.load(snapshot, queries.alerts)
    found = data.load(snapshot, queries.alert_states, now)
    all_of_them, states = episodes.episodes(rows), episodes.states(found)
    lasting = [each for each in all_of_them if each.closed_at is None]
    told_by = kinds(settings)
    theme.text(episodes.headline(lasting, states, is_watched=bool(told_by)), "headline")
    theme.text("Of all use cases, whatever the filters say.", "note")
    if lasting:
        exports.table(
            episodes.lasting_table(lasting, now),
            "Alerts that last",
            rows.filter(pl.col("closed_at").is_null()),
        )
    _who_is_told(told_by, settings.alerts or Alerts())
    st.subheader("Every alert now", anchor=False)
    exports.table(episodes.states_table(states), "Every alert now", found)
    with st.expander("What these words mean"):
        theme.explain(RULES)
    st.subheader("So far", anchor=False)
    over = [each for each in all_of_them if each.closed_at]
    if not over:
        theme.text("No alert has ended yet.", "note")
        return
    exports.table(
        episodes.history_table(over, now), "Alerts that are over", rows.drop_nulls("closed_at")
    )


def _who_is_told(told_by: dict[str, int], rules: Alerts) -> None:
    st.subheader("Who is told", anchor=False)
    if told_by:
        theme.text(_settings(told_by, rules), "lead")
        st.code("latencytax alert test", "sh")
        theme.text("Tells every channel that this is a test, and says which took it.", "note")
    else:
        theme.text("Nobody: latencytax.toml names nobody.", "lead")
    with st.expander("Who is told: latencytax.toml", expanded=not told_by):
        st.code(EXAMPLE, "toml")
        theme.text(
            f"Slack is told where {SLACK_VARIABLE} is set; its address is a secret and stands in "
            "no file. Then latencytax alert test tells all of them that this is a test.",
            "note",
        )


def _settings(told_by: dict[str, int], rules: Alerts) -> str:
    channels = wording.listed([_channel(kind, number) for kind, number in told_by.items()])
    what = " and ".join(f"“{SEVERITIES[severity][2]}”" for severity in rules.severities)
    return (
        f"Told of {what}: {channels}. Told again after "
        f"{wording.elapsed(rules.again_after_hours * HOUR_S)} while it lasts, and once more when "
        f"it has been over for {wording.elapsed(rules.calm_after_minutes * MINUTE_S)}."
    )


def _channel(kind: str, number: int) -> str:
    return kind if kind == SLACK else wording.plural(number, NOUNS[kind])
