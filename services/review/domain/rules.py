"""Rules before statistics: which events people decide, however sure the model is.

What cannot be told, because a value is missing or of another kind, is neither true nor false
(Kleene 1938). A rule that is not certainly false applies: in doubt, people decide.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import ge, gt, le, lt
from typing import Any

from shared.project import Checks, Condition, Rule

Truth = bool | None
Seen = tuple[Mapping[str, Any], Mapping[str, str], Mapping[str, float], str]
"""An event's features, its slices, the probability of each label, and the likeliest."""

_Test = Callable[[Seen], Truth]
Tests = tuple[tuple[str, _Test], ...]
"""Rules by name, as functions."""

_SIZES = (("above", gt), ("at_least", ge), ("below", lt), ("at_most", le))


def applying(tests: Tests, seen: Seen) -> str | None:
    """The name of the first rule that applies to an event, if any does.

    >>> tests = compiled((Rule(name="large", when=Condition(field="amount", above=100)),))
    >>> [applying(tests, ({"amount": amount}, {}, {}, "pay")) for amount in (50, 500, None)]
    [None, 'large', 'large']
    """
    for name, test in tests:
        if test(seen) is not False:
            return name
    return None


@lru_cache(1000)
def compiled(rules: tuple[Rule, ...]) -> Tests:
    """Rules as functions: they are asked for every event, and changed once a month."""
    return tuple((rule.name, _test(rule.when)) for rule in rules)


def raised(tests: Tests, checks: Sequence[Checks], seen: Seen) -> float:
    """The highest probability with which an event is to be checked; 0: none is asked for.

    Args:
        tests: of the checks, compiled.
        checks: as many, in the same order.
        seen: the event.
    """
    pairs = zip(tests, checks, strict=True)
    return max((one.probability for (_, test), one in pairs if test(seen) is not False), default=0)


def _test(condition: Condition) -> _Test:
    if condition.parts:
        tests = tuple(_test(part) for part in condition.parts)
        if condition.all_of:
            return partial(_all, tests)
        return partial(_any if condition.any_of else _none, tests)
    if condition.label is not None:
        return partial(_is_predicted, condition.label)
    return _value(condition)


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
    return seen[3] == label


@dataclass(frozen=True, slots=True)
class _Value:
    """Whether a field or slice has all that is asked of it.

    Attributes:
        name: the field's, slice's or label's.
        place: where it stands in what is seen: 0 for fields, 1 for slices, 2 for chances.
        missing: whether it is to be missing; None: not asked.
        absent: what it counts as where it is not named; None: as missing.
        wanted: the values of which it is to be one; empty: not asked.
        sizes: how it is to compare with which limits.
    """

    name: str
    place: int
    absent: float | None
    missing: bool | None
    wanted: tuple[object, ...]
    sizes: tuple[tuple[Callable[[Any, Any], bool], float], ...]

    def __call__(self, seen: Seen) -> Truth:
        value = seen[self.place].get(self.name, self.absent)  # type: ignore[union-attr] # a mapping
        if self.missing is not None and (value is None) != self.missing:
            return False
        if value is None:
            return None if self.wanted or self.sizes else True
        return self._fits(value)

    def _fits(self, value: Any) -> Truth:  # noqa: ANN401 - a feature of any kind
        if self.wanted:
            if not any(_is_like(value, one) for one in self.wanted):
                return None
            if value not in self.wanted:
                return False
        if self.sizes and (isinstance(value, bool) or not isinstance(value, int | float)):
            return None
        return all(compare(value, limit) for compare, limit in self.sizes)


def _value(condition: Condition) -> _Value:
    limits = ((compare, getattr(condition, name)) for name, compare in _SIZES)
    equal = () if condition.equals is None else (condition.equals,)
    subjects = (condition.field, condition.slice, condition.chance_of)
    place, name = next((n, named) for n, named in enumerate(subjects) if named is not None)
    return _Value(
        name=name,
        place=place,
        absent=None if condition.chance_of is None else 0.0,
        missing=condition.missing,
        wanted=condition.among or equal,
        sizes=tuple((compare, limit) for compare, limit in limits if limit is not None),
    )


def _is_like(value: object, other: object) -> bool:
    """Whether two values are of a kind, such that they can be compared."""
    numbers = (int, float)
    both_numbers = isinstance(value, numbers) and isinstance(other, numbers)
    return isinstance(value, bool) == isinstance(other, bool) and (
        both_numbers or type(value) is type(other)
    )
