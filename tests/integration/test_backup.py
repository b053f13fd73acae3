"""A backup taken while people work is put back elsewhere, by the scripts of the guide."""

import os
import subprocess
from pathlib import Path

from services.review.adapters.store import SqlStore
from services.review.domain.access import ADMIN, Role, User
from services.review.domain.ledger import Entry
from services.review.domain.votes import Answer
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.records import ReadRecords
from shared.database import Database
from shared.streams import Keyspace
from tests import servers
from tests.builders import a_prediction, a_project
from tests.databases import MIGRATIONS, VERSIONS
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers
from tests.meta.repository import ROOT

ADA, OPS = User("ada", Role.REVIEWER), User("olga", Role.OPS)
KEYS = Keyspace("test")


def test_what_was_recorded_is_there_again(database_url: str, tmp_path: Path) -> None:
    data, backup, again = tmp_path / "data", tmp_path / "backup", tmp_path / "again"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "audit.key").write_text("ab" * 32)
    on_a_file = database_url.startswith("sqlite")
    url = f"sqlite:///{data / 'review.db'}" if on_a_file else database_url
    elsewhere = f"sqlite:///{again / 'review.db'}"
    if not on_a_file:
        elsewhere = servers.new_database(database_url, f"t{os.urandom(6).hex()}")

    # given a database in use, and a backup
    database = Database(url)
    database.upgrade(MIGRATIONS, VERSIONS)
    desk = begun(database)
    answer(desk, "before-1", "before-2")
    run("backup.sh", data, backup, url)
    # when more is decided, and then the backup is put back elsewhere
    answer(desk, "after")
    kept = stories(database, "before-1", "before-2")
    database.close()
    run("restore.sh", backup, again, elsewhere)

    # then it has all that was recorded before, and goes on
    restored = Database(elsewhere)
    restored.upgrade(MIGRATIONS, VERSIONS)
    assert stories(restored, "before-1", "before-2") == kept
    with SqlStore(restored, KEYS).read() as transaction:
        assert transaction.items.of_event("churn", "after") is None
    answer(Workers(SqlStore(restored, KEYS), FakeBell(), FakeClock()), "later")
    assert len(stories(restored, "later")) == 4
    restored.close()
    key = again / "secrets" / "audit.key"
    assert key.read_text() == "ab" * 32
    assert key.stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    backup, data = tmp_path / "backup", tmp_path / "data"
    for directory in (backup, data):
        directory.mkdir()
        (directory / "review.db").write_text(directory.name)

    refused = subprocess.run(
        [ROOT / "deploy" / "restore.sh", backup, data], capture_output=True, text=True, check=False
    )

    assert refused.returncode == 1
    assert "move it away first" in refused.stderr
    assert (data / "review.db").read_text() == "data"


def begun(database: Database) -> Workers:
    store, clock = SqlStore(database, KEYS), FakeClock()
    KeepProjects(store, FakeBell(), clock).apply(a_project(), OPS)
    return Workers(store, FakeBell(), clock)


def answer(desk: Workers, *events: str) -> None:
    for event in events:
        desk.route([a_prediction(event, leave=0.55)])
        (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
        desk.decide(claim.lease.id, ADA, Answer("leave"), 0)


def stories(database: Database, *events: str) -> list[Entry]:
    read = ReadRecords(SqlStore(database, KEYS), FakeClock())
    return [entry for event in events for entry in read.story("churn", event, ADMIN)]


def run(script: str, source: Path, target: Path, url: str) -> None:
    address = {} if url.startswith("sqlite") else {"HANDRAISE_DATABASE_URL": plain(url)}
    subprocess.run([ROOT / "deploy" / script, source, target], env=os.environ | address, check=True)


def plain(url: str) -> str:
    """As PostgreSQL's own programs read it."""
    return url.replace("postgresql+psycopg://", "postgresql://")
