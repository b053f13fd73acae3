"""What is said, and signed, about a model artifact."""

import platform
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from shared.model.state import ModelState
from shared.project import ProjectName

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Origin:
    """Where a model version comes from.

    Attributes:
        version: its number within the project, from 1.
        parent: the version it was learned on from, if any.
        learned_up_to: the ledger sequence of the last correction in it.
        metrics: figures measured before learning, finite.
    """

    version: int
    parent: int | None
    learned_up_to: int
    metrics: dict[str, float] = field(default_factory=dict)


@cache
def _libraries() -> tuple[tuple[str, str], ...]:
    """Looked up once: that takes longer than writing a small model."""
    names = ("numpy", "scipy", "scikit-learn")
    found = ((name, version(name)) for name in names)
    return (("python", platform.python_version()), *found)


class ArrayShape(BaseModel):
    """Type and shape of one array."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dtype: str
    shape: tuple[int, ...]


class Manifest(BaseModel):
    """The signed description of an artifact.

    Attributes:
        sha256: content hash of the model's state, and the artifact's name.
        file_sha256: hash of `arrays.npz`, checked before it is parsed.
        libraries: versions that the model was made with; another may round differently.
        document: the JSON part of the model's state.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal[1] = 1
    project: ProjectName
    version: Annotated[int, Field(ge=1)]
    parent: int | None
    learned_up_to: Annotated[int, Field(ge=0)]
    metrics: dict[str, float]
    libraries: dict[str, str]
    sha256: Sha256
    file_sha256: Sha256
    file_size: Annotated[int, Field(ge=0)]
    arrays: dict[str, ArrayShape]
    document: dict[str, JsonValue]

    @classmethod
    def describe(
        cls, project: str, origin: Origin, state: ModelState, *, file_sha256: str, file_size: int
    ) -> Self:
        """The manifest of `state` as stored in a file."""
        return cls(
            project=project,
            version=origin.version,
            parent=origin.parent,
            learned_up_to=origin.learned_up_to,
            metrics=origin.metrics,
            libraries=dict(_libraries()),
            sha256=state.sha256,
            file_sha256=file_sha256,
            file_size=file_size,
            arrays={
                name: ArrayShape(dtype=array.dtype.str, shape=array.shape)
                for name, array in state.arrays.items()
            },
            document=dict(state.document),
        )
