"""When the system may decide alone."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


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
