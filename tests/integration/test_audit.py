"""An auditor has the id of an event: the commands of docs/howto/audit.md, as they stand there."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.project import Policy
from tests.builders import a_project, features
from tests.meta.repository import ROOT
from tests.processes import TOKEN, Installation, until
from tests.unit.handraise.running import run

PAGE = ROOT / "docs" / "howto" / "audit.md"
NEVER = Policy(error_rate=1, auto_margin=1, audit_probability=1e-9)
"""People decide everything."""
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands() -> list[str]:
    return [line for block in _BLOCK.findall(PAGE.read_text()) for line in block.splitlines()]


def decide(api: httpx.Client, *event_ids: str) -> None:
    """Events come in, and a person answers them, in turn with one label and the other."""
    events = [{"event_id": id_, "features": features(tenure=n)} for n, id_ in enumerate(event_ids)]
    api.post("/v1/projects/churn/requests", json={"events": events}).raise_for_status()
    for number in range(len(events)):
        claims: list[dict[str, Any]] = []

        def claimed(claims: list[dict[str, Any]] = claims) -> bool:
            claims.extend(api.post("/v1/queues/churn/claims", json={"limit": 1}).json()["claims"])
            return bool(claims)

        until(claimed)
        path = f"/v1/leases/{claims[0]['lease']['id']}/decision"
        label = ("leave", "stay")[number % 2]
        api.post(path, json={"label": label}).raise_for_status()


def is_sealed(api: httpx.Client) -> bool:
    record = api.get("/v1/decisions/churn/c-17/record")
    return record.status_code == 200 and record.json()["state"] == "intact"


def follow(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """What a command says, on one line; it must succeed."""
    result = run(*command.split()[1:])
    said, errors = capfd.readouterr()
    assert result.exit_code == 0, (command, result.output, errors)
    return " ".join((result.stdout + said).split())


@pytest.mark.redis
def test_the_page_can_be_followed(
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    installation = Installation(redis_url, tmp_path)
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HANDRAISE_URL", installation.url)
    monkeypatch.setenv("HANDRAISE_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    with installation.running("scorer", "review", "retrainer"), installation.api as api:
        # given a model that has learned from 32 answers, the least it needs, and what it scored
        project = a_project(policy=NEVER).model_dump(mode="json")
        api.put("/v1/projects/churn", json=project).raise_for_status()
        decide(api, *(f"before-{number}" for number in range(32)))
        until(lambda: "model_served" in (tmp_path / "scorer.log").read_text())
        decide(api, "c-17")
        until(lambda: is_sealed(api))

        # then every command of the page does what it says
        told = {command: follow(command, capfd) for command in commands()}

        # and tells why, by which model, what that had learned from, and that nothing was altered
        story = told["handraise ledger show churn c-17"]
        assert "admin says leave" in story
        assert "version 1, learned from 32 corrections, up to entry" in story
        assert "nothing of it was altered" in story
        _, recorded, _, rebuilt = told["handraise model rebuild churn 1"].split()
        assert recorded == rebuilt
        assert recorded in story
        assert told["handraise ledger verify"].startswith("nothing was altered")
