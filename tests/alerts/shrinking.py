"""Rules in which time passes faster, so that a test need not wait for hours."""

import math
import re
from typing import Any

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"(\[|offset )(\d+)([smhd])")
_COUNTED = re.compile(r"(increase\(\w+\[)(\d+)([smhd])(\]\)+ > )([1-9]\d*)")
_WHOLE = re.compile(r"(\d+)([smhd])")
_SHORTEST = 7.5


def shrunk(rules: dict[str, Any]) -> dict[str, Any]:
    """The same rules with shorter `for:`, range windows and offsets.

    How often something may happen within a window stays the same in a second. Nothing else is
    changed.

    Args:
        rules: the content of a rule file.

    >>> rule = {"alert": "A", "expr": "increase(a[10m]) > 600 and b[1h] > 60", "for": "10m"}
    >>> shrunk({"groups": [{"name": "all", "rules": [rule]}]})["groups"][0]["rules"]
    [{'alert': 'A', 'expr': 'increase(a[6322ms]) > 6.3 and b[8907ms] > 60', 'for': '6322ms'}]
    """
    groups = [
        {**group, "rules": [_shrunk(rule) for rule in group["rules"]]} for group in rules["groups"]
    ]
    return {**rules, "groups": groups}


def faster(seconds: float) -> float:
    """How many seconds a duration lasts here: what is longer stays longer, a day is 13.5 s.

    Raises:
        ValueError: it is so short that nothing would be left of it.

    >>> [round(faster(seconds), 1) for seconds in (30, 60, 300, 3600, 86_400)]
    [2.0, 3.0, 5.3, 8.9, 13.5]
    """
    if seconds <= _SHORTEST:
        raise ValueError(f"{seconds} s cannot be shortened; give an alert more than {_SHORTEST} s")
    return math.log2(seconds / _SHORTEST)


def _shrunk(rule: dict[str, Any]) -> dict[str, Any]:
    rarer = _COUNTED.sub(_as_often, rule["expr"])
    changed = {"expr": _DURATION.sub(lambda found: found[1] + _in_ms(found[2], found[3]), rarer)}
    whole = _WHOLE.fullmatch(rule.get("for", ""))
    if whole:
        changed["for"] = _in_ms(whole[1], whole[2])
    return rule | changed


def _as_often(found: re.Match[str]) -> str:
    before, count, unit, between, most = found.groups()
    seconds = int(count) * _SECONDS[unit]
    return f"{before}{count}{unit}{between}{int(most) * faster(seconds) / seconds:.1f}"


def _in_ms(count: str, unit: str) -> str:
    return f"{faster(int(count) * _SECONDS[unit]) * 1000:.0f}ms"
