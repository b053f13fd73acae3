"""What a project file says: labels, fields and routing policy of one decision point."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

ProjectName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class FieldKind(StrEnum):
    """How the model reads a field. A field that the file does not name is shown, never learned."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TEXT = "text"


class Policy(BaseModel):
    """When the system may decide alone.

    Attributes:
        auto_margin: least difference between the two highest probabilities (0..1] for an
            automatic decision.
        audit_probability: chance (0..1] with which an event that could be decided alone is
            given to a person all the same. Never zero: without it nobody can say how often
            the automatic decisions are wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    auto_margin: Annotated[float, Field(gt=0, le=1)] = 0.8
    audit_probability: Annotated[float, Field(gt=0, le=1)] = 0.05


class Project(BaseModel):
    """One decision point that people oversee.

    Attributes:
        name: the project's name in events, addresses and files.
        title: the question as a reviewer reads it.
        labels: the possible answers, in the order in which people see them.
        fields: the features that the model learns from, and how it reads each.
        policy: when the system may decide alone.
        lease_seconds: how long a reviewer holds an item without a sign of life.
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
    lease_seconds: Annotated[int, Field(ge=5, le=86_400)] = 300

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels must differ from one another")
        return self
