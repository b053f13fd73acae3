"""Row 16: a consumer dies with entries in hand; another takes them over, and none is left."""

from tests.faults.ground import Ground


def test_a_strangers_entries_are_taken_over(at: Ground) -> None:
    at.stage.running["scorer"].kill()
    at.stage.running["scorer"].join()
    at.send(30)
    with at.stage.redis() as redis:
        redis.xreadgroup("scorer", "the-dead", {"handraise:requests": ">"}, count=20)
    at.settle()
    assert at.metric("scorer", "handraise_stream_reclaimed_total") == 20
