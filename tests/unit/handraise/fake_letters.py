"""The routes for dead letters in memory, as far as the command line uses them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

AT = "2026-01-01T03:00:00Z"
CURE = "No such project: apply its file, then retry."


def a_letter(number: int, **changes: object) -> dict[str, Any]:
    """One letter as the API gives it."""
    letter = {
        "id": number,
        "document_id": f"d{number}",
        "project": "churn",
        "stream": "handraise:requests",
        "entry_id": f"{number}-0",
        "reason": "unknown_project",
        "error": "UnknownProject",
        "message": "there is no project 'churn'",
        "attempts": 1,
        "size": 2,
        "at": AT,
        "state": "waiting",
        "settled_by": None,
        "settled_at": None,
        "settle_reason": None,
        "cure": CURE,
    }
    return letter | changes


class FakeLetters:
    """Keeps letters by number; `originals` holds what `show` gives as the original."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, Any]] = {}
        self.originals: dict[int, dict[str, str]] = {}
        self.asked: list[tuple[str, object]] = []
        self.refused = 0

    def put(self, *letters: dict[str, Any]) -> None:
        self.kept |= {letter["id"]: letter for letter in letters}

    def answer(  # noqa: PLR0911 - a table of routes
        self, method: str, path: str, body: dict[str, Any] | None
    ) -> tuple[int, object]:
        address = urlsplit(path)
        words = address.path.strip("/").split("/")[2:]
        self.asked.append((f"{method} {'/'.join(words)}".strip(), body))
        match [method, *words]:
            case ["GET"]:
                return 200, self._list(parse_qs(address.query))
            case ["POST", "retry"]:
                return 200, {"retried": len(self.kept), "refused": self.refused}
            case ["POST", "drop"]:
                return 200, {"dropped": len(self.kept)}
            case [_, number, *_] if int(number) not in self.kept:
                return 404, _problem(404, "There is no such thing", f"no dead letter {number}")
            case ["GET", number]:
                given = {"encoding": "text", "content": "{}"}
                original = self.originals.get(int(number), given)
                return 200, self.kept[int(number)] | {"retriable": True, "original": original}
            case ["POST", number, act] if self.kept[int(number)]["state"] != "waiting":
                return 409, _problem(409, "It waits no more", f"olga did {act} it")
            case ["POST", number, act]:
                state = {"retry": "retried", "drop": "dropped"}[act]
                self.kept[int(number)] |= {"state": state, "settled_by": "admin"}
                return 200, self.kept[int(number)]
        return 404, _problem(404, "No such route", path)

    def _list(self, query: dict[str, list[str]]) -> dict[str, object]:
        found = [
            letter
            for _, letter in sorted(self.kept.items(), reverse=True)
            if all(letter.get(name, values[0]) == values[0] for name, values in query.items())
        ]
        limit = int(query["limit"][0])
        kinds = {(x["project"], x["reason"]) for x in found if x["state"] == "waiting"}
        return {
            "dead_letters": found[:limit],
            "next_before": found[limit - 1]["id"] if len(found) > limit else None,
            "waiting": [
                {"project": p, "reason": r, "count": len(found), "cure": CURE} for p, r in kinds
            ],
        }


def _problem(status: int, title: str, detail: str) -> dict[str, object]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}
