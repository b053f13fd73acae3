"""Rules before statistics: events that people decide, however sure the model is."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from shared.project.names import FieldName, Label

SliceName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Value = StrictBool | float | str

_DEEPEST, _MOST = 8, 200
_SUBJECTS = ("field", "slice", "label", "chance_of", "all_of", "any_of", "none_of")
_TESTS = ("equals", "among", "above", "at_least", "below", "at_most", "missing")


class Condition(BaseModel):
    """A test of a field, a slice or the model's answer, or several of these together.

    It names exactly one of `field`, `slice`, `label`, `chance_of`, `all_of`, `any_of` and
    `none_of`; a field, a slice or a chance with what is asked of it.

    Attributes:
        field: a feature.
        slice: a slice.
        label: holds if the model's answer is this one.
        chance_of: the probability that the model gives this label.
        all_of: holds if all of these do.
        any_of: holds if any of these does.
        none_of: holds if none of these does.
        equals: it has this value.
        among: it has one of these values.
        above: it is greater.
        at_least: it is as great or greater.
        below: it is less.
        at_most: it is as great or less.
        missing: it has no value; with false: it has one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    field: FieldName | None = None
    slice: SliceName | None = None
    label: Label | None = None
    chance_of: Label | None = None
    all_of: "Conditions | None" = None
    any_of: "Conditions | None" = None
    none_of: "Conditions | None" = None
    equals: Value | None = None
    among: Annotated[tuple[Value, ...], Field(min_length=1, max_length=1000)] | None = None
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    missing: StrictBool | None = None

    @property
    def tests(self) -> frozenset[str]:
        """What is asked of its field, slice or chance."""
        return frozenset(name for name in _TESTS if getattr(self, name) is not None)

    @property
    def parts(self) -> "tuple[Condition, ...]":
        """The conditions that it is made of."""
        return self.all_of or self.any_of or self.none_of or ()

    def walk(self, depth: int = 1) -> Iterator[tuple[int, "Condition"]]:
        """It and all below it, each with its depth."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        named = [name for name in _SUBJECTS if getattr(self, name) is not None]
        if len(named) != 1:
            raise ValueError(f"name exactly one of {', '.join(_SUBJECTS)}")
        if named[0] in {"field", "slice", "chance_of"}:
            if not self.tests:
                raise ValueError(f"say what is asked of it: {', '.join(_TESTS)}")
        elif self.tests:
            raise ValueError(f"{min(self.tests)} belongs beside field, slice or chance_of")
        if named[0] == "slice" and not self.tests <= {"equals", "among", "missing"}:
            raise ValueError("a slice has a name, not a size: ask for equals, among or missing")
        if named[0] == "chance_of" and self.tests & {"equals", "among", "missing"}:
            raise ValueError("a chance has a size: ask for above, at_least, below or at_most")
        return self


Conditions = Annotated[tuple[Condition, ...], Field(min_length=1, max_length=100)]


class Rule(BaseModel):
    """Events that people decide, whatever the model says.

    Attributes:
        when: which events. One of which it cannot be told, because a value is missing or of another
            kind, is among them.
        name: as the record gives it for the reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Condition
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "rule"

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        depths = [depth for depth, _ in self.when.walk()]
        if max(depths) > _DEEPEST or len(depths) > _MOST:
            raise ValueError(f"at most {_DEEPEST} levels and {_MOST} conditions a rule")
        return self


class Checks(Rule):
    """Sure events that people check more often than the promise needs.

    Attributes:
        probability: with which one of these events is checked, if it could be decided alone.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "checks"
    probability: Annotated[float, Field(gt=0, lt=1)]
