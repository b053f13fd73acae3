"""Redis with a user for each service, and Redis over TLS, under the real services."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.loop import close_at
from tests.processes import Installation
from tests.security import servers
from tests.servers import missing

SERVICES = ("scorer", "review", "retrainer")


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with servers.with_users(tmp_path_factory.mktemp("users")) as users:
        yield users


def ask(url: str, *command: str | bytes) -> Any:
    """One command by a client of its own."""
    with redis.Redis.from_url(url) as client:
        return client.execute_command(*command)


def test_each_service_works_with_its_own_user(users: dict[str, str], tmp_path: Path) -> None:
    ask(users["ops"], "ACL", "LOG", "RESET")
    with ExitStack() as stack:
        whole = Installation(users["ops"], tmp_path)
        for service in ("retrainer", "scorer", "review"):
            own = replace(whole, redis_url=users[service])
            stack.enter_context(own.running(service))
        close_at(whole, users["upstream"])
        logs = "".join((tmp_path / f"{service}.log").read_text() for service in SERVICES)
    assert ask(users["ops"], "ACL", "LOG") == []
    for url in users.values():
        assert url.split(":")[2].partition("@")[0] not in logs


FORBIDDEN = {
    "scorer": ["XADD handraise:corrections * data x", "XADD handraise:decisions * data x",
               "XADD handraise:models * data x", "XADD handraise:control * data x"],
    "retrainer": ["XADD handraise:decisions * data x", "XADD handraise:control * data x",
                  "XADD handraise:requests * data x", "XADD handraise:predictions * data x"],
    "review": ["XADD elsewhere * data x"],
    "upstream": ["XADD handraise:decisions * data x", "XADD handraise:corrections * data x",
                 "XADD handraise:models * data x", "XRANGE handraise:requests - +",
                 "XDEL handraise:requests 1-1", "XTRIM handraise:requests MAXLEN 0",
                 "XREAD STREAMS handraise:corrections 0", "GET handraise:marker"],
}  # fmt: skip
DANGEROUS = [
    "FLUSHALL", "FLUSHDB", "KEYS *", "CONFIG GET *", "CONFIG SET maxmemory-policy allkeys-lru",
    "ACL LIST", "ACL SETUSER x on", "SHUTDOWN", "CLIENT LIST", "CLIENT KILL x",
    "SCRIPT FLUSH", "FUNCTION LIST", "MODULE LIST", "DEL handraise:requests", "SWAPDB 0 1",
    "RENAME handraise:requests x", "REPLICAOF NO ONE", "SAVE", "MONITOR", "PUBLISH x y",
]  # fmt: skip


@pytest.mark.parametrize("user", FORBIDDEN)
def test_no_user_may_do_more_than_it_needs(users: dict[str, str], user: str) -> None:
    for command in [*FORBIDDEN[user], *DANGEROUS]:
        with pytest.raises(redis.exceptions.NoPermissionError):
            ask(users[user], *command.split())


@pytest.mark.parametrize("user", ["scorer", "retrainer"])
def test_a_script_is_no_way_around(users: dict[str, str], user: str) -> None:
    script = "return redis.call('XADD', 'handraise:decisions', '*', 'data', 'x')"
    with pytest.raises(redis.exceptions.ResponseError, match=r"(?i)no permission|can't access"):
        ask(users[user], "EVAL", script, "0")


def test_without_a_user_nothing_goes(users: dict[str, str]) -> None:
    url = users["ops"].replace("ops:ops-secret@", "")
    with pytest.raises(redis.exceptions.AuthenticationError):
        ask(url, "PING")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    probe = [servers.program(), "--tls-port", "1", "--port", "0", "--tls-cert-file", ""]
    said = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=10).stdout
    if "TLS support" in said or "connection type tls" in said:
        missing("a Redis that speaks TLS", "redis-server")
    with servers.with_tls(tmp_path_factory.mktemp("tls")) as found:
        yield found


def test_the_services_speak_tls(tls: tuple[str, Path], tmp_path: Path) -> None:
    url = f"{tls[0]}?ssl_ca_certs={tls[1]}"
    installation = Installation(url, tmp_path)
    with installation.running(*SERVICES):
        close_at(installation, url)


def test_a_server_that_nobody_vouches_for_is_not_trusted(
    tls: tuple[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(redis.exceptions.ConnectionError, match=r"(?i)certificate"):
        ask(tls[0], "PING")
    other, *_ = servers.certificates(tmp_path)
    with pytest.raises(redis.exceptions.ConnectionError, match=r"(?i)certificate"):
        ask(f"{tls[0]}?ssl_ca_certs={other}", "PING")
