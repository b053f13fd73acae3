"""The review service, writing down the statements of its transactions: for the peer to repeat.

Runs as a process (`HANDRAISE_BENCH_RECORD` names the file). Each thread's statements follow a mark
at which its transaction or savepoint began.
"""

import os
import runpy
import threading
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Engine, event

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
    """Listens to the drivers of all engines of this process."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        event.listen(Engine, "begin", lambda _: self._note())
        event.listen(Engine, "savepoint", lambda _, __: self._note())
        event.listen(Engine, "before_cursor_execute", self._execute)
        self._listen_to_prepared()
        self._listen_to_copies()

    def _execute(
        self, _: object, __: object, sql: str, parameters: object, ___: object, many: bool
    ) -> None:
        if not sql.startswith(_NO_WORK):
            self._note(sql, parameters, many=many)

    def _listen_to_prepared(self) -> None:
        one, many = Compiled.execute, Compiled.execute_many

        def execute(compiled: Compiled, session: Any, values: Any) -> Rows:  # noqa: ANN401
            self._note(compiled.sql, compiled.bound(values))
            return one(compiled, session, values)

        def execute_many(compiled: Compiled, session: Any, rows: Any) -> None:  # noqa: ANN401
            self._note(compiled.sql, [compiled.bound(row) for row in rows], many=True)
            many(compiled, session, rows)

        Compiled.execute = execute  # type: ignore[method-assign, assignment]
        Compiled.execute_many = execute_many  # type: ignore[method-assign, assignment]

    def _listen_to_copies(self) -> None:
        begin, write = psycopg.Cursor.copy, psycopg.Copy.write_row

        def copy(cursor: Any, statement: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
            self._statement = statement
            return begin(cursor, statement, *rest, **named)

        def write_row(copying: Any, row: Any) -> None:  # noqa: ANN401
            self._note(self._statement, [row], copy=True)
            write(copying, row)

        psycopg.Cursor.copy = copy  # type: ignore[method-assign, assignment]
        psycopg.Copy.write_row = write_row  # type: ignore[method-assign, assignment]

    def _note(
        self, sql: str = "", parameters: object = None, *, many: bool = False, copy: bool = False
    ) -> None:
        line = Line(threading.get_ident(), sql, parameters, many, copy)
        self._file.write(msgspec.json.encode(line) + b"\n")


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


if __name__ == "__main__":
    Recorder(Path(os.environ["HANDRAISE_BENCH_RECORD"]))
    runpy.run_module("services.review", run_name="__main__")
