"""When the system may decide alone."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class AuditTiming(StrEnum):
    """When a sure event that was drawn for a check is decided."""

    HOLD = "hold"
    """It waits for its person, whose answer is its one decision."""
    AFTER = "after"
    """It is decided at once like its neighbours; a person who disagrees amends that."""


class Policy(BaseModel):
    """When the system may decide alone.

    Attributes:
        auto_margin: least difference between the two highest probabilities (0..1] for an
            automatic decision.
        audit_probability: chance (0..1] with which an event that could be decided alone is
            given to a person all the same. Never zero: without it nobody can say how often
            the automatic decisions are wrong.
        audits: whether an event that is drawn waits for its person, or is decided at once and
            amended if the person disagrees.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    auto_margin: Annotated[float, Field(gt=0, le=1)] = 0.8
    audit_probability: Annotated[float, Field(gt=0, le=1)] = 0.05
    audits: AuditTiming = AuditTiming.HOLD
