"""Projects in force."""

from sqlalchemy import Text
from sqlmodel import Field, SQLModel


class ProjectRow(SQLModel, table=True):
    """A project's file in force, and whether automation is stopped."""

    __tablename__ = "review_projects"

    name: str = Field(primary_key=True)
    configuration: str = Field(sa_type=Text)
    policy_version: int
    stopped: bool = False
