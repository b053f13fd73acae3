"""`handraise dead-letters` as somebody needs it who was woken up."""

import base64
import json

import pytest
from typer.testing import CliRunner, Result

from handraise.cli import app
from tests.unit.handraise.fake_letters import FakeLetters, a_letter
from tests.unit.handraise.fake_review import FakeReview


@pytest.fixture
def letters(review: FakeReview) -> FakeLetters:
    return review.letters


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["dead-letters", *words])


def test_the_list_says_what_why_the_cure_and_what_to_type(letters: FakeLetters) -> None:
    letters.put(a_letter(1), a_letter(2, reason="malformed"), a_letter(3))

    result = run("list", "--limit", "2")

    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["id", "3", "2"]
    assert "there is no project 'churn'" in rows[1]
    assert "apply its file, then retry" in result.stderr
    assert "`handraise dead-letters list --state waiting --before 2`" in result.stderr
    assert "`handraise dead-letters show 3`" in result.stderr


def test_nothing_is_good_news(letters: FakeLetters) -> None:
    result = run("list")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "no dead letters\n", "")
    assert run("list", "--json").stdout == "[]\n"


def test_the_list_is_filtered_and_is_json_for_programs(letters: FakeLetters) -> None:
    letters.put(a_letter(1), a_letter(2, reason="malformed"), a_letter(3, state="dropped"))

    rows = json.loads(run("list", "--reason", "malformed", "--json").stdout)

    assert [row["id"] for row in rows] == [2]
    assert json.loads(run("list", "--state", "dropped", "--json").stdout)[0]["id"] == 3
    assert run("list", "--state", "gone").exit_code == 2


def test_show_has_the_original_the_cure_and_the_next_command(letters: FakeLetters) -> None:
    letters.put(a_letter(7))
    letters.originals[7] = {"encoding": "text", "content": '{"half": '}

    result = run("show", "7")

    assert '{"half": ' in result.stdout
    assert "apply its file, then retry" in result.stdout
    assert "`handraise dead-letters retry 7`" in result.stderr
    assert json.loads(run("show", "7", "--json").stdout)["original"] == '{"half": '


def test_an_original_comes_out_byte_for_byte(letters: FakeLetters) -> None:
    letters.put(a_letter(7))
    content = base64.b64encode(bytes(range(256))).decode()
    letters.originals[7] = {"encoding": "base64", "content": content}

    assert run("show", "7", "--original").stdout_bytes == bytes(range(256))


def test_a_letter_cannot_command_the_terminal(letters: FakeLetters) -> None:
    letters.put(a_letter(7, message="\x1b[2J[bold]gone[/nothing]\u202e", project="p\x9b31m"))
    letters.originals[7] = {"encoding": "text", "content": "\x1b]0;owned\x07"}

    for result in (run("list"), run("show", "7")):
        assert result.exit_code == 0
        assert not set("\x1b\x07\x9b\u202e") & set(result.output)
        assert r"\x1b[2J[bold]gone[/nothing]\u202e" in result.stdout


def test_one_is_retried_once(letters: FakeLetters) -> None:
    letters.put(a_letter(7))

    first, second = run("retry", "7"), run("retry", "7")

    assert first.stdout == "dead letter 7: its original went back to handraise:requests\n"
    assert (second.exit_code, "olga did retry it" in second.stderr) == (1, True)


def test_all_of_a_kind_are_retried(letters: FakeLetters) -> None:
    letters.put(a_letter(1), a_letter(2))

    result = run("retry", "--all", "--reason", "unknown_project", "--project", "churn")

    assert result.stdout == "2 originals went back to their streams\n"
    wanted = {"reason": "unknown_project", "project": "churn"}
    assert letters.asked == [("POST retry", wanted)]


def test_those_that_cannot_be_retried_are_an_error_with_its_cure(letters: FakeLetters) -> None:
    letters.refused = 3

    result = run("retry", "--all")

    assert result.exit_code == 1
    assert "3 cannot be retried" in result.stderr
    assert "then drop them" in result.stderr


def test_dropping_needs_a_reason(letters: FakeLetters) -> None:
    letters.put(a_letter(7), a_letter(8))

    assert run("drop", "7").exit_code == 2
    assert run("drop", "7", "--reason", "noise").stdout == "dead letter 7 is dropped\n"
    result = run("drop", "--all", "--kind", "malformed", "--reason", "noise")
    assert result.stdout == "2 dead letters are dropped\n"
    asked = {"filter": {"reason": "malformed"}, "reason": "noise"}
    assert letters.asked[-1] == ("POST drop", asked)


@pytest.mark.parametrize(
    "words",
    [["retry"], ["retry", "7", "--all"], ["retry", "7", "--project", "churn"], ["retry", "x"],
     ["drop", "--reason", "noise"], ["drop", "7", "--all", "--reason", "noise"]],
)  # fmt: skip
def test_a_slip_of_the_finger_settles_nothing(letters: FakeLetters, words: list[str]) -> None:
    assert run(*words).exit_code == 2
    assert letters.asked == []


def test_a_letter_that_is_not_there_is_an_error(letters: FakeLetters) -> None:
    result = run("show", "9")

    assert (result.exit_code, "no dead letter 9" in result.stderr) == (1, True)
