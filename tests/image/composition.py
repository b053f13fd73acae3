"""The composition's services on servers of this machine, with its own secrets and volumes."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import create_engine, text

from tests.image.container import bound
from tests.meta.repository import ROOT
from tests.security.servers import server
from tests.servers import free_port, new_database, postgresql_server

_WRITER = 10001
"""Who the image runs as, and owns `/data` in it."""


@dataclass
class Composition:
    """What stands in docker-compose.yml, on servers of this machine.

    Attributes:
        whole: what the file says.
        directory: for secrets and volumes.
        redis: the port of a Redis that has our users.
        postgresql: the port of a PostgreSQL.
    """

    whole: Mapping[str, Any]
    directory: Path
    redis: int
    postgresql: int

    @property
    def services(self) -> Mapping[str, Any]:
        """Its programs."""
        return dict(self.whole["services"])

    def secret(self, name: str) -> Path:
        """The file of a secret; addresses lead to the servers of this machine."""
        return Path(self.whole["secrets"][name]["file"])

    def lead_here(self) -> None:
        """Write the addresses of our servers into the secrets."""
        for path in (self.directory / "secrets").glob("*.url"):
            told = path.read_text().replace("redis:6379", f"127.0.0.1:{self.redis}")
            path.write_text(told.replace("@postgres/", f"@127.0.0.1:{self.postgresql}/"))

    def mounts(self, name: str) -> list[dict[str, Any]]:
        """Secrets and volumes of a service."""
        service = self.services[name]
        secrets = [
            bound(self.secret(secret), f"/run/secrets/{secret}", writable=False)
            for secret in service["secrets"]
        ]
        volumes = [volume.split(":") for volume in service["volumes"]]
        return secrets + [
            bound(self._volume(source), inside, writable="ro" not in options)
            for source, inside, *options in volumes
        ]

    def _volume(self, name: str) -> Path:
        """As an engine makes it: with the owner that the directory has in the image."""
        path = self.directory / "volumes" / name
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, _WRITER, _WRITER)
        return path


def _read(secrets: Path) -> Mapping[str, Any]:
    """The file as Compose reads it, with nothing set but where the secrets are."""
    written = (ROOT / "docker-compose.yml").read_text()
    written = re.sub(r"\$\{SECRETS_DIR:[^}]+\}", str(secrets), written)
    return dict(yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", written)))


@contextmanager
def composed(directory: Path) -> Iterator[Composition]:
    """The composition with its servers, its services not started."""
    subprocess.run([ROOT / "deploy" / "secrets.sh", directory / "secrets"], check=True)
    whole = _read(directory / "secrets")
    stores = directory / "stores"
    stores.mkdir()
    with postgresql_server(stores) as url:
        owned = new_database(url, "handraise")
        with create_engine(owned).begin() as connection:
            connection.execute(text("CREATE ROLE handraise LOGIN"))
            connection.execute(text("ALTER DATABASE handraise OWNER TO handraise"))
        port = free_port()
        made = Composition(whole, directory, port, create_engine(url).url.port or 0)
        options = made.services["redis"]["command"][1:]
        there = options[: options.index("--aclfile")]
        users = ["--aclfile", str(made.secret("redis_users"))]
        with server(stores, port, "--port", str(port), *there, *users):
            made.lead_here()
            yield made
