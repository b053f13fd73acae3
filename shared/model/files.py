"""Writing files so that a crash leaves the old state or the new one, never half of it."""

import os
import stat
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path


def write_synced(path: Path, content: bytes | memoryview, mode: int = 0o644) -> None:
    """Write a new file and wait until it is on disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_all_synced(directory: Path, contents: Mapping[str, bytes | memoryview]) -> None:
    """Write new files of a directory and wait until all are on disk, with their names.

    They are waited for together: the first wait takes most of the others along.
    """
    with ExitStack() as stack:
        files = []
        for name, content in contents.items():
            file = stack.enter_context((directory / name).open("xb"))
            file.write(content)
            file.flush()
            files.append(file)
        for file in files:
            os.fsync(file.fileno())
    sync_directory(directory)


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_capped(path: Path, most: int) -> bytes:
    """Read a regular file that is no link.

    Raises:
        OSError: it is missing, a link, or not to be read.
        ValueError: it is no regular file, or larger than `most` bytes.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("is not a regular file")
        if found.st_size > most:
            raise ValueError(f"has {found.st_size} bytes, more than {most}")
        return file.read(most)
