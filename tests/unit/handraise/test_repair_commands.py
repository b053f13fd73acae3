"""`handraise doctor` on gaps, `handraise republish`."""

import json

import pytest
from typer.testing import Result

from tests.unit.handraise.fake_review import FakeReview
from tests.unit.handraise.running import run

GAP = {"project": "p", "kind": "unrouted", "found": 3, "repaired": 0, "cure": "see the scorer"}


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
