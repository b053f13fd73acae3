"""Settings of the retrainer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from shared.hardening import open_key, weak_database
from shared.settings import CommonSettings


class Settings(CommonSettings):
    """The common settings, the training database, and where models go."""

    retrainer_port: int = Field(8082, description="Port of the retrainer's health and metrics.")
    database_url: str | None = Field(
        None,
        description="PostgreSQL (postgresql://user:password@host/name) or SQLite (sqlite:///path); "
        "unset: a SQLite file in the data directory.",
    )
    database_url_file: Path | None = Field(
        None,
        description="A file that holds the address of the database, instead of the address itself.",
    )
    artifacts: Path | None = Field(
        None, description="Where model artifacts go; unset: `artifacts` in the data directory."
    )
    signing_key_file: Path | None = Field(
        None,
        description="Ed25519 key that signs model artifacts; unset: `secrets/signing.key` in the "
        "data directory. Created when missing; the public key is kept beside it.",
    )
    publish_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        0.05,
        description="Least time between two versions of a project; what arrives meanwhile is "
        "learned together.",
    )
    keep_artifacts: Annotated[int, Field(ge=1)] = Field(
        50,
        description="Newest model artifacts a project that are kept; older ones are deleted at "
        "every tenth version.",
    )
    checkpoint_every: Annotated[int, Field(ge=1)] = Field(
        200, description="Corrections after which the learner's state is saved."
    )
    turn_seconds: Annotated[float, Field(ge=2)] = Field(
        30.0,
        description="On PostgreSQL (14 or newer): a retrainer that stands still for so long loses "
        "its turn to learn to another; one at rest speaks every second.",
    )

    @property
    def database(self) -> str:
        """The address of the training database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'retrainer.db'}"

    @property
    def artifact_store(self) -> Path:
        """The directory of model artifacts."""
        return self.artifacts or self.data_dir / "artifacts"

    @property
    def checkpoint_store(self) -> Path:
        """The directory of checkpoints."""
        return self.data_dir / "checkpoints"

    @property
    def signing_key(self) -> Path:
        """The file of the private key."""
        return self.signing_key_file or self.data_dir / "secrets" / "signing.key"

    @override
    def weaknesses(self) -> Iterator[str]:
        yield from super().weaknesses()
        found = [weak_database(self.database), open_key(self.signing_key)]
        yield from (weakness for weakness in found if weakness)
