"""Names that a project file may give."""

from typing import Annotated

from pydantic import StringConstraints

ProjectName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ReasonCode = Annotated[str, StringConstraints(min_length=1, max_length=100)]
