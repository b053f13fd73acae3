"""Rules before statistics: which events people decide, however sure the model is.

What cannot be told, because a value is missing or of another kind, is neither true nor false
(Kleene 1938). A rule that is not certainly false applies: in doubt, people decide.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from operator import ge, gt, le, lt
from typing import Any

from shared.project import Condition, Rule

Truth = bool | None
Seen = tuple[Mapping[str, Any], Mapping[str, str], str]
"""An event's features, its slices and the predicted label."""

_Test = Callable[[Seen], Truth]
_SIZES = (("above", gt), ("at_least", ge), ("below", lt), ("at_most", le))


def applying(rules: Sequence[Rule], seen: Seen) -> str | None:
    """The name of the first rule that applies to an event, if any does.

    >>> rule = Rule(name="large", when=Condition(field="amount", above=100))
    >>> [applying([rule], ({"amount": amount}, {}, "pay")) for amount in (50, 500, None)]
    [None, 'large', 'large']
    """
    for name, test in _compiled(tuple(rules)):
        if test(seen) is not False:
            return name
    return None


@lru_cache(1000)
def _compiled(rules: tuple[Rule, ...]) -> tuple[tuple[str, _Test], ...]:
    """Rules as functions: they are asked for every event, and changed once a month."""
    return tuple((rule.name, _test(rule.when)) for rule in rules)


def _test(condition: Condition) -> _Test:
    if condition.parts:
        tests = tuple(_test(part) for part in condition.parts)
        if condition.all_of:
            return partial(_all, tests)
        return partial(_any if condition.any_of else _none, tests)
    if condition.label is not None:
        return partial(_is_predicted, condition.label)
    return partial(_value, condition)


def _all(tests: Sequence[_Test], seen: Seen) -> Truth:
    truths = [test(seen) for test in tests]
    if False in truths:
        return False
    return None if None in truths else True


def _any(tests: Sequence[_Test], seen: Seen) -> Truth:
    truths = [test(seen) for test in tests]
    if True in truths:
        return True
    return None if None in truths else False


def _none(tests: Sequence[_Test], seen: Seen) -> Truth:
    found = _any(tests, seen)
    return None if found is None else not found


def _is_predicted(label: str, seen: Seen) -> Truth:
    return seen[2] == label


def _value(condition: Condition, seen: Seen) -> Truth:
    """Whether a field or slice has all that is asked of it."""
    features, slices, _ = seen
    if condition.slice is not None:
        value: Any = slices.get(condition.slice)
    else:
        value = features.get(condition.field or "")
    if condition.missing is not None and (value is None) != condition.missing:
        return False
    if value is None:
        return True if condition.tests == {"missing"} else None
    return _fits(condition, value)


def _fits(condition: Condition, value: Any) -> Truth:  # noqa: ANN401 - a feature of any kind
    wanted = condition.among if condition.equals is None else (condition.equals,)
    if wanted is not None:
        if not any(_is_like(value, one) for one in wanted):
            return None
        if value not in wanted:
            return False
    for name, compare in _SIZES:
        limit = getattr(condition, name)
        if limit is not None:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return None
            if not compare(value, limit):
                return False
    return True


def _is_like(value: object, other: object) -> bool:
    """Whether two values are of a kind, such that they can be compared."""
    numbers = (int, float)
    both_numbers = isinstance(value, numbers) and isinstance(other, numbers)
    return isinstance(value, bool) == isinstance(other, bool) and (
        both_numbers or type(value) is type(other)
    )
