"""What pages tell people to type is typed, page by page, at a review service of the test's own.

A block that cannot be run here says so in the line before it: `<!-- elsewhere: what it needs -->`.
Blocks with a word after the language are run by tests of their own: those of use-the-api.md by
test_client.py beside this, those about partitions here.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import yaml
from typer.testing import CliRunner

from handraise.cli import app
from handraise.client import Client
from shared.events import EventDeadLettered, EventType, ModelRef, PredictionMade, announce
from shared.project import Project
from shared.streams import Keyspace, Stream
from tests.builders import NOON, SHA256
from tests.meta.repository import ROOT, files, name
from tests.processes import TOKEN, Installation, until
from tests.servers import missing

_BLOCK = re.compile(
    r"(<!-- elsewhere: [^\n]+ -->\n)?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL
)
_PARTITION = re.compile(r"^```(\w+) partition\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\|(?! -|.* see it \|$).* \| ([^|]*) \|$", re.MULTILINE)
_SHOWN = re.compile(r"`((?:handraise|GET|POST) [^`]+)`")
_FILE = re.compile(r"Save this as `([\w.]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAMS = {"go": ("ask.go", "run", "golang-go"), "java": ("Ask.java", "", "default-jdk-headless")}
"""File, word and Debian's package of languages whose blocks are whole programs."""
RUN = {"sh", "bash", "console", "python", *PROGRAMS}
PASSWORD = "correct horse battery"  # noqa: S105 - of a test

pytestmark = pytest.mark.redis


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and content of what a page has people run, and what is not marked."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(kind, text) for elsewhere, kind, text in found if not elsewhere and kind in RUN]


PAGES = [page for page in files(suffix=".md") if blocks(page)]


TICKETS = """
name: tickets
title: Which team should take this ticket?
labels: [billing, technical, other]
fields: {subject: text, channel: category, paying: boolean}
undo_seconds: 3600
"""
FILES = {
    "tickets.yaml": TICKETS,
    "events.jsonl": '{"event_id": "f-1", "subject": "Invoice", "paying": true}\n',
    "customers.csv": "customer_id,tenure,contract\nk-1,4,monthly\n",
}
"""What pages take for granted."""


@pytest.fixture(scope="module")
def installation(
    shared_redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    made = Installation(shared_redis_url, tmp_path_factory.mktemp("documents"))
    with made.running("review"), Client(made.url, TOKEN) as client:
        for project in PROJECTS:
            content = yaml.safe_load(TICKETS) | {"name": project}
            client.apply(Project.model_validate(content))
        client.add_user("ada", "reviewer")
        send(made.redis_url)
        until(lambda: sum(queue.depth for queue in client.queues()) == EVENTS + 3)
        until(lambda: len(client.dead_letters({}, limit=50).dead_letters) == LETTERS)
        for project in PROJECTS:
            for claim in client.claim(project, DECIDED).claims:
                client.decide(claim, "billing")
        with made.api as api:
            until(lambda: api.get("/v1/ledger/head").status_code == 200)
        yield made


PROJECTS = ("tickets", "churn", "loans")
EVENTS, DECIDED, LETTERS = 36, 20, 18
"""So many that the ids which pages show are there, and some are left to be claimed."""


def send(url: str) -> None:
    """Events that wait for people, and entries that nobody can read."""
    server = redis.Redis.from_url(url)
    ids = [("tickets", f"t-{n}") for n in range(EVENTS)] + [
        *(("churn", "c-17"), ("churn", "c-18"), ("loans", "l-17")),
    ]
    for project, event_id in ids:
        server.xadd("handraise:predictions", {"data": said(torn(event_id), project)})
    for number in range(LETTERS):
        server.xadd("handraise:dead-letters", {"data": said(a_letter(number), "tickets")})


def torn(event_id: str) -> PredictionMade:
    return PredictionMade(
        event_id=event_id,
        features={"subject": "Invoice", "paying": True},
        probabilities={"billing": 0.4, "technical": 0.3, "other": 0.3},
        model=ModelRef(name="test", version=1, sha256=SHA256),
    )


def a_letter(number: int) -> EventDeadLettered:
    return EventDeadLettered(
        stream="handraise:requests",
        entry_id=f"{number}-0",
        reason="unknown_project" if number < LETTERS - 1 else "malformed",
        error="Refused",
        message="as the test wished",
        attempts=1,
        original_base64="e30=",
    )


def said(payload: PredictionMade | EventDeadLettered, project: str) -> bytes:
    if isinstance(payload, PredictionMade):
        kind, identity = EventType.PREDICTION_MADE, payload.event_id
    else:
        kind, identity = EventType.EVENT_DEAD_LETTERED, payload.entry_id
    told = announce(kind, payload, project=project, identity=identity, source="test", time=NOON)
    return told.encode()


@pytest.fixture
def typing(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """Somebody sits in an empty directory, with what pages take for granted."""
    monkeypatch.chdir(tmp_path)
    for variable, value in {
        "HANDRAISE_URL": installation.url,
        "HANDRAISE_TOKEN": TOKEN,
        "TOKEN": TOKEN,
        "REDIS_URL": installation.redis_url,
        "HANDRAISE_REDIS_URL": installation.redis_url,
        "CURL_HOME": str(tmp_path),
    }.items():
        monkeypatch.setenv(variable, value)
    Path(".curlrc").write_text("silent\nshow-error\nfail-with-body\n")
    for file, content in FILES.items():
        Path(file).write_text(content)
    return installation


def test_each_thing_that_a_regulation_asks_is_shown_by_a_command(typing: Installation) -> None:
    """In a project of its own, since it is stopped and its decision contested."""
    page = (ROOT / "docs/explanation/regulations.md").read_text(encoding="utf-8")
    shown = [_SHOWN.findall(cell) for cell in _ROW.findall(page)]

    assert len(shown) > 25
    assert all(shown)
    for command in dict.fromkeys(command for row in shown for command in row):
        if command.startswith("handraise "):
            if not command.startswith("handraise model rebuild "):  # needs a training database
                in_this_process(command.replace("churn", "loans").replace("c-17", "l-17"))
        else:
            method, path = command.split()
            asked = path.format(project="loans", event_id="l-17")
            with typing.api as api:
                answer = api.request(
                    method, asked, json={"reason": "why"} if method == "POST" else None
                )
            assert answer.is_success, f"{command}: {answer.text}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_page_says_works(page: Path, typing: Installation) -> None:
    for file, content in _FILE.findall(page.read_text("utf-8")):
        Path(file).write_text(content)
    for kind, text in blocks(page):
        carry_out(kind, text, typing)


def test_a_sender_in_any_language_finds_the_partition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/howto/grow.md").read_text(encoding="utf-8")
    blocks = dict(_PARTITION.findall(page))
    typed = [sys.executable, "-c", blocks.pop("python")]
    python = subprocess.run(typed, capture_output=True, text=True, check=True).stdout
    printed = {language: a_program(language, text) for language, text in blocks.items()}

    right = Keyspace("handraise", 12).of(Stream.REQUESTS, "café-17") + "\n"
    assert python == right
    assert printed == dict.fromkeys(PROGRAMS, right)


def carry_out(kind: str, text: str, installation: Installation) -> None:
    if kind == "python":
        here = text.replace("redis://127.0.0.1:6379/0", installation.redis_url)
        subprocess.run([sys.executable, "-c", here], check=True, env=surroundings())
        return
    if kind in PROGRAMS:
        a_program(kind, text)
        return
    for command in commands(text):
        typed = filled(command, installation)
        if typed.startswith("handraise ") or "| handraise " in typed:
            in_this_process(typed)
        else:
            told = subprocess.run(
                ["/bin/sh", "-c", typed], capture_output=True, text=True, check=False
            )
            assert told.returncode == 0, f"{typed}\n{told.stdout}\n{told.stderr}"


def a_program(language: str, text: str) -> str:
    """What a source file prints that its language runs; its exit code says if it was served."""
    name, word, package = PROGRAMS[language]
    if shutil.which(language) is None:
        missing(language, package)
    Path(name).write_text(text)
    command = [language, *word.split(), name]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def commands(text: str) -> list[str]:
    """Whole commands: what a quote or a backslash carries on belongs to the line before.

    Where lines begin with `$ `, the others are what is answered.
    """
    typed = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    text = "\n".join(typed) or text
    found, begun = [], ""
    for line in text.splitlines():
        begun += line if not begun else f"\n{line}"
        if not begun.endswith("\\") and begun.count("'") % 2 == 0:
            found.append(begun.replace("\\\n", " "))
            begun = ""
    return [command for command in found if command.strip()]


def filled(command: str, installation: Installation) -> str:
    """With real ids where a page shows made-up ones."""
    typed = command.replace("http://127.0.0.1:8080", installation.url)
    with Client(installation.url, TOKEN) as client:
        if "LEASE" in typed:
            (claim,) = client.claim("tickets", 1).claims
            typed = typed.replace("LEASE", claim.lease.id)
        if "PREFIX" in typed:
            typed = typed.replace("PREFIX", client.tokens("crm")[0].prefix)
    return typed


def in_this_process(typed: str) -> None:
    """Our own commands, without a start of Python for each."""
    given, _, ours = typed.rpartition("| ")
    words = shlex.split(ours, comments=True)
    target = words[words.index(">") + 1] if ">" in words else None
    words = words[1 : words.index(">") if target else None]
    stdin = Path(given.split()[1]).read_text() if given else f"{PASSWORD}\n{PASSWORD}\n"
    result = CliRunner().invoke(app, words, input=stdin)
    if target:
        Path(target).write_text(result.stdout)
    assert result.exit_code == 0 or words[0] == "doctor", f"{typed}\n{result.output}"


def surroundings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
