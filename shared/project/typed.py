"""Whether rules fit the fields and labels of their project."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum

from shared.project.rules import Condition, Rule


class FieldKind(StrEnum):
    """How the model reads a field. A field that the file does not name is shown, never learned."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TEXT = "text"


_SIZES = {"above", "at_least", "below", "at_most"}
_ASKED: Mapping[FieldKind, frozenset[str]] = {
    FieldKind.NUMBER: frozenset({"equals", "among", "missing", *_SIZES}),
    FieldKind.CATEGORY: frozenset({"equals", "among", "missing"}),
    FieldKind.BOOLEAN: frozenset({"equals", "missing"}),
    FieldKind.TEXT: frozenset({"missing"}),
}
_VALUES: Mapping[FieldKind, type] = {
    FieldKind.NUMBER: float,
    FieldKind.CATEGORY: str,
    FieldKind.BOOLEAN: bool,
    FieldKind.TEXT: str,
}


def misfits(
    place: str, rules: Sequence[Rule], fields: Mapping[str, FieldKind], labels: Sequence[str]
) -> Iterator[str]:
    """What is wrong with the rules at a place of the file, one sentence each, with the cure."""
    for number, rule in enumerate(rules):
        for _, condition in rule.when.walk():
            for fault in _faults(condition, fields, labels):
                yield f"{place}.{number} ({rule.name}): {fault}"


def _faults(
    condition: Condition, fields: Mapping[str, FieldKind], labels: Sequence[str]
) -> Iterator[str]:
    for label in (condition.label, condition.chance_of):
        if label is not None and label not in labels:
            yield f"{label!r} is none of the labels{_hint(label, labels)}"
    if condition.field is None:
        return
    kind = fields.get(condition.field)
    if kind is None:
        yield f"there is no field {condition.field!r}{_hint(condition.field, [*fields])}"
        return
    strange = condition.tests - _ASKED[kind]
    if strange:
        can = ", ".join(sorted(_ASKED[kind]))
        yield f"{condition.field} is a {kind.value}: ask for {can}, not for {min(strange)}"
        return
    equal = () if condition.equals is None else (condition.equals,)
    for value in (*equal, *(condition.among or ())):
        if type(value) is not _VALUES[kind]:
            yield f"{condition.field} is a {kind.value}, and never {value!r}"


def _hint(word: str, valid: Sequence[str]) -> str:
    close = get_close_matches(word, valid, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; choose of {', '.join(valid[:20])}"
