"""A service without what its libraries load wherever they find it, and it has no use for."""

import sys
from typing import Any

_ABSENT: Any = None
"""Stands for a module that cannot be imported."""


def do_without(*modules: str) -> None:
    """From now on these modules are not there for this process, even where they are installed.

    Libraries load some others only to do more where they can, and go on without them; what is
    named here must be of that sort. Called before those libraries are imported.
    """
    for module in modules:
        sys.modules.setdefault(module, _ABSENT)
