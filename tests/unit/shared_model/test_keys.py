"""Keys are made once, kept private, and refused when they are not keys."""

from pathlib import Path

import pytest

from shared.errors import Misconfigured
from shared.model.keys import VERIFYING_KEY, load_or_create_signing_key, load_verifying_key


def test_a_key_is_made_once_and_its_public_half_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "signing.key"

    first, second = load_or_create_signing_key(path), load_or_create_signing_key(path)

    assert first.private_bytes_raw() == second.private_bytes_raw()
    assert path.stat().st_mode & 0o777 == 0o600
    load_verifying_key(path.with_name(VERIFYING_KEY)).verify(first.sign(b"said"), b"said")
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["signing.key", VERIFYING_KEY]


def test_a_lost_public_key_is_written_again(tmp_path: Path) -> None:
    key = load_or_create_signing_key(tmp_path / "signing.key")
    (tmp_path / VERIFYING_KEY).unlink()

    load_or_create_signing_key(tmp_path / "signing.key")

    public = load_verifying_key(tmp_path / VERIFYING_KEY)
    assert public.public_bytes_raw() == key.public_key().public_bytes_raw()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_or_create_signing_key(tmp_path / "signing.key")
    (tmp_path / "signing.key").chmod(0o644)
    with pytest.raises(Misconfigured, match="chmod"):
        load_or_create_signing_key(tmp_path / "signing.key")


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    path.write_bytes(b"not a key")
    path.chmod(0o600)
    with pytest.raises(Misconfigured, match="no Ed25519 key"):
        load_or_create_signing_key(path)
    with pytest.raises(Misconfigured, match="copy verifying"):
        load_verifying_key(path)


def test_a_missing_verifying_key_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="start the retrainer"):
        load_verifying_key(tmp_path / VERIFYING_KEY)
