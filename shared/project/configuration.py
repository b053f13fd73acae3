"""One decision point that people oversee."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.project.names import FieldName, Label, ProjectName
from shared.project.policy import Policy


class FieldKind(StrEnum):
    """How the model reads a field. A field that the file does not name is shown, never learned."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TEXT = "text"


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
