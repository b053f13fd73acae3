"""What was deleted leaves no traces in SQLite's files, however SQLite was built."""

from pathlib import Path

from sqlalchemy import text

from shared.database import Database

CANARY = b"canary-51d0"


def files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.glob("kept.db*")))


def test_what_was_deleted_is_in_no_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kept.db'}")
    with database.engine.begin() as connection:
        connection.execute(text("PRAGMA secure_delete = OFF"))
        connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)"))
        for number in range(50):
            note = {"note": f"{CANARY.decode()} {number} " + "x" * 3000}
            connection.execute(text("INSERT INTO notes (note) VALUES (:note)"), note)
        connection.execute(text("INSERT INTO notes (note) VALUES ('stays')"))
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM notes WHERE note <> 'stays'"))
    assert CANARY in files(tmp_path)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert CANARY in files(tmp_path), "the log alone is not what holds it"

    database.scrub(["notes"])

    assert CANARY not in files(tmp_path)
    assert b"stays" in files(tmp_path)
    database.close()


def test_the_file_is_written_anew_on_the_disk_not_in_memory(tmp_path: Path) -> None:
    """Even on a connection that came back from who writes and keeps its undoing in memory."""
    database = Database(f"sqlite:///{tmp_path / 'kept.db'}")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA temp_store = MEMORY")

    database.scrub(["notes"])

    with database.engine.connect() as connection:
        (in_file,) = connection.exec_driver_sql("PRAGMA temp_store").one()
    assert in_file == 1
    database.close()
