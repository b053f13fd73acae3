"""Settings that all services share; each service adds its own in its `settings.py`."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CommonSettings(BaseSettings):
    """Read from environment variables `HANDRAISE_*`; see docs/reference/settings.md."""

    model_config = SettingsConfigDict(env_prefix="HANDRAISE_", frozen=True)

    redis_url: str = Field(
        description="Redis or Valkey (7.0 or newer). `handraise up` starts one and sets this."
    )
    prefix: str = Field("handraise", description="Start of every Redis key.")
    data_dir: Path = Field(
        Path(".handraise"), description="Where embedded data, secrets and artifacts are kept."
    )
    host: str = Field("127.0.0.1", description="Address on which HTTP is served.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    max_event_bytes: Annotated[int, Field(ge=1024)] = Field(
        1_048_576, description="Larger events become dead letters."
    )
    batch_size: Annotated[int, Field(ge=1, le=1000)] = Field(
        500, description="Most stream entries that are handled together."
    )
    keep_entries: Annotated[int, Field(ge=0)] = Field(
        10_000,
        description="A stream longer than this loses the entries that all groups are done with.",
    )
    max_backlog: Annotated[int, Field(ge=1)] = Field(
        100_000, description="Reading waits while more entries than this wait on the next stream."
    )
    claim_idle_seconds: Annotated[float, Field(gt=0)] = Field(
        5.0, description="After this time another consumer takes over what a dead one left."
    )
    max_deliveries: Annotated[int, Field(ge=1)] = Field(
        4, description="Tries before an entry that nobody can process becomes a dead letter."
    )
