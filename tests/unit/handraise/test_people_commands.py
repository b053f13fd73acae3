"""`handraise user` and `handraise token` against a service in memory."""

import json

from typer.testing import CliRunner, Result

from handraise.cli import app
from tests.unit.handraise.fake_review import FakeReview


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result


def test_a_user_sees_all_projects_or_those_named(review: FakeReview) -> None:
    run("user", "add", "ada", "--role", "reviewer")
    run("user", "add", "ben", "--role", "lead", "-p", "churn", "--project", "loans")

    assert review.people.users["ada"]["projects"] is None
    assert review.people.users["ben"]["projects"] == ["churn", "loans"]


def test_users_are_listed_and_disabled(review: FakeReview) -> None:
    run("user", "add", "ada", "--role", "reviewer", "-p", "churn")
    run("user", "add", "ben", "--role", "lead")

    assert "ben is disabled" in run("user", "disable", "ben").stdout
    rows = json.loads(run("user", "list", "--json").stdout)
    assert [(r["name"], r["projects"], bool(r["disabled"])) for r in rows] == [
        ("ada", ["churn"], False),
        ("ben", None, True),
    ]
    assert "churn" in run("user", "list").stdout
    assert run("user", "log-out", "ada").stdout == "ada: 2 ended\n"


def test_a_password_is_asked_for_twice_and_not_shown(review: FakeReview) -> None:
    run("user", "add", "ada", "--role", "reviewer")

    word = "correct horse battery"
    result = CliRunner().invoke(app, ["user", "password", "ada"], input=f"{word}\n{word}\n")

    assert result.exit_code == 0
    assert review.people.users["ada"]["password"] == word
    assert word not in result.output


def test_tokens_are_made_listed_rotated_and_revoked(review: FakeReview) -> None:
    run("token", "create", "ada", "--days", "7", "--description", "the loader")
    run("token", "create", "ben")

    assert review.people.tokens["ada-prefix"]["ttl_seconds"] == 7 * 86_400
    (row,) = json.loads(run("token", "list", "ada", "--json").stdout)
    assert (row["prefix"], row["description"]) == ("ada-prefix", "the loader")
    assert len(json.loads(run("token", "list", "--json").stdout)) == 2
    assert run("token", "revoke", "ben-prefix").stdout == "ben-prefix is revoked\n"
    assert review.people.tokens["ben-prefix"]["state"] == "revoked"
    rotated = run("token", "rotate", "ada-prefix", "--overlap-hours", "2")
    assert rotated.stdout == "successor of ada-prefix\n"
    assert review.people.tokens["ada-prefix"]["expires_at"] == "in 7200 seconds"
