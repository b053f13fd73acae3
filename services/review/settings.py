"""Settings of the review service."""

from pathlib import Path

from pydantic import Field

from shared.settings import CommonSettings


class Settings(CommonSettings):
    """The common settings, the review database and the doors for people."""

    review_port: int = Field(8080, description="Port of the HTTP API and the pages.")
    database_url: str | None = Field(
        None,
        description="PostgreSQL (postgresql://user:password@host/name) or SQLite (sqlite:///path); "
        "unset: a SQLite file in the data directory.",
    )
    audit_key_file: Path | None = Field(
        None,
        description="Secret with which audits are drawn; unset: `secrets/audit.key` in the data "
        "directory, created when missing. All replicas need the same.",
    )
    admin_token_file: Path | None = Field(
        None,
        description="Token of the user `admin`; unset: `secrets/admin.token` in the data directory "
        "(`handraise up` creates it). An empty or absent file closes that door.",
    )

    @property
    def database(self) -> str:
        """The address of the review database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'review.db'}"

    @property
    def audit_key(self) -> Path:
        """The file of the audit key."""
        return self.audit_key_file or self.data_dir / "secrets" / "audit.key"

    @property
    def admin_token(self) -> Path:
        """The file of the admin's token."""
        return self.admin_token_file or self.data_dir / "secrets" / "admin.token"
