"""Row 22: fifty people clear a queue of a thousand; each item goes to as many as are asked."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.project import Votes
from tests.builders import a_prediction
from tests.faults.desk import Desk
from tests.faults.test_f22_claim_races import is_taken
from tests.machines import mutants, records

CLAIMERS, ITEMS, AT_ONCE = 50, 1_000, 10


def clear(desk: Desk, items: int, at_once: int, answers: int) -> Mapping[str, Counter[str]]:
    """Who got each item, how often; of what a person got at once, the first few are answered."""
    desk.route([a_prediction(f"e{number}") for number in range(items)])
    together = Barrier(CLAIMERS)

    def work(name: str, *, alone: bool = False) -> list[tuple[str, str]]:
        got: list[tuple[str, str]] = []
        if not alone:
            together.wait()
        while claims := desk.claim(name, at_once).claims:
            got += [(claim.lease.item.event_id, name) for claim in claims]
            for claim in claims[:answers]:
                assert is_taken(desk, claim.lease.id, name)
        return got

    with ThreadPoolExecutor(CLAIMERS) as threads:
        names = [f"reviewer-{number}" for number in range(CLAIMERS)]
        everything = [pair for got in threads.map(work, names) for pair in got]
    everything += [pair for name in ("late", "later") for pair in work(name, alone=True)]
    holders: dict[str, Counter[str]] = {f"e{number}": Counter() for number in range(items)}
    for event_id, name in everything:
        holders[event_id][name] += 1
    return holders


def each_has(desk: Desk, holders: Mapping[str, Counter[str]], people: int) -> None:
    wrong = {
        e: dict(names) for e, names in holders.items() if sorted(names.values()) != [1] * people
    }
    assert wrong == {}
    found = records.read(desk.engine)
    assert list(records.broken(found, people)) == []
    kept = Counter(slot["item_id"] for slot in found.slots if slot["lease_id"])
    kept += Counter(vote["item_id"] for vote in found.votes)
    assert set(kept.values()) == {people}
    assert len(kept) == len(holders)
    assert not [slot for slot in found.slots if slot["lease_id"] is None]


def test_one_answer_is_asked_of_one_person(desk: Desk) -> None:
    each_has(desk, clear(desk, ITEMS, AT_ONCE, answers=0), people=1)


def test_two_answers_are_asked_of_two_people(desk: Desk) -> None:
    desk.configure(votes=Votes(min=2, max=2))
    each_has(desk, clear(desk, ITEMS, AT_ONCE, answers=2), people=2)


@pytest.mark.parametrize("review_database", ["postgresql"], indirect=True)
def test_a_claim_that_reads_and_then_writes_is_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants.unguarded_grant(monkeypatch)
    with pytest.raises(AssertionError, match=r"\be\d+\b"):
        each_has(desk, clear(desk, CLAIMERS, 1, answers=0), people=1)
