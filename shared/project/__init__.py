"""What a project file says: labels, fields and routing policy of one decision point."""

from shared.project.configuration import FieldKind, Project
from shared.project.names import FieldName, Label, ProjectName
from shared.project.policy import Policy

__all__ = ["FieldKind", "FieldName", "Label", "Policy", "Project", "ProjectName"]
