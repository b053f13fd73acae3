"""Threads that write numbers through one database, and say which were kept or undone."""

import os
import random
from contextlib import nullcontext
from pathlib import Path
from threading import Thread

from sqlalchemy import text

from shared.database import Database

THREADS, TOGETHER = 12, 4
"""So many threads; every other one writes for up to so many callers in one turn."""


def write_for_ever(file: Path, told: Path, seed: int) -> None:
    """Write until killed; each line told is `kept N` or `undone N`."""
    database = Database(f"sqlite:///{file}")
    with database.write() as session:
        session.connection().execute(text("CREATE TABLE numbers (number INTEGER)"))
    handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def work(thread: int) -> None:
        draw = random.Random(seed * THREADS + thread)  # noqa: S311 - test data
        writes_for_many, number = thread % 2 == 0, thread
        while True:
            said = []
            with database.together() if writes_for_many else nullcontext():
                for _ in range(draw.randint(1, TOGETHER) if writes_for_many else 1):
                    number += THREADS
                    said.append(f"{_write(database, number, draw)} {number}\n")
            os.write(handle, "".join(said).encode())

    for thread in range(THREADS):
        Thread(target=work, args=[thread]).start()


def fail() -> None:
    raise ValueError("of one body")


def _write(database: Database, number: int, draw: random.Random) -> str:
    try:
        with database.write() as session:
            for _ in range(2):
                insert = text("INSERT INTO numbers VALUES (:number)")
                session.connection().execute(insert, {"number": number})
                if draw.random() < 0.2:
                    fail()
    except ValueError:
        return "undone"
    return "kept"
