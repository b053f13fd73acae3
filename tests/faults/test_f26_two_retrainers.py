"""Row 26: two retrainers on one database; one learns, and when it dies the other goes on."""

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
        chain = [(version.parent, version.version) for version in first.promoted()]
        distinct = sorted(set(chain), key=lambda pair: pair[1])
        assert distinct == [(n - 1 or None, n) for n in range(1, len(distinct) + 1)]
        assert first.rebuild(distinct[-1][1]) == 0
    engine = create_engine(database)
    with engine.connect() as connection:
        counted = "SELECT count(*) FROM retrainer_ledger WHERE kind = 'correction'"
        assert connection.execute(text(counted)).scalar() == 200
    engine.dispose()


def teach(process: RetrainerProcess, start: int, end: int) -> None:
    labels = ("stay", "leave")
    process.send(
        [a_correction(n, label=labels[n % 2], tenure=n % 30) for n in range(start, end + 1)]
    )
