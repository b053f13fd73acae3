"""`handraise doctor` on gaps, `handraise republish`, `handraise ledger`."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from handraise.cli import app
from tests.unit.handraise.fake_review import TOKEN, FakeReview, serving

GAP = {"project": "p", "kind": "unrouted", "found": 3, "repaired": 0, "cure": "see the scorer"}


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeReview]:
    for name in [name for name in os.environ if name.startswith("HANDRAISE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with serving(FakeReview()) as review:
        monkeypatch.setenv("HANDRAISE_URL", review.url)
        monkeypatch.setenv("HANDRAISE_TOKEN", TOKEN)
        yield review


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def gaps_of(result: Result) -> list[dict[str, str]]:
    return [row for row in json.loads(result.stdout) if row["check"].startswith("gaps")]


def test_the_doctor_lists_gaps_with_their_cure(review: FakeReview) -> None:
    review.gaps = [GAP]
    for _ in range(2):
        result = run("doctor", "--json")
        (row,) = gaps_of(result)
        assert result.exit_code == 1
        assert (row["check"], row["found"]) == ("gaps of p", "3 unrouted")
        assert row["cure"] == "see the scorer"


def test_the_doctor_repairs_when_told_to(review: FakeReview) -> None:
    review.gaps = [GAP]
    (row,) = gaps_of(run("doctor", "--repair", "--json"))
    assert row["found"] == "3 unrouted, 3 sent again or repaired"
    (row,) = gaps_of(run("doctor", "--json"))
    assert (row["state"], row["found"]) == ("ok", "nothing is missing")


def test_the_doctor_says_when_it_may_not_look(review: FakeReview) -> None:
    review.refuse = [403, 403]
    rows = gaps_of(run("doctor", "--json"))
    assert any("role ops" in row["cure"] for row in rows)


@pytest.mark.parametrize(
    ("words", "since"),
    [
        (["--minutes", "5"], "2026-01-01T00:00:00+00:00"),
        (["--since", "2026-02-03T04:05:06Z"], "2026-02-03T04:05:06+00:00"),
        (["--since", "2026-02-03"], "2026-02-03T00:00:00+00:00"),
    ],
)
def test_everything_is_said_again(review: FakeReview, words: list[str], since: str) -> None:
    result = run("republish", *words)
    assert result.exit_code == 0
    assert result.stdout == f"7 entries since {since} are gone through\n"


@pytest.mark.parametrize(
    "words", [[], ["--minutes", "5", "--since", "2026-02-03"], ["--since", "yesterday"]]
)
def test_one_time_is_needed(review: FakeReview, words: list[str]) -> None:
    result = run("republish", *words)
    assert result.exit_code == 1
    assert "--since" in result.stderr


def test_certificates_are_verified(review: FakeReview) -> None:
    result = run("ledger", "verify", "--certificates", "--project", "p")
    assert result.exit_code == 0
    assert "as recorded" in result.stdout


def test_a_contradiction_is_told_and_fails(review: FakeReview) -> None:
    review.verification["contradictions"] = ["the coin of event 'e1' was changed"]
    result = run("ledger", "verify", "--certificates", "--project", "p", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["verdict"] == "the coin of event 'e1' was changed"


def test_what_to_verify_is_to_be_said(review: FakeReview) -> None:
    assert run("ledger", "verify").exit_code == 1
