"""Row 26: two retrainers on one database; one learns, and when it dies or stands still the other
goes on."""

from pathlib import Path

from sqlalchemy import create_engine, text

from tests.builders import a_configuration, a_project
from tests.fakes.retrainer_corrections import a_correction
from tests.fakes.retrainer_process import RetrainerProcess
from tests.servers import new_database


def test_versions_are_one_chain(redis_url: str, postgresql_url: str, tmp_path: Path) -> None:
    database = new_database(postgresql_url, tmp_path.name.replace("-", "_"))
    with (
        RetrainerProcess(tmp_path, redis_url, database) as first,
        RetrainerProcess(tmp_path, redis_url, database) as second,
    ):
        first.send([a_configuration(a_project())])
        teach(first, 1, 50)
        first.learned(50)
        first.kill()
        teach(second, 51, 100)
        second.learned(100)
        first.start()
        teach(first, 101, 150)
        first.learned(150)
        assert second.stop() == 0
        teach(first, 151, 200)
        first.learned(200)
        assert first.rebuild(last_of_one_chain(first)) == 0
    assert recorded(database) == 200


def test_one_that_stands_still_is_overtaken_and_makes_no_second_chain(
    redis_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    database = new_database(postgresql_url, tmp_path.name.replace("-", "_")[-40:])
    with (
        RetrainerProcess(tmp_path, redis_url, database) as first,
        RetrainerProcess(tmp_path, redis_url, database) as second,
    ):
        first.send([a_configuration(a_project())])
        teach(first, 1, 50)
        first.learned(50)
        first.freeze()
        teach(second, 51, 100)
        second.learned(100)
        first.thaw()
        teach(second, 101, 150)
        second.learned(150)
        assert second.stop() == 0
        teach(first, 151, 200)
        first.learned(200)
        assert first.rebuild(last_of_one_chain(first)) == 0
    assert recorded(database) == 200


def last_of_one_chain(process: RetrainerProcess) -> int:
    """The newest version; all announced are one chain, each number with one content."""
    said = {(version.parent, version.version, version.sha256) for version in process.promoted()}
    ordered = sorted(said, key=lambda version: version[1])
    pairs = [(parent, number) for parent, number, _ in ordered]
    assert pairs == [(n - 1 or None, n) for n in range(1, len(ordered) + 1)]
    return ordered[-1][1]


def recorded(database: str) -> int:
    """How many corrections the ledger holds."""
    engine = create_engine(database)
    with engine.connect() as connection:
        counted = "SELECT count(*) FROM retrainer_ledger WHERE kind = 'correction'"
        found = connection.execute(text(counted)).scalar_one()
    engine.dispose()
    return int(found)


def teach(process: RetrainerProcess, start: int, end: int) -> None:
    labels = ("stay", "leave")
    process.send(
        [a_correction(n, label=labels[n % 2], tenure=n % 30) for n in range(start, end + 1)]
    )
