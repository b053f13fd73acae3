"""A wrong setting is one line that names it and says the cure; nothing starts half."""

import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from redis import Redis
from structlog.testing import capture_logs

from handraise.project_file import read_project
from services.review.settings import Settings
from shared.clock import SystemClock
from shared.errors import Misconfigured
from shared.messaging import MessagingMetrics, connect
from shared.messaging.watch import examine
from shared.observability import Operated
from shared.service import serve
from tests.bad_input.starting import start
from tests.fakes.clock import FakeClock

PROJECT = """
name: churn
title: Will this customer leave?
labels: [stay, leave]
fields: {tenure: number}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title:", "titel:", "titel: unknown key; did you mean title?"),
        ("number", "numbr", "did you mean number?"),
        ("[stay, leave]", "[stay]", "labels"),
        ("[stay, leave]", "[stay, stay]", "must differ"),
        ("[stay, leave]", "[yes, no]", "put it in quotes"),
        ("[stay, leave]", "7", "labels"),
        ("name: churn", "name: ../churn", "name"),
        ("name: churn", "nmae: churn", "did you mean name?"),
        ("fields:", "policy: {auto_margn: 0.5}\nfields:", "did you mean auto_margin?"),
        ("fields:", "policy: {auto_margin: 2}\nfields:", "policy.auto_margin"),
        ("fields:", "policy: {auto_margin: .nan}\nfields:", "policy.auto_margin"),
        ("fields:", "policy: {audit_probability: 0}\nfields:", "policy.audit_probability"),
        ("fields:", "policy: {audit_probability: -1}\nfields:", "policy.audit_probability"),
        ("fields:", "lease_seconds: 1\nfields:", "lease_seconds"),
        ("fields:", "lease_seconds: soon\nfields:", "lease_seconds"),
        ("title:", "\t", "not YAML"),
    ],
)
def test_a_wrong_project_file_says_where(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "churn.yaml"
    path.write_text(PROJECT.replace(old, new))
    with pytest.raises(Misconfigured) as refused:
        read_project(path)
    assert words in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("redis_url", ""),
        ("review_port", "eighty"),
        ("batch_size", "0"),
        ("claim_idle_seconds", "-1"),
        ("log_level", "LOUD"),
        ("environment", "prod"),
        ("max_body_bytes", "1"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setenv("HANDRAISE_REDIS_URL", "redis://127.0.0.1:1/0")
    variable = f"HANDRAISE_{setting.upper()}"
    monkeypatch.setenv(variable, value) if value else monkeypatch.delenv(variable)
    with pytest.raises(SystemExit) as left:
        serve("review", Settings, _never, lambda settings: settings.review_port)
    assert f"handraise review: {variable}: " in str(left.value)
    assert "docs/reference/settings.md" in str(left.value)


def _never(_: Settings) -> Operated:
    raise AssertionError("it must not come so far")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"database_url": "nonsense"}, "postgresql://user:password@host/name"),
        ({"database_url": "postgresql://me:x@127.0.0.1:1/x"}, "the database does not answer"),
        ({"redis_url": "", "redis_url_file": "absent"}, "HANDRAISE_REDIS_URL_FILE"),
        ({"database_url_file": "absent"}, "HANDRAISE_DATABASE_URL_FILE"),
        ({"audit_key_file": "short.key"}, "32 are needed"),
        ({"audit_key_file": "text.key"}, "bytes in hex"),
        ({"audit_key_file": "directory"}, "directory"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_review_cannot_use_is_said(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    (tmp_path / "short.key").write_text("ab" * 8)
    (tmp_path / "text.key").write_text("password")
    (tmp_path / "directory").mkdir()
    here = {k: str(tmp_path / v) if k.endswith("_file") else v for k, v in settings.items()}
    code, line = start("review", tmp_path, **here)
    assert (code, words in line) == (1, True), line


def test_addresses_may_stand_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "redis://:secret@redis:6379/0"
    (tmp_path / "redis").write_text(f"{address}\n")
    monkeypatch.delenv("HANDRAISE_REDIS_URL", raising=False)
    monkeypatch.setenv("HANDRAISE_REDIS_URL_FILE", str(tmp_path / "redis"))
    assert Settings().redis_url == address
    monkeypatch.setenv("HANDRAISE_REDIS_URL", "redis://nearer")
    assert Settings().redis_url == "redis://nearer"


def test_a_misspelt_setting_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAISE_MAX_BODY_BYTE", "5000")
    monkeypatch.setenv("HANDRAISE_SCORER_PORT", "1")
    found = list(Settings(redis_url="redis://x").misspelt())
    assert found == [("HANDRAISE_MAX_BODY_BYTE", "HANDRAISE_MAX_BODY_BYTES")]


def test_a_port_in_use_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, line = start("review", tmp_path, review_port=port)
    assert code == 1
    assert port in line
    assert "HANDRAISE_REVIEW_PORT" in line
    assert not (tmp_path / "review.db").exists()


@pytest.mark.parametrize("service", ["review", "retrainer"])
def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path, service: str) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    around = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
    if around and shutil.which("setpriv") is None:
        pytest.fail("setpriv is missing: apt-get install util-linux")
    code, line = start(service, closed / "data", *around)
    assert code == 1
    assert str(closed) in line
    assert "HANDRAISE_DATA_DIR" in line


@pytest.mark.parametrize("service", ["review", "retrainer"])
def test_a_database_of_a_newer_version_is_refused(tmp_path: Path, service: str) -> None:
    with sqlite3.connect(tmp_path / f"{service}.db") as database:
        table = f"{service}_alembic_version"
        database.execute(f"CREATE TABLE {table} (version_num TEXT)")
        database.execute(f"INSERT INTO {table} VALUES ('9999_from_the_future')")  # noqa: S608
    database.close()
    code, line = start(service, tmp_path)
    assert code == 1
    assert "newer version" in line
    assert "backup" in line


@pytest.fixture
def policy(redis_url: str) -> Iterator[Any]:
    with Redis.from_url(redis_url) as client:
        yield lambda value: client.config_set("maxmemory-policy", value)
        client.config_set("maxmemory-policy", "noeviction")


async def watched(url: str, clock: Any) -> tuple[CollectorRegistry, list[Any]]:
    registry, redis = CollectorRegistry(), connect(url)
    with capture_logs() as log:
        await examine(redis, MessagingMetrics(registry), clock)
    await redis.aclose()
    return registry, [(line["event"], line["log_level"]) for line in log]


@pytest.mark.asyncio
@pytest.mark.parametrize(("chosen", "bad"), [("allkeys-lru", True), ("noeviction", False)])
async def test_a_redis_that_evicts_is_reported(
    redis_url: str, policy: Any, chosen: str, bad: bool
) -> None:
    policy(chosen)
    registry, log = await watched(redis_url, SystemClock())
    assert registry.get_sample_value("handraise_redis_evicts") == bad
    assert log == ([("redis_throws_events_away", "error")] if bad else [])


@pytest.mark.asyncio
@pytest.mark.parametrize("seconds", [-3600, -3, 0, 3, 86400])
async def test_a_clock_that_goes_wrong_is_reported(redis_url: str, seconds: int) -> None:
    here = FakeClock(SystemClock().now() - timedelta(seconds=seconds))
    registry, log = await watched(redis_url, here)
    skew = registry.get_sample_value("handraise_clock_skew_seconds")
    assert skew == pytest.approx(seconds, abs=1)
    assert log == ([("clock_skew", "error")] if seconds else [])
