"""The review service, writing down the statements of its transactions: for the peer to repeat.

Runs as a process (`HANDRAISE_BENCH_RECORD` names the file). Each thread's statements follow a mark
at which its transaction or savepoint began.
"""

import os
import runpy
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Engine, event
from sqlmodel import Session

from shared.database.group_commit import GroupCommit
from shared.database.prepared import Compiled, Rows

_NO_WORK = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")


class Line(msgspec.Struct):
    """A statement, or with an empty one the beginning of a transaction."""

    thread: int
    sql: str = ""
    parameters: Any = None
    many: bool = False
    copy: bool = False


class Recorder:
    """Writes to a file what the drivers of all engines of this process are given."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write, until this ends."""
        heard: Mapping[str, Callable[..., object]] = {
            "begin": lambda _: self._note(),
            "savepoint": lambda _, __: self._note(),
            "before_cursor_execute": self._execute,
        }
        with self._file, ExitStack() as listening:
            for name, listener in heard.items():
                event.listen(Engine, name, listener)
                listening.callback(event.remove, Engine, name, listener)
            for patched in (self._members(), *self._prepared(), *self._copies()):
                listening.enter_context(patched)
            yield

    def _execute(
        self, _: object, __: object, sql: str, parameters: object, ___: object, many: bool
    ) -> None:
        if not sql.startswith(_NO_WORK):
            self._note(sql, parameters, many=many)

    def _members(self) -> AbstractContextManager[object]:
        """Who joins others' transaction begins none that SQLAlchemy tells of."""
        join = GroupCommit.write

        def write(group: GroupCommit) -> AbstractContextManager[Session]:
            self._note()
            return join(group)

        return _replaced(GroupCommit, "write", write)

    def _prepared(self) -> Iterator[AbstractContextManager[object]]:
        one, many = Compiled.execute, Compiled.execute_many

        def execute(compiled: Compiled, session: Any, values: Any) -> Rows:  # noqa: ANN401
            self._note(compiled.sql, compiled.bound(values))
            return one(compiled, session, values)

        def execute_many(compiled: Compiled, session: Any, rows: Any) -> None:  # noqa: ANN401
            self._note(compiled.sql, [compiled.bound(row) for row in rows], many=True)
            many(compiled, session, rows)

        yield _replaced(Compiled, "execute", execute)
        yield _replaced(Compiled, "execute_many", execute_many)

    def _copies(self) -> Iterator[AbstractContextManager[object]]:
        begin, write = psycopg.Cursor.copy, psycopg.Copy.write_row

        def copy(cursor: Any, statement: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
            self._statement = statement
            return begin(cursor, statement, *rest, **named)

        def write_row(copying: Any, row: Any) -> None:  # noqa: ANN401
            self._note(self._statement, [row], copy=True)
            write(copying, row)

        yield _replaced(psycopg.Cursor, "copy", copy)
        yield _replaced(psycopg.Copy, "write_row", write_row)

    def _note(
        self, sql: str = "", parameters: object = None, *, many: bool = False, copy: bool = False
    ) -> None:
        line = Line(threading.get_ident(), sql, parameters, many, copy)
        self._file.write(msgspec.json.encode(line) + b"\n")


@contextmanager
def _replaced(owner: type, name: str, by: object) -> Iterator[None]:
    """A method that is another one until this ends."""
    own = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, own)


def transactions(path: Path) -> list[list[Line]]:
    """The statements of each transaction in a recording."""
    found: list[list[Line]] = []
    open_: dict[int, list[Line]] = {}
    for encoded in path.read_bytes().splitlines():
        line = msgspec.json.decode(encoded, type=Line)
        if line.sql:
            open_.setdefault(line.thread, []).append(line)
        else:
            found.append(open_.pop(line.thread, []))
    return [*found, *open_.values()]


def pair_of(transactions: Sequence[list[Line]], claimed: str) -> list[Line]:
    """The transaction that decided one item and granted this lease on the next."""
    named = msgspec.json.encode(claimed).strip(b'"')
    return next(
        lines
        for lines in transactions
        if named in msgspec.json.encode(lines) and any("INSERT" in line.sql for line in lines)
    )


if __name__ == "__main__":
    with Recorder(Path(os.environ["HANDRAISE_BENCH_RECORD"])).listening():
        runpy.run_module("services.review", run_name="__main__")
