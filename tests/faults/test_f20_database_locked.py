"""Row 20: somebody else holds the database; the wait is bounded, and nothing is half done."""

import sqlite3

from tests.faults.ground import Ground


def test_a_locked_database_is_a_503_with_a_retry(at: Ground) -> None:
    at.send(3)
    at.wait(lambda: at.left().get("people", 0) == 3)
    (claim,) = at.claim(1)
    other = sqlite3.connect(at.stage.directory / "review.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = at.api.post(f"/v1/leases/{claim['lease']['id']}/decision", json={"label": "stay"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    finally:
        other.execute("ROLLBACK")
        other.close()
    at.decide(claim)
    assert list(at.told.decided) == [claim["item"]["event_id"]]
    at.settle()
