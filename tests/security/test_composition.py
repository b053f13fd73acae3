"""The services with the secrets, the users and the Redis options of docker-compose.yml."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
import yaml

from tests.loop import close_at
from tests.meta.test_deploy import COMPOSE, make_secrets
from tests.processes import Installation
from tests.security.servers import server
from tests.security.test_redis import SERVICES, ask
from tests.servers import free_port


@dataclass(frozen=True)
class Composed:
    """Redis as the composition starts it; `secrets` with its address as it is here."""

    secrets: Path
    port: int

    def address(self, user: str) -> str:
        return (self.secrets / f"redis_{user}.url").read_text().strip()


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    port, secrets = free_port(), make_secrets(tmp_path / "secrets")
    for file in secrets.glob("redis_*.url"):
        file.write_text(file.read_text().replace("@redis:6379", f"@127.0.0.1:{port}"))
    _, *options = yaml.safe_load(COMPOSE.read_text())["services"]["redis"]["command"]
    users = str(secrets / "redis_users.acl")
    given = [users if option.startswith("/run/secrets/") else option for option in options]
    with server(tmp_path, port, "--port", str(port), *given):
        yield Composed(secrets, port)


def test_the_loop_closes(
    composed: Composed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    whole = Installation("", data)
    with ExitStack() as stack:
        for service in SERVICES:
            file = composed.secrets / f"redis_{service}.url"
            monkeypatch.setenv("HANDRAISE_REDIS_URL_FILE", str(file))
            stack.enter_context(whole.running(service))
        close_at(whole, composed.address("upstream"))
    assert ask(composed.address("ops"), "ACL", "LOG") == []


def test_the_health_check_needs_no_secret_and_may_do_nothing_else(composed: Composed) -> None:
    url = f"redis://health:none@127.0.0.1:{composed.port}/0"
    assert ask(url, "PING")
    with pytest.raises(redis.exceptions.NoPermissionError):
        ask(url, "GET", "handraise:marker")
