"""Agreement between reviewers beyond what chance would give: 1 is perfect, 0 is chance.

Each measure is None where it is not defined: without answers to compare, or where nobody ever said
anything but one and the same label, so that agreement could not have failed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Two reviewers who answered the same items (Cohen 1960).

    Args:
        pairs: for each item what the one and what the other said.

    The first published example is Cohen's own, table 1 (as shares of 200):

    >>> pairs = [("a", "a")] * 88 + [("b", "b")] * 40 + [("c", "c")] * 12
    >>> pairs += [("a", "b")] * 10 + [("a", "c")] * 2
    >>> pairs += [("b", "a")] * 14 + [("b", "c")] * 6
    >>> pairs += [("c", "a")] * 18 + [("c", "b")] * 10
    >>> round(cohen_kappa(pairs) or 0, 3)
    0.492
    """
    if not pairs:
        return None
    total = len(pairs)
    firsts, seconds = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    agreed = sum(one == other for one, other in pairs)
    by_chance = sum(count * seconds[label] for label, count in firsts.items())
    return _beyond_chance(agreed / total, by_chance, total * total)


def fleiss_kappa(rows: Sequence[Mapping[str, int]]) -> float | None:
    """Any reviewers, the same number for each item (Fleiss 1971).

    Args:
        rows: for each item how many said each label.

    Raises:
        ValueError: items have different numbers of answers, or fewer than 2: use
            `krippendorff_alpha`.

    >>> fleiss_kappa([{"yes": 2}, {"no": 2}])
    1.0
    """
    if not rows:
        return None
    answers = sum(rows[0].values())
    if answers <= 1 or any(sum(row.values()) != answers for row in rows):
        raise ValueError("Fleiss' kappa needs the same number of answers, at least 2, on each item")
    pairs = answers * (answers - 1)
    agreed = sum(count * (count - 1) for row in rows for count in row.values())
    totals: Counter[str] = Counter()
    for row in rows:
        totals.update(row)
    by_chance = sum(count * count for count in totals.values())
    return _beyond_chance(agreed / (len(rows) * pairs), by_chance, (len(rows) * answers) ** 2)


def krippendorff_alpha(votes: Mapping[str, Mapping[str, str]]) -> float | None:
    """Any reviewers, any number of answers an item (Krippendorff 2011, nominal data).

    Args:
        votes: item -> reviewer -> label. Items with one answer compare nothing and do not count.

    >>> krippendorff_alpha({"1": {"ada": "yes", "bo": "yes"}, "2": {"ada": "no", "bo": "no"}})
    1.0
    """
    units = [Counter(said.values()) for said in votes.values() if len(said) > 1]
    totals: Counter[str] = Counter()
    for unit in units:
        totals.update(unit)
    answers = totals.total()
    if not answers:
        return None
    agreed = sum(
        count * (count - 1) / (unit.total() - 1) for unit in units for count in unit.values()
    )
    by_chance = sum(count * (count - 1) for count in totals.values())
    return _beyond_chance(agreed / answers, by_chance, answers * (answers - 1))


def _beyond_chance(agreed: float, by_chance: int, comparisons: int) -> float | None:
    """(observed - chance) / (1 - chance), where chance is a fraction of whole numbers."""
    if by_chance == comparisons:
        return None
    chance = by_chance / comparisons
    return (agreed - chance) / (1 - chance)
