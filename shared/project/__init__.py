"""What a project file says: labels, fields and routing policy of one decision point."""

from shared.project.configuration import Project, Promotion
from shared.project.experts import Expert, Reads
from shared.project.names import FieldName, Label, ProjectName, ReasonCode
from shared.project.policy import AuditTiming, Capacity, Policy, WhenOver
from shared.project.reviewing import (
    Deadline,
    Exam,
    Fallback,
    Order,
    Quality,
    SafeDefault,
    Votes,
)
from shared.project.rules import Checks, Condition, Rule
from shared.project.typed import FieldKind

__all__ = [
    "AuditTiming",
    "Capacity",
    "Checks",
    "Condition",
    "Deadline",
    "Exam",
    "Expert",
    "Fallback",
    "FieldKind",
    "FieldName",
    "Label",
    "Order",
    "Policy",
    "Project",
    "ProjectName",
    "Promotion",
    "Quality",
    "Reads",
    "ReasonCode",
    "Rule",
    "SafeDefault",
    "Votes",
    "WhenOver",
]
