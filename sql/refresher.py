"""The refresher: makes of what collectors loaded what people read, and keeps the lake small.

Every collector has one; of those on the same lake one is elected, and when its process dies
another takes over where its last round ended.
"""

import logging
from datetime import UTC, datetime, timedelta

import duckdb

from sql.archive import Archive
from sql.election import Election
from sql.maintenance import Maintenance
from sql.place import place_of
from sql.pruning import Pruning
from sql.refresh import Assembly, TakenOverError
from sql.settings import Settings
from sql.tax.upkeep import TaxUpkeep

LOG = logging.getLogger(__name__)

TAX_EVERY_QUIETS = 15
"""The latency tax is fitted anew a minute after the last time, at once by a command that waits."""
LEFT = """
SELECT count(*)
FROM lake.ingest_log
WHERE
    journal_id = ? AND oldest_received_at IS NOT NULL
    AND snapshot_id > (SELECT through_snapshot FROM lake.assembly_log)
"""
"""Loads of a journal that the refresher has not taken up."""


class Refresher:
    """Works in the writer's session and thread, whenever it is this process's turn."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        settings: Settings,
        journal_id: str,
        *,
        quiet: timedelta,
    ) -> None:
        """`quiet` as in `Assembly.run`; a command that waits for its rows has none."""
        self._con = con
        self._settings = settings
        self._journal_id = journal_id
        self._quiet = quiet
        self._place = place_of(settings)
        self._election = Election(self._place)
        self._duty: _Duty | None = None

    def run(self, *, is_all_loaded: bool) -> bool:
        """A round, if it is ours; whether the models have all that this process loaded."""
        if not self._election.is_won():
            self._lay_down()
            return is_all_loaded and self._is_taken_up()
        try:
            self._duty = self._duty or self._begin()
            return self._duty.run(is_all_loaded=is_all_loaded)
        except TakenOverError:
            self.stop()
            raise
        except Exception:
            self._lay_down()  # it begins again where its last round ended
            raise

    def stop(self) -> None:
        """Let another one take over."""
        self._lay_down()
        self._election.resign()

    def _begin(self) -> "_Duty":
        LOG.info("this collector refreshes the lake")
        return _Duty(self._con, self._settings, self._journal_id, quiet=self._quiet)

    def _lay_down(self) -> None:
        if self._duty:
            self._duty.stop()
            self._duty = None

    def _is_taken_up(self) -> bool:
        return self._con.execute(LEFT, [self._journal_id]).fetchone() == (0,)


class _Duty:
    """What the elected one does, from its election to its end."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        settings: Settings,
        journal_id: str,
        *,
        quiet: timedelta,
    ) -> None:
        self._quiet = quiet
        self._assembly = Assembly(con, journal_id)
        self._maintenance = Maintenance(con)
        self._pruning = Pruning(con, settings.retention)
        self._archive = Archive(con, place_of(settings))
        self._tax = TaxUpkeep(con, settings, every=TAX_EVERY_QUIETS * quiet)

    def run(self, *, is_all_loaded: bool) -> bool:
        """A round; whether nothing is left to do."""
        has_conversions = self._assembly.read()
        if self._assembly.run(datetime.now(UTC), self._quiet).requests or has_conversions:
            self._tax.note_change()
        self._maintenance.run()
        self._pruning.run()
        self._archive.run()
        is_current = is_all_loaded and not self._assembly.waiting_spans
        if is_current or self._quiet:  # a command has the tax fitted once, at the end
            self._tax.run()
        return is_current and (self._tax.is_current or bool(self._quiet))

    def stop(self) -> None:
        """Give up what runs beside the rounds."""
        self._tax.stop()
