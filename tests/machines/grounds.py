"""Databases for the machine: each example has an empty one with all tables."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from services.review import migrations
from shared.database import Database

_MIGRATIONS = Path(migrations.__path__[0])
_VERSIONS = "review_alembic_version"
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - where files cost no disk, if the system has it


@contextmanager
def sqlite() -> Iterator[Callable[[], str]]:
    """Copies of one file, in memory where that is possible."""
    with TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as directory:
        template, numbers = Path(directory, "template.db"), count()
        _prepare(f"sqlite:///{template}")

        def copy() -> str:
            number = next(numbers)
            for old in Path(directory).glob(f"{number - 1}.db*"):
                old.unlink()
            shutil.copyfile(template, Path(directory, f"{number}.db"))
            return f"sqlite:///{Path(directory, f'{number}.db')}"

        yield copy


def _prepare(url: str) -> None:
    database = Database(url)
    database.upgrade(_MIGRATIONS, _VERSIONS)
    database.close()
