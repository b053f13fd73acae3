"""`handraise up` from the outside, with services of a few lines in place of the real ones."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from handraise.children import Child
from handraise.ports import free_ports
from shared.connecting import connect_blocking
from tests.unit.handraise.conftest import eventually

pytestmark = pytest.mark.redis

SERVICE = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = sys.modules["__main__"].__spec__.parent.split(".")[-1]

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        with open(os.environ["HANDRAISE_ADMIN_TOKEN_FILE"]) as file:
            known = self.headers["Authorization"] == "Bearer " + file.read()
        self.send_response(201 if known else 401)
        self.end_headers()
        self.wfile.write(b'{"token": "x", "login_url": "/login?token=once"}')

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
port = int(os.environ[f"HANDRAISE_{NAME.upper()}_PORT"])
ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `handraise up`; nothing of it outlives the test."""
    for name in ("scorer", "review", "retrainer"):
        package = tmp_path / "fakes" / "services" / name
        package.mkdir(parents=True)
        (package / "__main__.py").write_text(SERVICE)
    (tmp_path / "fakes" / "services" / "__init__.py").write_text("")
    started: list[subprocess.Popen[str]] = []
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HANDRAISE_")}

    def run(*words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "handraise", "up", "--data-dir", "data", *words],
            cwd=tmp_path,
            env={**inherited, "PYTHONPATH": str(tmp_path / "fakes"), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
    for directory in ("data", "other"):
        end_leftovers(tmp_path / directory)


def end_leftovers(data_dir: Path) -> list[str]:
    names = ("scorer", "review", "retrainer", "redis")
    return [name for name in names if Child(name, data_dir).end_leftover()]


def read_until(process: "subprocess.Popen[str]", pattern: str) -> re.Match[str]:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if match := re.search(pattern, line):
            return match
    raise AssertionError(f"{pattern} was never said, but:\n{said}")


def note(directory: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((directory / "data" / "run.json").read_text())
    return found


def test_up_prints_a_login_link_and_sigterm_leaves_nothing_running(
    start: Start, tmp_path: Path
) -> None:
    up = start("--port", "0")
    link = read_until(up, r"log in +(http://\S+/login\?token=once)")[1]
    url = note(tmp_path)["url"]
    assert link.startswith(url)
    assert httpx.get(f"{url}/health/ready").is_success

    up.send_signal(signal.SIGTERM)

    assert up.wait(30) == 0
    assert not (tmp_path / "data" / "run.json").exists()
    assert end_leftovers(tmp_path / "data") == []


def test_a_second_up_is_refused_and_the_first_is_named(start: Start) -> None:
    first = start("--port", "0")
    read_until(first, "log in")

    second = start("--port", "0")

    read_until(second, f"process {first.pid}")
    assert second.wait(30) == 1
    assert first.poll() is None


def test_after_a_kill_the_next_up_clears_away_and_goes_on_with_the_data(
    start: Start, tmp_path: Path
) -> None:
    killed = start("--port", "0")
    read_until(killed, "log in")
    with connect_blocking(note(tmp_path)["redis_url"]) as redis:
        redis.set("kept", "yes")
    killed.kill()
    killed.wait()

    again = start("--port", "0")

    read_until(again, "ended redis .* left behind by an earlier start")
    read_until(again, "log in")
    with connect_blocking(note(tmp_path)["redis_url"]) as redis:
        assert redis.get("kept") == b"yes"


def test_a_killed_redis_comes_back_at_the_same_address(start: Start, tmp_path: Path) -> None:
    up = start("--port", "0")
    read_until(up, "log in")
    url = note(tmp_path)["redis_url"]
    with connect_blocking(url) as redis:
        pid = redis.info("server")["process_id"]

    os.kill(pid, signal.SIGKILL)

    read_until(up, "redis started again")

    def answers() -> bool:
        with contextlib.suppress(Exception), connect_blocking(url) as redis:
            return bool(redis.ping())
        return False

    eventually(answers)


def test_a_busy_port_names_the_cure(start: Start) -> None:
    [port] = free_ports(1)
    read_until(start("--port", str(port), "--data-dir", "other"), "log in")

    late = start("--port", str(port))

    read_until(late, f"port {port} .* taken .*--port")
    assert late.wait(30) == 1
