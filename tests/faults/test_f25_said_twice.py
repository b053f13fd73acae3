"""Row 25: the same answer many times at once; one decision, the same body for all."""

from concurrent.futures import ThreadPoolExecutor

from tests.faults.ground import Ground

TIMES = 20


def test_one_decision_and_one_answer(at: Ground) -> None:
    at.send(1)
    at.wait(lambda: at.left().get("people", 0) == 1)
    (claim,) = at.claim()
    lease = claim["lease"]["id"]
    with ThreadPoolExecutor(TIMES) as threads:
        said = list(threads.map(lambda _: at.try_to_decide(lease, "stay", "one key"), range(TIMES)))
    assert [status for status, _ in said] == [201] * TIMES
    assert all(body["decision"] == said[0][1]["decision"] for _, body in said)
    at.told.is_told("event-0", "stay")
    found = at.settle()
    assert found.decided == {"event-0": ["stay"]}
