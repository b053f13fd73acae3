"""Secrets on disk, readable by their owner only."""

import os
import secrets
from pathlib import Path

from shared.errors import Misconfigured

_KEY_BYTES = 32


def load_or_create_key(path: Path) -> bytes:
    """The key in a file, which is created with 32 random bytes (in hex) when missing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_KEY_BYTES))
    return _read_key(path)


def load_token(path: Path) -> str:
    """The token in a file; empty when there is none."""
    return path.read_text().strip() if path.exists() else ""


def load_secret(path: Path) -> str:
    """The secret in a file that has to be there.

    Raises:
        Misconfigured: it is not, or it is empty.
    """
    secret = load_token(path)
    if not secret:
        raise Misconfigured(f"{path} must hold a secret; write it there")
    return secret


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError as error:
        raise Misconfigured(f"{path} must hold {_KEY_BYTES} bytes in hex; restore it") from error
    if len(key) < _KEY_BYTES:
        raise Misconfigured(f"{path} holds {len(key)} bytes; {_KEY_BYTES} are needed")
    return key
