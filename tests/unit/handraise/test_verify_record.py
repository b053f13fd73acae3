"""The program that stands alone finds in a record what was done to it, without our code."""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handraise.standalone import verify_record as alone
from services.review.api.seal_answers import ProofAnswer, SignedHeadAnswer
from services.review.domain.access import ADMIN
from services.review.domain.personal import PERSONAL
from tests.unit.review.test_sealing import SIGNER, SealedDesk, as_another
from tests.unit.review.voting_desk import ADA, BEN

Document = dict[str, Any]


@pytest.fixture(scope="module")
def desk() -> SealedDesk:
    """Seal 3 of 12 holds the event's last entry, and there is something personal in it."""
    desk = SealedDesk()
    desk.arrive("before")
    desk.seal()
    desk.arrive("e1")
    desk.seal()
    desk.say(ADA, "leave")
    desk.say(BEN, "leave")
    desk.seal()
    for number in range(9):
        desk.arrive(f"after-{number}")
        desk.seal()
    return desk


def as_json(answer: Any) -> Document:
    content: Document = json.loads(answer.model_dump_json())
    return content


@pytest.fixture
def record(desk: SealedDesk) -> Document:
    return as_json(ProofAnswer.of(desk.prove("churn", "e1", reader=ADMIN)))


def kept(desk: SealedDesk, number: int) -> Document:
    signed = desk.kept.seals.seals[number - 1].signed
    return as_json(SignedHeadAnswer.of(signed))


def test_a_true_record_is_believed(desk: SealedDesk, record: Document) -> None:
    assert [head["number"] for head in record["heads"]] == [1, 2, 3, 4, 6, 7, 8, 12]
    assert alone.faults_of(record, SIGNER.public, None) == []
    assert alone.faults_of(record, None, kept(desk, 4)) == []


def test_a_record_leads_over_a_head_that_was_kept(desk: SealedDesk, record: Document) -> None:
    (missing,) = alone.faults_of(record, None, kept(desk, 10))
    assert missing == "head 10, which you kept, is not in the record: export it with --head"

    over = as_json(ProofAnswer.of(desk.prove("churn", "e1", 10, reader=ADMIN)))
    assert 10 in [head["number"] for head in over["heads"]]
    assert alone.faults_of(over, None, kept(desk, 10)) == []
    assert alone.faults_of(over, None, kept(desk, 10) | {"document": "{}"}) == [
        "head 10 is another than you kept: all was written anew"
    ]


def change_entry(kind: str, **changes: object) -> Callable[[Document], None]:
    def act(record: Document) -> None:
        proven = next(p for p in record["entries"] if p["entry"]["kind"] == kind)
        proven["entry"].update(changes)

    return act


def change_head(number: int, **changes: object) -> Callable[[Document], None]:
    def act(record: Document) -> None:
        next(head for head in record["heads"] if head["number"] == number).update(changes)

    return act


def take_head(number: int) -> Callable[[Document], None]:
    def act(record: Document) -> None:
        record["heads"] = [head for head in record["heads"] if head["number"] != number]

    return act


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        (change_entry("decided", body='{"label":"stay"}'), "(decided) is not as it was sealed"),
        (change_entry("decided", sequence=1), "entry 1 (decided) is not as it was sealed"),
        (change_entry("voted", detail="cy"), "(voted) is not as it was sealed"),
        (change_entry("routed", salt="00"), "(routed) is not as it was sealed"),
        (change_entry("project", at="2026-01-02T12:00:01+00:00"), "(project) is not as it was"),
        (
            lambda record: record["entries"][0].update(path=["00" * 32]),
            "(routed) is not as it was sealed",
        ),
        (lambda record: record["entries"][0].update(seal=None), "is not sealed yet"),
        (lambda record: record["entries"][0].update(seal=5), "is not among those that were sealed"),
        (change_head(3, signature="00" * 64), "head 3: its signature does not fit"),
        (take_head(7), "no newer head leads to head 6"),
    ],
)
def test_what_was_done_to_it_is_found(
    desk: SealedDesk, record: Document, act: Callable[[Document], None], wanted: str
) -> None:
    act(record)
    faults = alone.faults_of(record, None, None)
    assert [fault for fault in faults if wanted in fault]


def test_a_personal_part_that_was_erased_is_neither_missed_nor_made_up(record: Document) -> None:
    entry = record["entries"][0]["entry"]
    body = json.loads(entry["body"])
    features = body["prediction"].pop("features")
    rest, personal = alone.split("routed", entry["body"])
    hidden = alone.sha256(f"{entry['salt']}:{personal}".encode()).hex()
    entry |= {"body": rest, "salt": "", "erased": hidden}
    assert alone.faults_of(record, None, None) == []

    body["prediction"]["features"] = features | {"tenure": 99}
    entry["body"] = json.dumps(body)
    (fault,) = alone.faults_of(record, None, None)
    assert "(routed) is not as it was sealed" in fault


def test_a_head_that_another_signed_is_found(desk: SealedDesk, record: Document) -> None:
    head = record["heads"][2]
    said = json.loads(head["document"]) | {"previous": "00" * 32}
    head["document"] = alone.canonical(said)
    head["signature"] = SIGNER.sign(head["document"])
    assert "head 4 names another head 3 than this" in alone.faults_of(record, None, None)
    (fault, *_) = alone.faults_of(record, "ab" * 32, None)
    assert fault == f"head 1 is signed with another key: {SIGNER.public}"


def test_the_command_says_what_it_found(
    record: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    assert alone.main([str(path), "--key", SIGNER.public]) == 0
    told = capsys.readouterr().out
    assert "decided    reviewers  leave" in told
    assert "nothing was altered: 5 entries lead to head 12" in told

    change_entry("decided", body='{"label":"stay"}')(record)
    path.write_text(json.dumps(record))
    assert alone.main([str(path)]) == 1
    assert "ALTERED: entry" in capsys.readouterr().out

    path.write_text("{}")
    assert alone.main([str(path)]) == 1
    assert alone.main([str(tmp_path / "nothing")]) == 1


def test_a_record_of_two_keys_is_checked_by_the_key_of_each_head() -> None:
    desk = SealedDesk()
    desk.seal()
    with as_another(desk):
        record = as_json(ProofAnswer.of(desk.prove("churn", "e9", reader=ADMIN)))
        assert alone.faults_of(record, None, None) == []


def test_it_stands_alone() -> None:
    tree = ast.parse(Path(alone.__file__).read_text())
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert not {m for m in modules if m and m.split(".")[0] in {"handraise", "services", "shared"}}
    assert {kind.value: tuple(names) for kind, names in PERSONAL.items()} == alone.PERSONAL
