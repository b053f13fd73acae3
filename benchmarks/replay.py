"""A recorded transaction as a pattern: the same statements for another item and another lease."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from benchmarks.recording import Line

_MARK = "\x01{}\x02"
_MARKED = re.compile("\x01(\\w+)\x02")
_RANDOM = re.compile(r"[0-9a-f]{16,}")


class Held(msgspec.Struct):
    """An item, and the lease under which somebody holds it."""

    item: int
    event: str
    lease: str


class Statement(msgspec.Struct):
    """One statement with marks where a value belongs to the item, the lease or this run."""

    sql: str
    parameters: Any
    many: bool
    copy: bool


class Pattern(msgspec.Struct):
    """A claim + decide pair, and what the service answered to it."""

    statements: list[Statement]
    answer: str


def pattern(lines: Sequence[Line], decided: Held, claimed: Held, answer: str) -> Pattern:
    """Put marks into what was recorded while one item was decided and the next one claimed."""
    words = {
        decided.event: "old_event",
        decided.lease: "old_lease",
        claimed.event: "new_event",
        claimed.lease: "new_lease",
    }
    numbers = {decided.item: "old_item", claimed.item: "new_item"}

    def mark(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | str):
            return value
        if isinstance(value, int):
            return _MARK.format(numbers[value]) if value in numbers else value
        for word, name in words.items():
            value = value.replace(word, _MARK.format(name))
        if _RANDOM.fullmatch(value):
            words[value] = f"random_{len(words)}"
            return _MARK.format(words[value])
        return value

    statements = [
        Statement(line.sql, _each(line.parameters, mark), line.many, line.copy) for line in lines
    ]
    return Pattern(statements, answer)


class Replay:
    """Fills a pattern with values."""

    def __init__(self, of: Pattern) -> None:
        self._statements = [(s, _filler(s.parameters)) for s in of.statements]

    def run(self, cursor: Any, decided: Held, claimed: Held) -> None:  # noqa: ANN401 - any driver's
        """Execute all statements in the transaction that is open."""
        values: dict[str, object] = {
            "old_event": decided.event,
            "old_lease": decided.lease,
            "old_item": decided.item,
            "new_event": claimed.event,
            "new_lease": claimed.lease,
            "new_item": claimed.item,
        }
        for statement, fill in self._statements:
            parameters = fill(values)
            if statement.copy:
                with cursor.copy(statement.sql) as copy:
                    for row in parameters:
                        copy.write_row(row)
            elif statement.many:
                cursor.executemany(statement.sql, parameters)
            else:
                cursor.execute(statement.sql, parameters)
                if cursor.description:
                    cursor.fetchall()


def _each(parameters: object, change: Callable[[object], object]) -> object:
    if isinstance(parameters, Mapping):
        return {key: _each(value, change) for key, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return [_each(value, change) for value in parameters]
    return change(parameters)


def _filler(parameters: object) -> Callable[[dict[str, object]], Any]:
    """A function that puts values in place of marks; what has no mark is not looked at again."""
    if isinstance(parameters, dict):
        named = {key: _filler(value) for key, value in parameters.items()}
        return lambda values: {key: fill(values) for key, fill in named.items()}
    if isinstance(parameters, list):
        listed = [_filler(value) for value in parameters]
        return lambda values: [fill(values) for fill in listed]
    if isinstance(parameters, str) and _MARKED.search(parameters):
        whole = _MARKED.fullmatch(parameters)
        if whole:
            return lambda values: _value(values, whole[1])
        return lambda values: _MARKED.sub(lambda found: str(_value(values, found[1])), parameters)
    return lambda _: parameters


def _value(values: dict[str, object], name: str) -> object:
    if name not in values:
        values[name] = secrets.token_hex(12)
    return values[name]
