"""The review service's HTTP API in memory, as far as the command line uses it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

from services.review.api.examples_simulations import SIMULATIONS
from tests.unit.handraise.fake_ledger import FakeSealedLedger
from tests.unit.handraise.fake_letters import FakeLetters
from tests.unit.handraise.fake_people import FakePeople

TOKEN = "the-token"  # noqa: S105 - opens nothing
AT = "2026-01-01T00:00:00Z"


class FakeReview:
    """Keeps what it was sent; `refuse` makes the next answers failures."""

    def __init__(self) -> None:
        self.projects: dict[str, dict[str, Any]] = {}
        self.stopped: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.refuse: list[int] = []
        self.url = ""
        self.gaps: list[dict[str, Any]] = []
        self.verification: dict[str, Any] = {"entries": 9, "blocks": 2, "contradictions": []}
        self.erased: list[dict[str, Any]] = []
        self.simulated: list[dict[str, Any]] = []
        self.ledger = FakeSealedLedger()
        self.letters = FakeLetters()
        self.people = FakePeople()

    def answer(  # noqa: C901, PLR0911, PLR0912 - a table of routes
        self, method: str, path: str, body: dict[str, Any]
    ) -> tuple[int, object]:
        match [method, *path.partition("?")[0].strip("/").split("/")[1:]]:
            case ["GET", "projects"]:
                return 200, {"projects": [self.state(name) for name in self.projects]}
            case ["PUT", "projects", name]:
                self.projects[name] = body
                return 200, self.state(name)
            case ["POST", "projects", _, "erasures"]:
                self.erased.append(body)
                return 200, {"entries": 2, "letters": 0, "documents": 3}
            case ["GET" | "POST", "projects", name, *_] if name not in self.projects:
                return 404, problem(404, "No such project", f"apply the file of {name}")
            case ["GET", "projects", name]:
                return 200, self.state(name)
            case ["POST", "projects", name, "requests"]:
                self.events += body["events"]
                return 202, {"accepted": len(body["events"])}
            case ["POST", "projects", name, "simulations"]:
                self.simulated.append(body)
                return 200, SIMULATIONS["SimulationAnswer"] | {"project": name}
            case ["POST", "projects", name, "stop"]:
                self.stopped.add(name)
                return 200, self.state(name)
            case ["POST", "projects", name, "resume"]:
                self.stopped.discard(name)
                return 200, self.state(name)
            case [_, "users" | "tokens", *_]:
                return self.people.answer(method, path, body)
            case [_, "dead-letters", *_]:
                return self.letters.answer(method, path, body)
            case ["GET", "gaps"]:
                return 200, {"redis": "known", "gaps": self.gaps}
            case ["POST", "repair"]:
                found = [gap | {"repaired": gap["found"]} for gap in self.gaps]
                self.gaps = []
                return 200, {"redis": "known", "gaps": found}
            case ["POST", "republish"]:
                return 202, {"since": body.get("since", AT), "entries": 7}
            case ["GET", "certificates", name, "verification"]:
                return 200, self.verification | {"project": name}
            case ["GET", "reports", name, "contribution"]:
                return 200, CONTRIBUTION | {"project": name}
            case ["GET", "ledger" | "decisions", *_]:
                return self.ledger.answer(path)
            case ["GET", "models", name]:
                return 200, {"versions": [VERSION]}
            case ["GET", "models", name, number]:
                return 200, VERSION | {"version": int(number)}
            case ["POST", "models", name, "rollback"]:
                return 200, decided(int(body["version"]), "roll_back", body["reason"])
            case ["POST", "models", name, number, "offer"]:
                return 202, {"version": int(number), "whom": body["whom"], "name": body["name"]}
            case ["POST", "models", name, number, verdict]:
                return 200, decided(int(number), verdict, body["reason"])
        return 404, problem(404, "No such route", path)

    def state(self, name: str) -> dict[str, Any]:
        automation = "stopped" if name in self.stopped else "running"
        return {
            "configuration": self.projects[name],
            "policy_version": 3,
            "automation": automation,
        }


def decided(number: int, verdict: str, reason: str) -> dict[str, Any]:
    """A version on which somebody has decided."""
    said = {"verdict": verdict, "actor": "kim", "reason": reason, "at": AT}
    return VERSION | {"version": number, "decided": said}


VERSION = {
    "version": 2,
    "state": "candidate",
    "parent": 1,
    "challenger": "boosted",
    "comparison": [
        {
            "group": "region=north",
            "answers": 60,
            "champion_wrong": 0.1,
            "candidate_wrong": 0.3,
            "low": 0.01,
            "high": 0.25,
            "margin": 0.05,
            "verdict": "worse",
        }
    ],
    "decided": None,
    "sha256": "ab" * 32,
    "learned_up_to": 17,
    "metrics": {"log_loss": 0.25},
    "reason": "learned",
    "actor": "retrainer",
    "at": AT,
    "uri": "p/ab",
}


CONTRIBUTION = {
    "at": AT,
    "figures": [
        {
            "name": "accuracy_before",
            "value": 0.9021,
            "low": 0.88,
            "high": None,
            "unit": "share",
            "rests_on": 1000,
            "definition": "Share of right labels <had the model decided alone>.",
        }
    ],
    "certificates": [],
}


def problem(status: int, title: str, detail: str) -> dict[str, object]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


@contextmanager
def serving(review: FakeReview) -> Iterator[FakeReview]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - named by the base class

        def _reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, answer = 401, problem(401, "Who are you?", "send a token")
            elif review.refuse:
                status = review.refuse.pop(0)
                answer = problem(status, "Refused", "as the test wished")
            else:
                status, found = review.answer(self.command, self.path, body)
                answer = found  # type: ignore[assignment]
            content = b"" if status == 204 else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        review.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield review
        server.shutdown()
        thread.join()
