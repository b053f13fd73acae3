"""Senders name their events as they like: the API finds each of them."""

from urllib.parse import quote

from tests.builders import a_prediction
from tests.site import TOKEN, Site

BEARER = {"Authorization": f"Bearer {TOKEN}"}
NAMES = ("2026/03/c-17", "a/../b", "50 % off?#1", "/", "مرحبا/2")


def test_an_event_is_found_whatever_it_is_called(site: Site) -> None:
    site.project("churn")
    site.route([a_prediction(event, leave=0.55) for event in NAMES])
    ada = site.session_of("ada", "reviewer")
    for _ in NAMES:
        site.answer(ada, "stay")

    for event in NAMES:
        named = quote(event, safe="")
        record = site.ask("GET", f"/v1/decisions/churn/{named}", headers=BEARER)
        proof = site.ask("GET", f"/v1/decisions/churn/{named}/record", headers=BEARER)
        known = {"event_id": event, "label": "stay", "explanation": None}
        gold = site.administer("POST", "/v1/projects/churn/gold", known)
        retired = site.ask("DELETE", f"/v1/projects/churn/gold/{named}", headers=BEARER)
        site.administer("POST", f"/v1/decisions/churn/{named}/appeal", {"reason": "I stay"})

        assert record.json()["event_id"] == event
        assert "entries" in proof.json()
        assert (gold["event_id"], retired.status_code) == (event, 204)
