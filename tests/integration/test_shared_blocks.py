"""Four replicas share the blocks of one project, and are killed: no credit is spent twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from services.review import migrations
from services.review.adapters.store import SqlStore
from services.review.domain.ledger import Kind
from services.review.ports import ProjectState
from services.review.use_cases.certificates import ReadCertificates
from shared.database import Database
from shared.project import Policy
from tests import servers
from tests.builders import a_prediction, a_project
from tests.fakes.review_workers import KEY
from tests.integration.replicas import (
    EVENTS,
    PROJECT,
    answer_for_ever,
    open_store,
    route_all,
    workers,
)
from tests.processes import until

_SPAWN = get_context("spawn")
POLICY = Policy(
    error_rate=0.5, window=100, audit_probability=0.3, confidence=0.9, confirm_wrong=False
)
ALL_KINDS = frozenset(Kind)


def test_no_credit_is_spent_twice(postgresql_url: str, tmp_path: Path) -> None:
    url = servers.new_database(postgresql_url, tmp_path.name)
    database = Database(url)
    database.upgrade(Path(migrations.__path__[0]), "review_alembic_version")
    store = open_store(database)
    with store.write() as transaction:
        transaction.projects.put(ProjectState(a_project(PROJECT, policy=POLICY), 1))
    try:
        _route_and_kill(url, tmp_path / "told")
        workers(store).route([a_prediction("last", leave=0.1)])
        _check(store)
    finally:
        database.close()


def _route_and_kill(url: str, told: Path) -> None:
    """Four route the same events; two are killed amidst them, and one comes instead."""
    told.touch()
    with _running(answer_for_ever, url):
        replicas = [_start(route_all, url, told, seed) for seed in range(4)]
        for least, killed in zip((4, 12), replicas, strict=False):
            until(lambda least=least: len(told.read_bytes()) >= least)  # type: ignore[misc]
            killed.kill()
        replicas.append(_start(route_all, url, told, 9))
        for replica in replicas[2:]:
            replica.join(60)
            assert replica.exitcode == 0


def _check(store: SqlStore) -> None:
    verified = ReadCertificates(store, KEY).verify(PROJECT)
    assert verified.contradictions == []
    with store.read() as transaction:
        end = transaction.history.last()
        entries = transaction.history.of_kinds(PROJECT, ALL_KINDS, (0, end), 10 * EVENTS)
        blocks = [dated.block for _, dated in transaction.blocks.page(PROJECT, 100, None)]
    counts = Counter((entry.kind, entry.detail) for entry in entries)
    assert sum(n for (kind, _), n in counts.items() if kind is Kind.ROUTED) == EVENTS + 1
    assert counts[Kind.ROUTED, "confident"] == sum(block.accepted for block in blocks) > 0
    assert counts[Kind.AUDITED, "wrong"] > 0
    for block in blocks:
        assert block.found + block.pending <= block.terms.credits + 1


def _start(target: object, *arguments: object) -> BaseProcess:
    process = _SPAWN.Process(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


@contextmanager
def _running(target: object, *arguments: object) -> Iterator[None]:
    process = _start(target, *arguments)
    try:
        yield
    finally:
        process.kill()
        process.join()
