"""What a project file says: labels, fields and routing policy of one decision point."""

from shared.project.configuration import FieldKind, Project
from shared.project.names import FieldName, Label, ProjectName, ReasonCode
from shared.project.policy import AuditTiming, Policy
from shared.project.reviewing import (
    Deadline,
    Exam,
    Fallback,
    Order,
    Quality,
    SafeDefault,
    Votes,
)

__all__ = [
    "AuditTiming",
    "Deadline",
    "Exam",
    "Fallback",
    "FieldKind",
    "FieldName",
    "Label",
    "Order",
    "Policy",
    "Project",
    "ProjectName",
    "Quality",
    "ReasonCode",
    "SafeDefault",
    "Votes",
]
