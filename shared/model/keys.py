"""The Ed25519 keys with which artifacts are signed and checked."""

import contextlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.errors import Misconfigured
from shared.model.files import sync_directory, write_synced

VERIFYING_KEY = "verifying.key"
"""File name of the public key, beside the private one; both hold 32 raw bytes."""


def load_or_create_signing_key(path: Path) -> Ed25519PrivateKey:
    """Read the private key, making it (mode 0600) on first use; the public key is kept beside it.

    Raises:
        Misconfigured: the file holds no key, or others may read it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path, Ed25519PrivateKey.generate().private_bytes_raw())
    if path.stat().st_mode & 0o077:
        raise Misconfigured(f"others may read {path}: chmod 600 it, or delete it for a new one")
    try:
        key = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except ValueError as error:
        raise Misconfigured(f"{path} holds no Ed25519 key: delete it for a new one") from error
    public = path.with_name(VERIFYING_KEY)
    content = key.public_key().public_bytes_raw()
    if not public.exists() or public.read_bytes() != content:
        _replace(public, content)
    return key


def load_verifying_key(path: Path) -> Ed25519PublicKey:
    """Read the public key.

    Raises:
        Misconfigured: there is none; the retrainer writes it when it starts.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(path.read_bytes())
    except FileNotFoundError as error:
        raise Misconfigured(f"no verifying key at {path}: start the retrainer once") from error
    except ValueError as error:
        raise Misconfigured(
            f"{path} holds no Ed25519 public key: copy verifying.key from the retrainer's secrets"
        ) from error


def _create(path: Path, content: bytes) -> None:
    """Write a new file that appears whole or not at all; whoever comes second changes nothing."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    write_synced(temporary, content, mode=0o600)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(temporary)
    temporary.unlink()
    sync_directory(path.parent)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    write_synced(temporary, content, mode=0o644)
    temporary.replace(path)
    sync_directory(path.parent)
