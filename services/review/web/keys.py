"""Which key gives which answer."""

from collections.abc import Sequence

_OTHERWISE = frozenset("rsuenc")
"""Release, skip, undo, escalate, note, compare."""
_LETTERS = [letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in _OTHERWISE]


KEYS: Sequence[str] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", *_LETTERS)
"""In the order of a project's labels; what comes after them is clicked, or searched for."""
