"""One decision point that people oversee."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.project.experts import Expert
from shared.project.names import FieldName, Label, ProjectName, ReasonCode
from shared.project.policy import Policy, WhenOver
from shared.project.reviewing import Deadline, Fallback, Order, Quality, SafeDefault, Votes
from shared.project.rules import SliceName
from shared.project.typed import FieldKind, misfits


class Promotion(StrEnum):
    """Who lets a new model version serve."""

    AUTOMATIC = "automatic"
    """What was learned serves at once; what changes the model's shape once it is proven not to be
    worse, else when a person approves it."""
    MANUAL = "manual"
    """Every version waits until a person approves it."""


class Project(BaseModel):
    """One decision point that people oversee.

    Attributes:
        name: the project's name in events, addresses and files.
        title: the question as a reviewer reads it.
        labels: the possible answers, in the order in which people see them.
        fields: the features that the model learns from, and how it reads each.
        policy: when the system may decide alone.
        promotion: who lets a new model version serve.
        lease_seconds: how long a reviewer holds an item without a sign of life.
        undo_seconds: how long a reviewer may take back an answer.
        blind: whether reviewers never see the model's answer before they have given theirs.
        votes: how many answers make a decision.
        deadline: when an answer is due, and what happens without one.
        order: which items come first.
        quality: how the quality of answers is watched.
        reason_codes: what a reviewer may choose from to say why; empty: nothing is offered.
        experts: classifiers of one's own, weighed beside ours.
        withheld: fields, of features or context, that reviewers are not shown.
        retention_days: after so many days what describes an event is erased; None: never.
        slices: parts of the events that are compared with one another: slices that events name, or
            categories and booleans among the fields.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ProjectName
    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    labels: Annotated[
        tuple[Label, ...],
        Field(min_length=2, max_length=1000, json_schema_extra={"uniqueItems": True}),
    ]
    fields: Annotated[dict[FieldName, FieldKind], Field(min_length=1, max_length=5000)]
    policy: Policy = Policy()
    promotion: Promotion = Promotion.AUTOMATIC
    lease_seconds: Annotated[int, Field(ge=5, le=86_400)] = 180
    undo_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    blind: bool = False
    votes: Votes = Votes()
    deadline: Deadline = Deadline()
    order: Order = Order()
    quality: Quality = Quality()
    reason_codes: Annotated[tuple[ReasonCode, ...], Field(max_length=50)] = ()
    experts: Annotated[tuple[Expert, ...], Field(max_length=4)] = ()
    withheld: Annotated[tuple[FieldName, ...], Field(max_length=5000)] = ()
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    slices: Annotated[
        tuple[SliceName, ...], Field(max_length=10, json_schema_extra={"uniqueItems": True})
    ] = ()

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels must differ from one another")
        return self

    @model_validator(mode="after")
    def _slices_have_few_values(self) -> Self:
        if len(set(self.slices)) != len(self.slices):
            raise ValueError("slices names one twice")
        for name in self.slices:
            if self.fields.get(name) in {FieldKind.NUMBER, FieldKind.TEXT}:
                raise ValueError(
                    f"slices: {name!r} is a {self.fields[name].value}, which has too many values; "
                    "let the sender name a slice, such as a range"
                )
        return self

    @model_validator(mode="after")
    def _experts_differ(self) -> Self:
        names = [expert.name for expert in self.experts]
        if len(set(names)) != len(names):
            raise ValueError("experts must differ from one another by name")
        return self

    @model_validator(mode="after")
    def _rules_fit(self) -> Self:
        policy, known = self.policy, (self.fields, self.labels)
        found = (
            *misfits("policy.rules", policy.rules, *known),
            *misfits("policy.audit_more", policy.audit_more, *known),
        )
        if found:
            raise ValueError(found[0])
        return self

    @model_validator(mode="after")
    def _fallback_decides(self) -> Self:
        capacity, fallback = self.policy.capacity, self.deadline.fallback
        decides = isinstance(fallback, SafeDefault) or fallback is Fallback.MODEL
        if capacity is not None and capacity.when_over is WhenOver.FALLBACK and not decides:
            raise ValueError(
                f"policy.capacity: when_over: fallback decides as deadline.fallback says, which is "
                f"{fallback}; give deadline.fallback: model or {{safe_default: LABEL}}"
            )
        return self

    @model_validator(mode="after")
    def _only_known_labels(self) -> Self:
        fallback = self.deadline.fallback
        named = set(self.order.error_cost)
        if isinstance(fallback, SafeDefault):
            named.add(fallback.safe_default)
        strange = sorted(named - set(self.labels))
        if strange:
            raise ValueError(
                f"{strange[0]!r} is none of the labels; choose of {', '.join(self.labels[:20])}"
            )
        return self
