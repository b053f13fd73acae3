import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from handraise.cli import app
from tests.unit.handraise.fake_review import TOKEN, FakeReview, serving

PROJECT = """
name: p
title: Which?
labels: [a, b]
fields: {size: number, note: text}
"""
COMMANDS = [
    [],
    ["up"],
    ["demo"],
    ["send"],
    ["stop"],
    ["resume"],
    ["doctor"],
    ["report"],
    ["simulate"],
    ["republish"],
    *(["project", name] for name in ("apply", "list", "show")),
    *(["user", name] for name in ("add", "list", "disable", "log-out", "password")),
    *(["token", name] for name in ("create", "list", "rotate", "revoke")),
    *(["model", name] for name in ("list", "show", "promote", "reject", "rollback", "offer")),
    ["ledger", "verify"],
    ["subject", "erase"],
    *(["dead-letters", name] for name in ("list", "show", "retry", "drop")),
]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("HANDRAISE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeReview]:
    with serving(FakeReview()) as review:
        monkeypatch.setenv("HANDRAISE_URL", review.url)
        monkeypatch.setenv("HANDRAISE_TOKEN", TOKEN)
        (tmp_path / "p.yaml").write_text(PROJECT)
        yield review


def run(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, words, input=stdin)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = run(*command, "--help")

    assert result.exit_code == 0
    assert "Usage" in result.output


def test_no_command_is_missing_from_the_list_of_commands_tested_here() -> None:
    group = typer.main.get_group(app)

    assert {command[0] for command in COMMANDS if command} == set(group.commands)


def test_a_project_is_applied_listed_and_shown(review: FakeReview) -> None:
    assert run("project", "apply", "p.yaml").exit_code == 0

    listed = json.loads(run("project", "list", "--json").stdout)
    shown = json.loads(run("project", "show", "p", "--json").stdout)

    assert [row["project"] for row in listed] == ["p"]
    assert shown["configuration"]["labels"] == ["a", "b"]
    assert "Which?" in run("project", "list").stdout
    assert "size (number)" in run("project", "show", "p").stdout


def test_a_bad_project_file_is_refused_before_anything_is_sent(review: FakeReview) -> None:
    Path("p.yaml").write_text(PROJECT.replace("title", "titel"))

    result = run("project", "apply", "p.yaml")

    assert result.exit_code == 1
    assert "did you mean title?" in result.stderr
    assert not review.projects


def test_events_are_sent_and_bad_lines_named_and_counted(review: FakeReview) -> None:
    run("project", "apply", "p.yaml")
    lines = ['{"event_id": "1", "size": 1}', "oops", '{"event_id": "2", "features": {"size": 2}}']
    Path("events.jsonl").write_text("\n".join(lines))

    result = run("send", "events.jsonl", "--project", "p")

    assert result.exit_code == 1
    assert "line 2: not JSON" in result.stderr
    assert "2 events sent to p, 1 bad lines skipped" in result.stderr
    assert [event["features"] for event in review.events] == [{"size": 1}, {"size": 2}]


def test_csv_comes_from_standard_input_too(review: FakeReview) -> None:
    run("project", "apply", "p.yaml")

    result = run(
        "send", "-", "-p", "p", "--format", "csv", "--id-field", "key", stdin="key,size\nk,2\n"
    )

    assert result.exit_code == 0
    assert review.events == [{"event_id": "k", "features": {"size": 2}, "context": {}}]


def test_batches_are_kept_small(review: FakeReview) -> None:
    run("project", "apply", "p.yaml")
    Path("e.csv").write_text("event_id,size\n" + "".join(f"{n},{n}\n" for n in range(25)))

    assert run("send", "e.csv", "-p", "p", "--batch", "10").exit_code == 0

    assert [event["event_id"] for event in review.events] == [str(n) for n in range(25)]


def test_a_service_that_is_busy_for_a_moment_is_asked_again(review: FakeReview) -> None:
    run("project", "apply", "p.yaml")
    Path("e.csv").write_text("event_id,size\n1,1\n")
    review.refuse = [503, 429]

    assert run("send", "e.csv", "-p", "p").exit_code == 0


def test_a_refusal_is_one_readable_line(review: FakeReview) -> None:
    result = run("project", "show", "nothing")

    assert result.exit_code == 1
    assert result.stderr == "error: No such project: apply the file of nothing (404)\n"


def test_people_get_users_tokens_and_login_links(review: FakeReview) -> None:
    assert run("user", "add", "ada", "--role", "reviewer").exit_code == 0

    assert run("token", "create", "ada").stdout == "ada-api\n"
    assert run("token", "create", "ada", "--login").stdout == (
        f"{review.url}/login?token=ada-once\n"
    )
    assert review.people.users["ada"]["role"] == "reviewer"


def test_an_unknown_role_is_refused() -> None:
    assert run("user", "add", "ada", "--role", "king").exit_code == 2


def test_automation_is_stopped_and_resumed(review: FakeReview) -> None:
    run("project", "apply", "p.yaml")

    assert run("stop", "p", "--reason", "odd figures").stdout == "automation of p: stopped\n"
    assert run("resume", "p", "--reason", "found it").stdout == "automation of p: running\n"


def test_models_are_listed(review: FakeReview) -> None:
    assert "log_loss=0.25" in run("model", "list", "p").stdout
    assert json.loads(run("model", "list", "p", "--json").stdout)[0]["version"] == 2


def test_a_candidate_is_compared_and_decided_on(review: FakeReview) -> None:
    words = " ".join(run("model", "show", "p", "2").stdout.split())
    assert "version 2 of p is candidate: learned (retrainer)" in words
    assert "region=north" in words
    assert "10.0%" in words
    assert "0.010 to 0.250" in words

    for act, verdict in (("promote", "promote"), ("reject", "reject"), ("rollback", "roll_back")):
        result = run("model", act, "p", "2", "--reason", "as agreed")
        assert result.stdout == f"version 2 is candidate: {verdict}\n", result.output


def test_a_version_without_somebody_is_asked_for(review: FakeReview) -> None:
    words = ("model", "offer", "p", "2", "--reason", "guesses")
    result = run(*words, "--without", "reviewer", "ada")
    assert result.stdout == "version 2 without reviewer ada is being learned\n", result.output
    assert run(*words).exit_code == 2


def test_nothing_running_names_the_cure() -> None:
    result = run("project", "list")

    assert result.exit_code == 1
    assert "start it with `handraise up`" in result.stderr


def test_an_installation_that_does_not_answer_names_the_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HANDRAISE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HANDRAISE_TOKEN", "x")

    result = run("project", "list")

    assert result.exit_code == 1
    assert "does not answer" in result.stderr


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAISE_REVIEW_PORT", "many")

    result = run("project", "list")

    assert result.exit_code == 1
    assert "HANDRAISE_REVIEW_PORT" in result.stderr


def test_the_doctor_finds_nothing_wrong_with_a_fresh_machine() -> None:
    result = run("doctor", "--json")

    assert result.exit_code == 0
    assert {row["state"] for row in json.loads(result.stdout)} == {"ok"}


def test_the_doctor_names_the_cure_for_a_redis_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HANDRAISE_REDIS_URL", "redis://127.0.0.1:1/0")

    result = run("doctor", "--json")

    [wrong] = [row for row in json.loads(result.stdout) if row["state"] != "ok"]
    assert result.exit_code == 1
    assert "correct HANDRAISE_REDIS_URL" in wrong["cure"]
