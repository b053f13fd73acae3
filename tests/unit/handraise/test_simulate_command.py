import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from handraise.cli import app
from handraise.project_changes import changed
from shared.errors import Misconfigured
from tests.builders import a_project
from tests.unit.handraise.fake_review import FakeReview


@pytest.fixture
def churn(review: FakeReview) -> FakeReview:
    """An installation that has the project."""
    review.projects["churn"] = a_project().model_dump(mode="json")
    return review


def simulate(*words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", "churn", *words])


def test_a_setting_is_changed_and_the_two_stand_beside_each_other(churn: FakeReview) -> None:
    result = simulate("--set", "alpha=0.02", "--set", "deadline.seconds=60", "--reviewers", "3")

    assert result.exit_code == 0, result.output
    (asked,) = churn.simulated
    assert asked["configuration"]["policy"]["error_rate"] == 0.02
    assert asked["configuration"]["deadline"]["seconds"] == 60
    assert asked["reviewers"] == 3
    words = " ".join(result.stdout.split())
    assert "automatic 61.0 % 60.0 % 57.0 % to 63.0 % 48.0 % 44.0 % to 52.0 %" in words
    assert "all 2,400 410 212 1.1 % 0.2 % to 3.4 % yes" in words
    assert "What this cannot know: - What people settled on" in words


def test_another_file_is_tried_and_the_answer_is_for_programs(churn: FakeReview) -> None:
    other = "{name: churn, title: T, labels: [stay, leave], fields: {tenure: number}}"
    Path("other.yaml").write_text(other, encoding="utf-8")
    result = simulate("--file", "other.yaml", "--since", "2026-03-01", "--json")

    assert json.loads(result.stdout)["reproduced"] == 5000
    (asked,) = churn.simulated
    assert asked["configuration"]["title"] == "T"
    assert asked["since"] == "2026-03-01T00:00:00+00:00"


def test_nothing_to_try_is_said(churn: FakeReview) -> None:
    result = simulate()
    assert result.exit_code == 1
    assert "--set alpha=0.02" in result.output
    assert not churn.simulated


@pytest.mark.parametrize(
    ("setting", "cure"),
    [
        ("alpha", "write NAME=VALUE"),
        ("alpah=0.1", "did you mean alpha?"),
        ("alpha=2", "less than or equal to 1"),
        ("alpha=[", "the value is not YAML"),
        ("policy.rules.x=1", "has no policy.rules"),
        ("deadline.sekonds=1", "deadline.sekonds"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_cure(setting: str, cure: str) -> None:
    with pytest.raises(Misconfigured, match=cure.replace("?", r"\?")):
        changed(a_project(), [setting])


def test_letters_of_the_certificate_are_names_too() -> None:
    found = changed(a_project(), ["alpha=0.2", "eta=0.1", "p0=0.3", "window=5000"]).policy
    assert (found.error_rate, found.miss_rate) == (0.2, 0.1)
    assert (found.audit_probability, found.window) == (0.3, 5000)
