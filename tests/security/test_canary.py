"""No secret reaches a log, a metric or an answer."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import redis

from tests.builders import a_project, a_request
from tests.processes import TOKEN, Installation, until

CANARY = "canary-9f3b"
OURS = {"Sec-Fetch-Site": "same-origin", "Authorization": ""}


def use_every_way_in(api: httpx.Client, token: str) -> list[str]:
    """The secrets that come of it: another token, two passwords, a session."""
    first, second = f"{CANARY}-password", f"{CANARY}-another"
    rotated = api.post(f"/v1/tokens/{token.split('_')[1]}/rotate", json={"overlap_seconds": 60})
    successor = rotated.json()["token"]
    api.put("/v1/users/ada/password", json={"password": first}).raise_for_status()
    ada, change = {"Authorization": f"Bearer {successor}"}, {"old": first, "new": second}
    api.put("/v1/users/me/password", json=change, headers=ada).raise_for_status()
    entered = api.post("/login", data={"name": "ada", "password": second}, headers=OURS)
    return [successor, first, second, entered.cookies["handraise_session"]]


def test_no_secret_leaks(redis_url: str, tmp_path: Path) -> None:
    # given Redis behind a password, tokens, and a user who logs in
    admin: Any = redis.Redis.from_url(redis_url)
    admin.execute_command("ACL", "SETUSER", CANARY, "on", f">{CANARY}-redis", "~*", "&*", "+@all")
    url = redis_url.replace("redis://", f"redis://{CANARY}:{CANARY}-redis@")
    installation = Installation(url, tmp_path)
    answers: list[str] = []
    secrets = [TOKEN, f"{CANARY}-redis", f"{CANARY}-wrong"]
    with installation.running("scorer", "review", "retrainer"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        api.post("/v1/users", json={"name": "ada", "role": "reviewer"})
        made = [api.post("/v1/users/ada/tokens", json={"kind": k}) for k in ("api", "login")]
        secrets += [answer.json()["token"] for answer in made]
        page = api.get("/login", params={"token": secrets[-1]}, headers={"Authorization": ""})
        secrets.append(page.cookies["handraise_session"])
        secrets += use_every_way_in(api, secrets[3])

        # when things go wrong around them
        wrong = {"Authorization": f"Bearer {CANARY}-wrong"}
        answers.append(api.get("/v1/queues", headers=wrong).text)
        answers.append(api.get("/login", params={"token": f"{CANARY}-wrong"}).text)
        form = {"name": "ada", "password": f"{CANARY}-wrong"}
        answers.append(api.post("/login", data=form, headers=OURS).text)
        short = api.put("/v1/users/ada/password", json={"password": CANARY[:11]})
        answers.append(short.text)
        answers += [api.get(p).text for p in ("/v1/users", "/v1/tokens", "/v1/access-log")]
        answers.append(api.get(f"/v1/projects/{quote(a_project().title)}").text)
        admin.xadd("handraise:requests", {"data": b"{"})
        admin.xadd("handraise:requests", {"data": a_request().encode()})
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == 1)
        admin.execute_command("ACL", "SETUSER", CANARY, "off")
        admin.execute_command("CLIENT", "KILL", "USER", CANARY)
        log = tmp_path / "scorer.log"
        until(lambda: "stream_read_failed" in log.read_text())
        answers += [api.get("/health/ready").text, api.get("/metrics").text]
        answers.append(httpx.get(f"{installation.url}/openapi.json").text)
    admin.execute_command("ACL", "DELUSER", CANARY)
    admin.close()

    # then nothing of it is written anywhere but where it belongs
    logs = [path.read_text() for path in tmp_path.glob("*.log")]
    assert len(logs) == 3
    for secret in secrets:
        assert [text for text in logs + answers if secret in text] == []
    for name in ("audit.key", "ledger.key", "signing.key"):
        key = (tmp_path / "secrets" / name).read_bytes()
        assert [text for text in logs + answers if key in text.encode()] == []
