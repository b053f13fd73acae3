"""Row 39: the review database is put back from a backup; Redis and the retrainer know more."""

import json
import shutil
from pathlib import Path

from tests.alerts.promtool import rings
from tests.chaos.evidence import backlog, gather, rows, waiting
from tests.chaos.senders import PROJECT
from tests.faults.ground import Ground

KEPT, LOST, NEW = 40, 20, 20
PLACES = "SELECT identity, sequence FROM retrainer_ledger WHERE kind = 'correction'"


def test_the_ledger_goes_on_behind_what_others_know(at: Ground, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    people = {"reason": "people decide everything"}
    at.api.post(f"/v1/projects/{PROJECT.name}/stop", json=people).raise_for_status()
    work(at, KEPT)
    stop(at)
    save(tmp_path, backup)
    at.stage.start("review")
    at.wait(at.stage.is_ready)
    lost = work(at, LOST)
    before = places(tmp_path)
    stop(at)
    put_back(backup, tmp_path)
    at.stage.start("review")
    at.wait(at.stage.is_ready)
    at.wait(lambda: at.metric("review", "handraise_review_restored_total") == 1)
    assert rings("OlderCopyRestored", at.metrics("review"))
    new = work(at, NEW)

    after = places(tmp_path)
    assert len(after) == KEPT + LOST + NEW
    assert min(after.keys() - before.keys()) > max(before)
    assert {place: after[place] for place in before} == before
    found = gather(at.stage)
    assert set(found.decided) & set(lost) == set()
    assert set(new) <= set(found.decided)
    assert found.dead_letters == []
    log = (tmp_path / "review.log").read_text()
    at.wait(lambda: f"{PROJECT.name} unrecorded {LOST}" in (tmp_path / "review.log").read_text())
    assert log.count("older_copy_restored") == 1

    # when upstream sends a lost event again, and people say the same, and the contrary
    same, contrary = lost[:2]
    label = {event: correction(at, event)["label"] for event in (same, contrary)}
    before_letter = at.metrics("retrainer")
    at.send_again([same, contrary])
    other = next(name for name in PROJECT.labels if name != label[contrary])
    decide(at, {same: label[same], contrary: other})
    at.wait(lambda: len(gather(at.stage).dead_letters) == 1)
    at.wait(lambda: not backlog(at.stage))
    (letter,) = gather(at.stage).dead_letters
    assert rings("DeadLetters", before_letter, at.metrics("retrainer"), job="retrainer")
    assert letter["reason"] == "id_conflict"
    assert contrary in letter["message"]
    assert places(tmp_path) == after


def work(at: Ground, count: int) -> list[str]:
    """Events are sent, decided and learned; their ids."""
    ids = at.send(count)
    at.wait(lambda: not clear(at))
    return ids


def clear(at: Ground) -> bool:
    """Decide what waits; whether anything was left to do."""
    for claim in at.claim():
        at.decide(claim)
    return bool(backlog(at.stage) or waiting(at.stage))


def decide(at: Ground, labels: dict[str, str]) -> None:
    """Answer these events so, once they wait for people."""
    left = dict(labels)
    while left:
        at.wait(lambda: waiting(at.stage) > 0)
        for claim in at.claim():
            label = left.pop(claim["item"]["event_id"])
            lease = claim["lease"]["id"]
            assert at.try_to_decide(lease, label, lease)[0] == 201


def correction(at: Ground, event_id: str) -> dict[str, str]:
    """What is on the stream."""
    [said, *_] = gather(at.stage).corrections[f"{PROJECT.name}/{event_id}/1"]
    return said


def places(directory: Path) -> dict[int, str]:
    """What stands at each place of review's ledger, as the retrainer knows it."""
    known = rows(directory / "retrainer.db", PLACES)
    found = {row["sequence"]: row["identity"] for row in known}
    assert len(found) == len(known), json.dumps(known)
    return found


def stop(at: Ground) -> None:
    review = at.stage.running["review"]
    review.terminate()
    review.join()


def save(directory: Path, backup: Path) -> None:
    backup.mkdir()
    for file in directory.glob("review.db*"):
        shutil.copy(file, backup)


def put_back(backup: Path, directory: Path) -> None:
    for file in directory.glob("review.db*"):
        file.unlink()
    for file in backup.iterdir():
        shutil.copy(file, directory)
