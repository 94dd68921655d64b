"""The outbox into the lake: done by the process that writes the lake, beside loading."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

import duckdb
import pyarrow as pa

from sql.lake import transaction
from sql.ledger import Ledger
from sql.mail_settings import masked, without
from sql.outbox import Dispatch, Outbox, outbox_exists, outbox_of
from sql.place import LakeUnreachableError, Place
from sql.pruning import EVERY_S

LOG = logging.getLogger(__name__)

ARROW = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), datetime: pa.timestamp("us", "UTC")}


DIGEST_KEY = ("recipient_number", "scheduled_at")


class Archive:
    """Copies what has changed; a crash in between copies it again, which changes nothing."""

    def __init__(self, con: duckdb.DuckDBPyConnection, place: Place) -> None:
        """`con` is the writer's session; `place` has the outbox."""
        self._con = con
        self._place = place
        self._has_begun = False
        self._forgets_at = monotonic()

    def run(self) -> None:
        """Write what the lake does not know yet; an outbox that cannot be read stops no loading."""
        if not outbox_exists(self._place):
            return
        try:
            with outbox_of(self._place) as outbox:
                self._forget(outbox)
                if not self._has_begun:
                    self._begin(outbox.digests)
                    self._begin(outbox.alerts)
                    self._has_begun = True
                self._copy(outbox.digests, partial(_without_address, outbox), DIGEST_KEY)
                self._copy(outbox.alerts, asdict, outbox.alerts.key)
        except (sqlite3.Error, LakeUnreachableError):
            LOG.exception("the outbox cannot be copied into the lake; it is tried again")

    def _forget(self, outbox: Outbox) -> None:
        """What retention has deleted from the lake."""
        if monotonic() < self._forgets_at:
            return
        self._forgets_at = monotonic() + EVERY_S
        query = "SELECT max(kept_from) FROM lake.retention WHERE kind = 'history'"
        [(kept_from,)] = self._con.execute(query).fetchall()
        if kept_from:
            outbox.forget(kept_from)

    def _begin(self, ledger: Ledger[Any]) -> None:
        """A lake that has nothing of a ledger gets all of it."""
        (has_rows,) = self._con.execute(f"SELECT EXISTS (FROM lake.{ledger.name})").fetchall()[0]
        if not has_rows:
            ledger.archive_again()

    def _copy(
        self,
        ledger: Ledger[Any],
        row_of: Callable[[Any], dict[str, object]],
        key_columns: Sequence[str],
    ) -> None:
        """What has changed in a ledger, into the lake's table of the same name."""
        changed = ledger.to_archive()
        if not changed:
            return
        rows = list(map(row_of, changed))
        kinds = {name: ledger.columns.get(name, int) for name in rows[0]}
        schema = pa.schema([(name, ARROW[kind]) for name, kind in kinds.items()])
        key = ", ".join(key_columns)
        self._con.register("changed", pa.Table.from_pylist(rows, schema))
        with transaction(self._con):
            self._con.execute(
                f"DELETE FROM lake.{ledger.name} WHERE ({key}) IN (SELECT ({key}) FROM changed)"
            )
            self._con.execute(f"INSERT INTO lake.{ledger.name} BY NAME FROM changed")
        self._con.unregister("changed")
        ledger.archived(changed)


def _without_address(outbox: Outbox, dispatch: Dispatch) -> dict[str, object]:
    """As the lake has it, where many may read."""
    texts = {"subject": dispatch.subject, "body": dispatch.body, "error": dispatch.error}
    return {
        **asdict(dispatch),
        **{name: text and without(dispatch.recipient, text) for name, text in texts.items()},
        "recipient": masked(dispatch.recipient),
        "recipient_number": outbox.number_of(dispatch.recipient),
    }
