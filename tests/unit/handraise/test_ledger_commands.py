"""`handraise ledger`: checking the record, and taking it out."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pyarrow import parquet

from handraise.client import StoredEntry
from tests.meta.repository import ROOT
from tests.unit.handraise.fake_review import FakeReview
from tests.unit.handraise.running import run

SCHEMA = ROOT / "docs/reference/schemas/ledger.entry.json"


def alter(review: FakeReview) -> None:
    review.ledger.desk.change(4, body='{"label":"stay","decided_by":"reviewers"}')


def test_certificates_are_verified(review: FakeReview) -> None:
    result = run("ledger", "verify", "--certificates", "--project", "p")
    assert result.exit_code == 0
    assert "as recorded" in result.stdout


def test_a_contradiction_is_told_and_fails(review: FakeReview) -> None:
    review.verification["contradictions"] = ["the coin of event 'e1' was changed"]
    result = run("ledger", "verify", "--certificates", "--project", "p", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["verdict"] == "the coin of event 'e1' was changed"


def test_a_ledger_is_verified(review: FakeReview) -> None:
    result = run("ledger", "verify")
    assert result.exit_code == 0
    assert result.stdout.startswith("nothing was altered: 5 entries under 1 seals (head 1, key ")


def test_what_was_altered_is_told_with_the_cure(review: FakeReview) -> None:
    alter(review)
    result = run("ledger", "verify")
    assert result.exit_code == 1
    assert "entry 4 (decided, 'e1' of churn) was changed after it was sealed" in result.stdout
    assert "restore the database" in result.stdout

    told = json.loads(run("ledger", "verify", "--json").stdout)
    assert [fault["entry"] for fault in told["faults"]] == [4]


def test_it_is_compared_with_what_was_kept(review: FakeReview, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    assert run("ledger", "head", "--out", str(head)).exit_code == 0
    kept = json.loads(head.read_text())

    run("ledger", "verify", "--head", str(head), "--key", "ab" * 32, "--key", "cd" * 32)
    asked = review.ledger.asked[-1]
    assert f"number=1&sha256={kept['sha256']}&keys={'ab' * 32}%2C{'cd' * 32}" in asked


def test_what_is_no_head_is_refused(review: FakeReview, tmp_path: Path) -> None:
    head = tmp_path / "head.json"
    for text in ("{}", "no JSON"):
        head.write_text(text)
        result = run("ledger", "verify", "--head", str(head))
        assert (result.exit_code, "ledger head --out" in result.stderr) == (1, True)


def test_an_event_is_explained(review: FakeReview) -> None:
    result = run("ledger", "show", "churn", "e1")
    assert result.exit_code == 0
    for words in (
        "people decide (uncertain): churn version 1 says leave 0.550, stay 0.450",
        "ada says leave, having seen the model's answer",
        "leave, by reviewers",
        "the project file in force, applied by olga",
        "nothing of it was altered",
    ):
        assert words in " ".join(result.stdout.split()), words

    alter(review)
    assert "ALTERED after it was sealed" in run("ledger", "show", "churn", "e1").stdout
    rows = json.loads(run("ledger", "show", "churn", "e1", "--json").stdout)
    assert [row["entry"] for row in rows] == [2, 3, 4, 5, 1]


def test_a_record_is_taken_out_and_checked(review: FakeReview, tmp_path: Path) -> None:
    path, head = tmp_path / "record.json", tmp_path / "head.json"
    run("ledger", "head", "--out", str(head))
    run("ledger", "export-record", "churn", "e1", "--head", str(head), "--out", str(path))
    assert review.ledger.asked[-1].endswith("?kept=1")

    checked = ("ledger", "verify-record", str(path), "--head", str(head))
    key = json.loads(head.read_text())["key"]
    assert run(*checked, "--key", key).exit_code == 0
    assert run(*checked, "--key", "ab" * 32).exit_code == 1


def test_the_ledger_is_written_as_lines(review: FakeReview, tmp_path: Path) -> None:
    result = run("ledger", "export", "churn")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["sequence"] for line in lines] == [1, 2, 3, 4, 5]
    assert "5 entries of churn" in result.stderr
    schema = json.loads(SCHEMA.read_text())
    assert [
        e.message for line in lines for e in Draft202012Validator(schema).iter_errors(line)
    ] == []

    path = tmp_path / "ledger.jsonl"
    run("ledger", "export", "churn", "--out", str(path))
    assert path.read_text() == result.stdout


def test_the_ledger_is_written_as_parquet(review: FakeReview, tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    assert run("ledger", "export", "churn", "--format", "parquet").exit_code == 1
    assert (
        run("ledger", "export", "churn", "--format", "parquet", "--out", str(path)).exit_code == 0
    )
    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    assert [*rows[0]] == [*StoredEntry.model_fields]
    stored = review.ledger.desk.kept.seals.entries(0, 99, 99)
    assert [(row["sequence"], row["body"], row["at"]) for row in rows] == [
        (entry.sequence, entry.body, entry.at) for entry in stored
    ]


def test_without_pyarrow_the_cure_is_told(
    review: FakeReview, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "ledger.parquet"
    result = run("ledger", "export", "churn", "--format", "parquet", "--out", str(path))
    assert (result.exit_code, "pip install handraise[parquet]" in result.stderr) == (1, True)
