"""What the front door takes from the environment; the services have settings of their own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import with_addresses_from_files
from shared.streams import Keyspace


class Settings(BaseSettings):
    """One installation, as the environment describes it.

    Attributes:
        data_dir: where everything lasting lives.
        host: the address that the services listen on.
        prefix: first part of every Redis key.
        partitions: into how many the streams are divided; None if they are not.
        wait_replicas: so many replicas of Redis must have an event before it counts as sent.
        redis_url: a Redis server of one's own; unset means the embedded one.
        redis_url_file: a file that holds the address of Redis.
        database_url: a database of one's own; unset means SQLite in the data directory.
        database_url_file: a file that holds the address of the database.
        review_port: port of the review service, the only one that people visit.
        scorer_port: port of the scorer; unset means any free one.
        retrainer_port: port of the retrainer; unset means any free one.
        admin_token_file: where the administrator's token lies.
        url: review service of an installation that runs elsewhere.
        token: token for that installation.
    """

    model_config = SettingsConfigDict(env_prefix="HANDRAISE_", frozen=True, extra="ignore")

    data_dir: Path = Path(".handraise")
    host: str = "127.0.0.1"
    prefix: str = "handraise"
    partitions: int | None = None
    wait_replicas: int = 0
    redis_url: str | None = None
    redis_url_file: Path | None = None
    database_url: str | None = None
    database_url_file: Path | None = None
    review_port: int = 8080
    scorer_port: int | None = None
    retrainer_port: int | None = None
    admin_token_file: Path | None = None
    url: str | None = None
    token: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _addresses_from_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        return with_addresses_from_files(given)

    @property
    def keys(self) -> Keyspace:
        """Where everything stands in Redis."""
        return Keyspace(self.prefix, self.partitions)

    @property
    def admin_token_path(self) -> Path:
        """The administrator's token file."""
        return self.admin_token_file or self.data_dir / "secrets" / "admin.token"


def child_environment(additions: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with additions, for a process that it starts."""
    return {**os.environ, **additions}  # noqa: TID251 - children inherit what we were given


def has_display() -> bool:
    """Whether a browser window can be opened (on Linux, a terminal browser is not meant)."""
    if sys.platform != "linux":
        return True
    return bool(
        os.environ.get("DISPLAY")  # noqa: TID251 - not a setting of ours
        or os.environ.get("WAYLAND_DISPLAY")  # noqa: TID251 - not a setting of ours
    )
