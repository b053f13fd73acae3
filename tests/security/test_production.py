"""In production nothing starts on a secret that is missing, well known or open to others."""

from pathlib import Path

import pytest

from services.retrainer.settings import Settings as RetrainerSettings
from services.review.settings import Settings as ReviewSettings
from shared.settings import CommonSettings
from tests.bad_input.starting import start

STRONG = "s" * 32
GOOD_REDIS, GOOD_DATABASE = f"redis://:{STRONG}@redis:6379/0", f"postgresql://h:{STRONG}@db/h"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "admin.token").write_text(STRONG)
    return tmp_path


@pytest.mark.parametrize(
    ("url", "weak"),
    [
        ("redis://redis:6379/0", True),
        ("redis://user@redis/0", True),
        ("redis://user:@redis/0", True),
        ("redis://[2001:db8::1]/0", True),
        ("rediss://redis:6379/0", True),
        (GOOD_REDIS, False),
        ("redis://127.0.0.1:6379/0", False),
        ("redis://localhost/0", False),
        ("redis://[::1]/0", False),
        ("unix:///run/redis.sock", False),
    ],
)
def test_redis_elsewhere_needs_a_password(url: str, weak: bool) -> None:
    assert bool(list(CommonSettings(redis_url=url).weaknesses())) is weak


@pytest.mark.parametrize(
    ("url", "weak"),
    [
        *((f"postgresql://h:{word}@db/h", True) for word in ("handraise", "postgres", "password")),
        ("postgresql://h:%70assword@db/h", True),
        ("postgresql://h:@db/h", True),
        ("postgresql://h@db/h", True),
        ("postgresql+psycopg://db/h", True),
        (GOOD_DATABASE, False),
        ("sqlite:////data/review.db", False),
        (None, False),
    ],
)
def test_a_database_needs_a_password_of_its_own(
    directory: Path, url: str | None, weak: bool
) -> None:
    for settings in (ReviewSettings, RetrainerSettings):
        made = settings(redis_url=GOOD_REDIS, database_url=url, data_dir=directory)
        assert bool(list(made.weaknesses())) is weak


@pytest.mark.parametrize("content", [None, "", "short", "x" * 31, " " * 40])
def test_the_admin_needs_a_long_token(directory: Path, content: str | None) -> None:
    token = directory / "secrets" / "admin.token"
    token.unlink() if content is None else token.write_text(content)
    (weakness,) = ReviewSettings(redis_url=GOOD_REDIS, data_dir=directory).weaknesses()
    assert "admin token" in weakness


@pytest.mark.parametrize(("mode", "open_to_others"), [(0o600, False), (0o640, True), (0o604, True)])
def test_keys_are_their_owners_only(directory: Path, mode: int, open_to_others: bool) -> None:
    keys = (
        (ReviewSettings, "audit.key"),
        (ReviewSettings, "ledger.key"),
        (RetrainerSettings, "signing.key"),
    )
    for settings, name in keys:
        key = directory / "secrets" / name
        key.write_text("ab" * 32)
        key.chmod(mode)
        found = list(settings(redis_url=GOOD_REDIS, data_dir=directory).weaknesses())
        assert bool(found) is open_to_others


@pytest.mark.parametrize(
    ("service", "settings", "words"),
    [
        ("scorer", {"redis_url": "redis://redis/0"}, ["HANDRAISE_REDIS_URL"]),
        ("review", {"redis_url": "redis://redis/0", "admin_token_file": "/nowhere"},
         ["HANDRAISE_REDIS_URL", "/nowhere"]),
        ("retrainer", {"database_url": "postgresql://h:postgres@db/h"}, ["HANDRAISE_DATABASE_URL"]),
    ],
)  # fmt: skip
def test_a_service_refuses_to_start(
    directory: Path, service: str, settings: dict[str, str], words: list[str]
) -> None:
    code, line = start(service, directory, environment="production", **settings)
    assert code == 1
    assert line.startswith(f"handraise {service}: not fit for production: ")
    assert [word for word in words if word not in line] == []
    assert "postgres@" not in line
