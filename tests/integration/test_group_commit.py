"""Threads that write to SQLite at once: they share a commit, and nothing else."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event
from sqlmodel import Session, text

from shared.database import groups
from shared.database.engines import make_engine
from shared.database.group_commit import GroupCommit
from shared.errors import Unavailable
from tests.processes import until

THREADS = 8
PATIENCE_SECONDS = 30.0
IMPATIENCE_SECONDS = 0.3
_WORDS = "words (id INTEGER PRIMARY KEY, word TEXT)"
_CLAIMS = "claims (word INTEGER REFERENCES words (id) DEFERRABLE INITIALLY DEFERRED)"


class Desk:
    """A table of words, written through one group commit."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.engine = make_engine(f"sqlite:///{file}")
        with self.engine.begin() as connection:
            for columns in (_WORDS, _CLAIMS):
                connection.execute(text(f"CREATE TABLE {columns}"))
        self.writer = GroupCommit(self.engine, PATIENCE_SECONDS)
        self.commits = 0
        event.listen(self.engine, "commit", self._count)
        self.threads = ThreadPoolExecutor(THREADS)

    def _count(self, _: object) -> None:
        self.commits += 1

    def write(self, word: str, then: Callable[[Session], None] | None = None) -> None:
        with self.writer.write() as session:
            session.connection().execute(text("INSERT INTO words (word) VALUES (:w)"), {"w": word})
            if then is not None:
                then(session)

    def together(self, *bodies: Callable[[], None]) -> list[Future[None]]:
        """Run them in one group, in order: the first begins, and the others stand in line."""
        begun, all_wait = Event(), Event()

        def first() -> None:
            with self.writer.write():
                begun.set()
                all_wait.wait()

        running = [self.threads.submit(first)]
        begun.wait()
        for length, body in enumerate(bodies, start=1):
            running.append(self.threads.submit(body))
            until(lambda length=length: len(self.writer._turns._line) == length)  # type: ignore[misc]
        all_wait.set()
        return running[1:]

    def words(self) -> list[str]:
        """What another process sees."""
        with sqlite3.connect(self.file) as other:
            return [word for (word,) in other.execute("SELECT word FROM words ORDER BY id")]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(groups, "_LONGEST_SECONDS", 60.0)  # however slow the machine is
    made = Desk(tmp_path / "test.db")
    yield made
    made.threads.shutdown()
    made.writer.close()
    made.engine.dispose()


def fail(_: Session) -> None:
    raise ValueError("of one body")


def test_writers_that_wait_share_one_commit_in_their_order(desk: Desk) -> None:
    for future in desk.together(*(lambda w=word: desk.write(w) for word in "abcdef")):
        future.result()
    assert desk.commits == 1
    assert desk.words() == list("abcdef")


def test_an_error_undoes_one_body_only(desk: Desk) -> None:
    first, second, third = desk.together(
        lambda: desk.write("kept"),
        lambda: desk.write("undone", fail),
        lambda: desk.write("kept too"),
    )
    with pytest.raises(ValueError, match="of one body"):
        second.result()
    first.result(), third.result()
    assert desk.words() == ["kept", "kept too"]


def claim_nothing(session: Session) -> None:
    session.connection().execute(text("INSERT INTO claims VALUES (-1)"))


def test_a_commit_that_fails_is_nobodys_success(desk: Desk) -> None:
    futures = desk.together(
        lambda: desk.write("a"),
        lambda: desk.write("b", claim_nothing),
        lambda: desk.write("c", fail),
    )
    for future in futures:
        with pytest.raises(Unavailable, match="FOREIGN KEY"):
            future.result()
    desk.write("later")
    assert desk.words() == ["later"]


def fill_the_disk(session: Session) -> None:
    session.connection().execute(text("PRAGMA max_page_count = 1"))
    session.connection().execute(text("INSERT INTO words (word) VALUES (zeroblob(100000))"))


def test_what_a_full_disk_undid_is_nobodys_success(desk: Desk) -> None:
    first, second, third = desk.together(
        lambda: desk.write("a"),
        lambda: desk.write("b", fill_the_disk),
        lambda: desk.write("c"),
    )
    for future in (first, second):
        with pytest.raises(Unavailable, match="full"):
            future.result()
    third.result()
    assert desk.words() == ["c"]


def test_whoever_waits_too_long_leaves_the_line(desk: Desk) -> None:
    desk.writer._patience = IMPATIENCE_SECONDS
    working, go_on = Event(), Event()

    def slow(_: Session) -> None:
        working.set()
        go_on.wait()

    first = desk.threads.submit(desk.write, "slow", slow)
    working.wait()
    with pytest.raises(Unavailable, match="busy"):
        desk.write("impatient")
    desk.writer._patience = PATIENCE_SECONDS
    go_on.set()
    first.result()
    desk.write("later")
    assert desk.words() == ["slow", "later"]


def test_the_wait_for_another_process_is_bounded(desk: Desk) -> None:
    desk.writer._patience = IMPATIENCE_SECONDS
    other = sqlite3.connect(desk.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    running = [desk.threads.submit(desk.write, "locked out") for _ in range(THREADS)]
    for future in running:
        assert "locked" in str(future.exception()) or "busy" in str(future.exception())
    desk.writer._patience = PATIENCE_SECONDS
    other.execute("INSERT INTO words (word) VALUES ('by the other')")
    other.execute("COMMIT")
    other.close()
    desk.write("later")
    assert desk.words() == ["by the other", "later"]


def test_readers_see_whole_bodies_in_the_order_of_their_numbers(desk: Desk) -> None:
    def write(number: int) -> int:
        draw = random.Random(number)  # noqa: S311 - test data
        try:
            with desk.writer.write() as session:
                for _ in range(draw.choice((1, 2, 3))):
                    insert = text("INSERT INTO words (word) VALUES (:w)")
                    session.connection().execute(insert, {"w": str(number)})
                    if draw.random() < 0.2:
                        fail(session)
        except ValueError:
            return 0
        return 1

    with sqlite3.connect(desk.file) as other, desk.threads as threads:
        running = [threads.submit(write, number) for number in range(300)]
        while not all(future.done() for future in running):
            count, last = other.execute("SELECT count(*), max(id) FROM words").fetchone()
            assert count == (last or 0)
        kept = [str(number) for number, future in enumerate(running) if future.result()]
    assert sorted(set(desk.words()), key=int) == kept


def test_what_one_thread_writes_together_is_durable_at_the_end_and_not_before(desk: Desk) -> None:
    told: list[list[str]] = []

    def tell() -> None:
        told.append(desk.words())

    with desk.writer.together():
        for word in ("first", "second"):
            desk.write(word)
            desk.writer.when_durable(tell)
        with pytest.raises(ValueError, match="of one body"):
            desk.write("undone", fail)
        assert desk.words() == []
    assert desk.commits == 1
    assert told == [["first", "second"]]
    desk.writer.when_durable(tell)
    assert len(told) == 2


def test_the_first_of_those_together_may_fail_alone(desk: Desk) -> None:
    with desk.writer.together():
        with pytest.raises(ValueError, match="of one body"):
            desk.write("undone", fail)
        desk.write("kept")
    assert desk.words() == ["kept"]


def test_what_is_undone_under_those_together_is_nobodys_success(desk: Desk) -> None:
    """Above all, what comes after it begins no transaction of its own that then looks whole."""
    told: list[object] = []
    with pytest.raises(Unavailable, match="full"), desk.writer.together():
        desk.write("before")
        desk.writer.when_durable(lambda: told.append(None))
        with pytest.raises(Exception, match="full"):
            desk.write("during", fill_the_disk)
        with pytest.raises(Unavailable, match="gave up"):
            desk.write("after")
    assert (desk.words(), told) == ([], [])
    desk.write("later")
    assert desk.words() == ["later"]


def test_what_one_body_may_have_to_undo_is_written_to_no_file(desk: Desk) -> None:
    def write_everything_anew(session: Session) -> None:
        change = text("UPDATE words SET word = 'changed' || substr(word, 8)")
        session.connection().execute(change)

    for _ in range(100):
        desk.write("a word of many pages " + "x" * 3000)
    with desk.writer.together():
        desk.write("before")
        open_before = _open_files()
        desk.write("after", write_everything_anew)
        assert _open_files() == open_before
    assert len([word for word in desk.words() if word.startswith("changed")]) == 102


def _open_files() -> list[str]:
    """What this process has open, also without a name, on Linux; elsewhere nothing can be told."""
    opened, links = Path("/proc/self/fd"), list[str]()
    for number in opened.iterdir() if opened.exists() else ():
        with suppress(FileNotFoundError):
            links.append(str(number.readlink()))
    return sorted(links)


def test_those_together_share_a_group_with_who_stands_in_line(desk: Desk) -> None:
    def write_two() -> None:
        with desk.writer.together():
            desk.write("b")
            desk.write("c")

    for future in desk.together(lambda: desk.write("a"), write_two, lambda: desk.write("d")):
        future.result()
    assert (desk.commits, desk.words()) == (1, list("abcd"))


def test_those_together_wait_for_the_turn_once_and_in_vain_once(desk: Desk) -> None:
    desk.writer._patience = IMPATIENCE_SECONDS
    with desk.writer.write():

        def write_many() -> list[str]:
            refused = []
            with desk.writer.together():
                for _ in range(100):
                    with pytest.raises(Unavailable) as busy:
                        desk.write("impatient")
                    refused.append(str(busy.value))
            return refused

        refused = desk.threads.submit(write_many).result(timeout=PATIENCE_SECONDS / 2)
    assert len(refused) == 100
    desk.writer._patience = PATIENCE_SECONDS
    desk.write("later")
    assert desk.words() == ["later"]


def test_who_closes_while_others_write_commits_for_them(desk: Desk) -> None:
    for future in desk.together(lambda: desk.write("a"), desk.writer.close):
        future.result(PATIENCE_SECONDS)
    assert desk.words() == ["a"]
