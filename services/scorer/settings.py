"""Settings of the scorer."""

from pathlib import Path

from pydantic import Field

from shared.settings import CommonSettings


class Settings(CommonSettings):
    """The common settings, and where models come from."""

    scorer_port: int = Field(8081, description="Port of the scorer's health and metrics.")
    artifacts: Path | None = Field(
        None, description="Where model artifacts are; unset: `artifacts` in the data directory."
    )
    verifying_key_file: Path | None = Field(
        None,
        description="Public key that model artifacts must be signed for; unset: "
        "`secrets/verifying.key` in the data directory, written there by the retrainer.",
    )

    @property
    def artifact_store(self) -> Path:
        """The directory of model artifacts."""
        return self.artifacts or self.data_dir / "artifacts"

    @property
    def verifying_key(self) -> Path:
        """The file of the public key."""
        return self.verifying_key_file or self.data_dir / "secrets" / "verifying.key"
