"""What others change of a dataset that somebody has open.

Whoever works through a view of the workspace that has a `Watch` is not among the others: each transaction made through
the view tells the watch what the dataset held at its beginning and at its end. Both are read while the dataset's row is
locked, so what lies between them is this view's own, whatever others do before and after.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Row

from al_core.store.changes import Change, changes_between
from al_core.store.contents import Contents, read_contents
from al_core.store.engines import reading
from al_core.store.identity import now
from al_core.store.revisions import Revisions

OPTION = "watch"


@dataclass(frozen=True)
class Report:
    """What others have changed.

    Attributes:
        since: When nothing had changed yet, in milliseconds since 1970.
        changes: What has changed since.
        is_shown: Whether all of it had happened before the page was drawn.
        dataset_name: What the dataset is called, or was before it was deleted.
        is_deleted: Whether somebody has deleted it.
    """

    since: int = 0
    changes: tuple[Change, ...] = ()
    is_shown: bool = True
    dataset_name: str = ""
    is_deleted: bool = False


class OwnChange:
    """What one transaction of the watching view changes of one dataset.

    Args:
        dataset_id: The dataset that somebody has open; changes of another are no news to them.
        latest: What the watch saw of it last.
    """

    def __init__(self, dataset_id: str = "", latest: Contents | None = None) -> None:
        self._dataset_id = dataset_id
        self._latest = latest
        self.before: Contents | None = None
        self.after: Contents | None = None

    def begin(self, connection: Connection, dataset: Row[Any]) -> None:
        """Look at a dataset whose row has just been locked, as the row was then."""
        if dataset.id != self._dataset_id:
            return
        is_as_seen = self._latest is not None and self._latest.revision == dataset.revision
        self.before = self._latest if is_as_seen else read_contents(connection, dataset.id)

    def end(self, connection: Connection) -> None:
        """Look at the dataset just before the commit."""
        if self.before is not None:
            self.after = read_contents(connection, self._dataset_id)


class Watch:
    """What others change of the dataset that somebody has open.

    Args:
        engine: Where to look.

    Attributes:
        id: Nobody can guess it, so whoever has it may ask.
    """

    def __init__(self, engine: Engine) -> None:
        self.id = secrets.token_hex(12)
        self._engine = engine
        self._revisions = Revisions(engine)
        self._lock = Lock()
        self._dataset_id = ""
        self._since = 0
        # What the person knows of, what the page shows, and how it is; all with what the view has changed itself.
        self._read: Contents | None = None
        self._drawn: Contents | None = None
        self._latest: Contents | None = None
        self._report = Report()
        # While a transaction of the view is under way, what the catalog holds may or may not include it.
        self._n_under_way = 0
        self._n_own = 0

    def begin_page(self, dataset_id: str) -> None:
        """Note that a page is about to show all there is of a dataset; of another one than before all is news."""
        with self._lock:
            if dataset_id != self._dataset_id:
                self._dataset_id = dataset_id
                self._since = now()
                self._read = self._drawn = self._latest = None
                self._report = Report()
        self._look()
        with self._lock:
            self._drawn = self._latest
            self._compare()

    def report(self) -> Report:
        """Return what others have changed since `acknowledge`; one small query as long as nothing has."""
        self._look()
        return self._report

    def acknowledge(self) -> None:
        """Note that somebody has read the last report."""
        with self._lock:
            self._read = self._latest or self._read
            self._compare()

    @contextmanager
    def own_change(self) -> Iterator[OwnChange]:
        """Take what a transaction changes inside for the person's own."""
        with self._lock:
            change = OwnChange(self._dataset_id, self._latest)
        self._count(1)
        try:
            yield change
            with self._lock:
                self._take_for_own(change)
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self._lock:
            self._n_under_way += step
            # Counted at both ends: whoever looked meanwhile sees that it was under way.
            self._n_own += 1

    def _take_for_own(self, change: OwnChange) -> None:
        before, after = change.before, change.after
        if before is None or after is None or self._dataset_id not in before.items:
            return
        self._read = self._read and self._read.after(before, after)
        self._drawn = self._drawn and self._drawn.after(before, after)
        self._latest = self._latest and self._latest.after(before, after)
        self._compare()

    def _look(self) -> None:
        with self._lock:
            dataset_id = self._dataset_id
            n_own = self._n_own
            if not dataset_id or self._n_under_way:
                return
            latest = self._latest
        revision = self._revisions.find(dataset_id)
        if latest and revision and revision.number == latest.revision:
            contents: Contents | None = latest
        else:
            with reading(self._engine) as connection:
                contents = read_contents(connection, dataset_id)
        with self._lock:
            # Otherwise what was read may hold what the view has changed meanwhile: the next look says.
            if (self._dataset_id, self._n_own) == (dataset_id, n_own):
                self._latest = contents
                self._compare()

    def _compare(self) -> None:
        if self._read is None:
            self._read = self._drawn = self._latest
            return
        name = self._read.dataset_name
        if self._latest is None:
            self._report = Report(self._since, (), is_shown=False, dataset_name=name, is_deleted=True)
            return
        changes = tuple(changes_between(self._read, self._latest))
        if not changes:
            self._since = now()
        is_shown = self._drawn is not None and not changes_between(self._drawn, self._latest)
        self._report = Report(self._since, changes, is_shown, name)


class NoWatch:
    """Nobody asks what is changed."""

    @contextmanager
    def own_change(self) -> Iterator[OwnChange]:
        """Change something."""
        yield OwnChange()


NOBODY = NoWatch()


def watching(engine: Engine, watch: Watch) -> Engine:
    """Return an engine with the same connections whose changes are the watching person's own."""
    return engine.execution_options(**{OPTION: watch})


def watch_of(engine: Engine) -> Watch | NoWatch:
    """Return what learns of the changes that are made through an engine."""
    watch: Watch | NoWatch = engine.get_execution_options().get(OPTION, NOBODY)
    return watch
