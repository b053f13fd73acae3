"""One writer and group commit for SQLite.

A disk synchronises a few hundred times a second, and each commit waits for it. So the threads of a
process take turns on one connection: they work in one transaction, each but the first inside a
savepoint, and while others stand in line the transaction stays open. The last one, or whoever finds
it full, commits for all; everybody who took part returns after that, or fails with it.

A thread that has the work of many to do may write for all of them in one turn (`together`).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from shared.database.engines import connect_writer
from shared.database.groups import Group
from shared.database.turns import Turns
from shared.errors import Unavailable


class GroupCommit:
    """Lets the threads of a process write, each as if it were alone."""

    def __init__(self, engine: Engine, patience_seconds: float) -> None:
        """Prepare; nothing is connected yet.

        Args:
            engine: of SQLite.
            patience_seconds: the longest wait for one's turn, and for other processes.
        """
        self._engine = engine
        self._patience = patience_seconds
        self._turns = Turns()
        self._group: Group | None = None
        self._connection: Connection | None = None
        self._thread = threading.local()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread writes meanwhile shares a turn and a commit.

        Until this returns nothing of it is durable, and nobody may be told of it.

        Raises:
            Unavailable: nothing of the group was kept.
        """
        batch = self._thread.batch = _Batch()
        try:
            yield
        finally:
            self._thread.batch = None
            if batch.group is not None:
                try:
                    self._end_turn()
                finally:
                    batch.group.wait()
        for act in batch.acts:
            act()

    def when_durable(self, act: Callable[[], None]) -> None:
        """Call this, once, as soon as what this thread has written is durable."""
        if self._batch is None:
            act()
        else:
            self._batch.acts[act] = None

    @property
    def _batch(self) -> "_Batch | None":
        batch: _Batch | None = getattr(self._thread, "batch", None)
        return batch

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is durable when this returns, or undone by an error.

        An error of the body, too, is told only once the others' work that it may rest on is
        durable.

        Raises:
            Unavailable: it was not one's turn in time, or nothing of the group was kept.
        """
        batch = self._batch
        if batch is not None:
            with self._group_of(batch).body(is_alone=False) as session:
                yield session
            return
        group = self._taken()
        try:
            try:
                with group.body(is_alone=group.members == 1) as session:
                    yield session
            finally:
                self._end_turn()
        finally:
            group.wait()

    def close(self) -> None:
        """Return when nothing is being written, and all that was is committed."""
        turn = self._turns.ask()
        if turn is not None:
            turn.result()
        try:
            self._end_group()
        finally:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._turns.end()

    def _group_of(self, batch: "_Batch") -> Group:
        """The group of a batch, joined when it first writes; who waited in vain waits no more."""
        if batch.refused is not None:
            raise batch.refused
        if batch.group is None:
            try:
                batch.group = self._taken()
            except Exception as error:
                batch.refused = error
                raise
        else:
            batch.group.members += 1
        return batch.group

    def _taken(self) -> Group:
        """One's turn, and the group that one joins with it."""
        deadline = time.monotonic() + self._patience
        self._take_turn()
        try:
            return self._join(deadline)
        except BaseException:
            self._end_turn()
            raise

    def _take_turn(self) -> None:
        turn = self._turns.ask()
        if turn is None:
            return
        try:
            turn.result(self._patience)
        except BaseException as error:
            if not turn.cancel():
                self._end_turn()  # it came at that very moment
            if isinstance(error, TimeoutError):
                raise Unavailable("the database is busy: too many write at once") from error
            raise

    def _join(self, deadline: float) -> Group:
        """The open group, or a new one."""
        if self._group is None:
            if self._connection is None or self._connection.closed:
                self._connection = connect_writer(self._engine)
            left = max(0.0, deadline - time.monotonic())
            self._group = Group.open(self._connection, left)
        self._group.members += 1
        return self._group

    def _end_turn(self) -> None:
        if self._group is not None and not self._group.is_due and self._turns.hand_over():
            return
        try:
            self._end_group()
        finally:
            self._turns.end()

    def _end_group(self) -> None:
        """Commit for all who wrote in the open group."""
        group, self._group = self._group, None
        if group is not None:
            group.end()


@dataclass(slots=True)
class _Batch:
    """What a thread writes for many.

    Attributes:
        group: where it writes, once it has begun to.
        refused: why it could not begin.
        acts: what waits for its commit, in order.
    """

    group: Group | None = None
    refused: Exception | None = None
    acts: dict[Callable[[], None], None] = field(default_factory=dict)
