import stat
from pathlib import Path

import pytest

from handraise.installation import Installation, admin_token, locate, token, write_down
from handraise.settings import Settings
from shared.errors import Misconfigured


def settings(directory: Path, **said: str) -> Settings:
    return Settings.model_validate({"data_dir": directory, **said})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_up_wrote_down_is_found(tmp_path: Path) -> None:
    running = Installation("http://h:1", "redis://h:2/0", "handraise", {"review": "http://h:1"}, 7)
    path = write_down(running, tmp_path)

    assert locate(settings(tmp_path)) == running
    assert mode(path) == 0o600


def test_an_address_in_the_environment_comes_first(tmp_path: Path) -> None:
    write_down(Installation("http://here", "redis://here", "handraise"), tmp_path)

    found = locate(settings(tmp_path, url="http://there/", redis_url="redis://there"))

    assert (found.url, found.redis_url) == ("http://there", "redis://there")


def test_a_damaged_note_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")

    with pytest.raises(Misconfigured, match=r"run\.json"):
        locate(settings(tmp_path))


def test_the_admin_token_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    made = admin_token(settings(tmp_path))

    assert admin_token(settings(tmp_path)) == made == token(settings(tmp_path))
    assert len(made) >= 32
    assert mode(tmp_path / "secrets" / "admin.token") == 0o600
    assert mode(tmp_path / "secrets") == 0o700


def test_a_token_in_the_environment_comes_first(tmp_path: Path) -> None:
    admin_token(settings(tmp_path))

    assert token(settings(tmp_path, token="given")) == "given"  # noqa: S106 - opens nothing


def test_without_any_token_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="set HANDRAISE_TOKEN"):
        token(settings(tmp_path))


def test_an_address_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("redis://:secret@there\n")

    found = settings(tmp_path, redis_url_file=str(tmp_path / "address"))

    assert found.redis_url == "redis://:secret@there"
