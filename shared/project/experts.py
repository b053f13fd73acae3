"""Models of one's own that a project adds to the experts."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, field_validator

OURS = ("boosted", "randomised", "lines")
"""Names of challengers that every project may have."""


class Reads(StrEnum):
    """In which form a model takes events."""

    TABLE = "table"
    """Numbers, standardised and complete, and the frequent categories as columns of 0 and 1."""
    VECTORS = "vectors"
    """All fields, texts among them, hashed into a sparse matrix."""


class Expert(BaseModel):
    """A classifier with the interface of scikit-learn or River, by its dotted path.

    Attributes:
        name: what it is called in the ledger, in metrics and on pages.
        model: where its class is, as `sklearn.naive_bayes.GaussianNB`.
        parameters: what the class is made with; a value `{"model": ..., "parameters": ...}` is made
            first, so that models may hold others.
        reads: in which form it takes events; River's read the table, a row as a dict.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    model: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$", max_length=200)
    ]
    parameters: Annotated[dict[str, JsonValue], Field(max_length=100)] = {}
    reads: Reads = Reads.TABLE

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if name in OURS:
            raise ValueError(f"{name!r} is the name of one of ours; choose another")
        return name
