"""Settings that all services share; each service adds its own in its `settings.py`."""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.connecting import CLUSTER, Address
from shared.errors import Misconfigured
from shared.hardening import weak_redis
from shared.streams import Keyspace

PREFIX = "HANDRAISE_"
_FILE = "_url_file"
_SURELY_MEANT = 0.85


class CommonSettings(BaseSettings):
    """Read from environment variables `HANDRAISE_*`; see docs/reference/settings.md."""

    model_config = SettingsConfigDict(env_prefix="HANDRAISE_", frozen=True)

    environment: Literal["development", "production"] = Field(
        "development",
        description="In production a service does not start with missing or well-known passwords, "
        "or with key files that others may read.",
    )
    redis_url: str = Field(
        description="Redis or Valkey (7.0 or newer). `handraise up` starts one and sets this. With "
        "TLS: `rediss://user:password@host:6380/0?ssl_ca_certs=/path/ca.pem`. Behind Sentinel: "
        "`redis+sentinel://:password@host:26379,other:26379/0?primary=NAME`. A cluster: "
        "`redis+cluster://:password@host:6379,other:6379`."
    )
    redis_url_file: Path | None = Field(
        None, description="A file that holds the address of Redis, instead of the address itself."
    )
    prefix: str = Field("handraise", description="Start of every Redis key.")
    partitions: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        None,
        description="Divide the streams into so many partitions, by the events' ids; a Redis "
        "Cluster needs it. Never to be changed, and the same for every service and sender.",
    )
    wait_replicas: Annotated[int, Field(ge=0, le=8)] = Field(
        0,
        description="So many replicas of Redis must have what leaves the outbox before it counts "
        "as sent (WAIT).",
    )
    data_dir: Path = Field(
        Path(".handraise"), description="Where embedded data, secrets and artifacts are kept."
    )
    host: str = Field("127.0.0.1", description="Address on which HTTP is served.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least important messages that are logged."
    )
    tracing: bool = Field(
        False,
        description="Say to OpenTelemetry what becomes of each event, by OTLP over HTTP (needs the "
        "extra `tracing`); `OTEL_EXPORTER_OTLP_ENDPOINT` says where to.",
    )
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
        10, description="Tries before an entry that nobody can process becomes a dead letter."
    )

    @model_validator(mode="before")
    @classmethod
    def _addresses_from_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        return with_addresses_from_files(given)

    @model_validator(mode="after")
    def _fits_its_redis(self) -> "CommonSettings":
        require_partitions(self.redis_url, self.partitions)
        return self

    @property
    def keys(self) -> Keyspace:
        """Where everything stands in Redis."""
        return Keyspace(self.prefix, self.partitions)

    def weaknesses(self) -> Iterator[str]:
        """Why this is not fit for production, one sentence each."""
        weak = weak_redis(self.redis_url)
        if weak:
            yield weak

    def misspelt(self) -> Iterator[tuple[str, str]]:
        """Variables that no program reads but that look like one of this service's."""
        known = {f"{PREFIX}{name.upper()}" for name in type(self).model_fields}
        for name in os.environ:  # noqa: TID251 - this is a settings file
            if name.startswith(PREFIX) and name not in known:
                for meant in difflib.get_close_matches(name, known, 1, _SURELY_MEANT):
                    yield name, meant


def require_partitions(redis_url: str, partitions: int | None) -> None:
    """See that a cluster is given partitions.

    Raises:
        Misconfigured: it is not, or the address is none.
    """
    if Address.parse(redis_url).kind == CLUSTER and partitions is None:
        raise Misconfigured(
            f"{PREFIX}REDIS_URL is that of a cluster: set {PREFIX}PARTITIONS too, to four times "
            "the primaries that you expect (docs/howto/grow.md)"
        )


def with_addresses_from_files(given: dict[str, Any]) -> dict[str, Any]:
    """Settings completed by what stands in the files named by `..._url_file`.

    An address that is given itself counts more: it comes from who starts the process.

    Raises:
        Misconfigured: a file cannot be read, or is empty.
    """
    found = dict(given)
    for name, path in given.items():
        address = name.removesuffix("_file")
        if name.endswith(_FILE) and path and not given.get(address):
            found[address] = _secret(f"{PREFIX}{name.upper()}", Path(path))
    return found


def _secret(variable: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{variable}: {path} cannot be read ({error})") from error
    if not content:
        raise Misconfigured(f"{variable}: {path} is empty; write the address into it")
    return content
