"""Licence clauses with the category of their licence (CC-BY-4.0, the ScanCode project).

The package that carries them is a source of files only: none of its code is imported.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from shared.errors import Misconfigured

PACKAGE = "scancode-toolkit-mini"
VERSION = "32.5.0"
SHORTEST = 40
LONGEST = 4000
_BORDER = re.compile(r"^---\s*$", re.MULTILINE)
_PAIR = re.compile(r"^(\w+): (.+?)\s*$", re.MULTILINE)


class Clause(NamedTuple):
    """A clause of a licence, or words that point to one."""

    name: str
    text: str
    form: str
    category: str


def clauses() -> Iterator[Clause]:
    """Distinct clauses of single licences, long enough for a person to judge.

    Raises:
        Misconfigured: the package is not installed.
    """
    data = _data()
    categories = {
        path.stem: _read(path)[0]["category"] for path in (data / "licenses").glob("*.LICENSE")
    }
    seen: set[str] = set()
    for path in sorted((data / "rules").glob("*.RULE")):
        head, text = _read(path)
        category = categories.get(head.get("license_expression", ""))
        useless = {"is_deprecated", "is_false_positive"} & head.keys()
        if category and not useless and len(text) >= SHORTEST and text not in seen:
            seen.add(text)
            yield Clause(path.stem, text[:LONGEST], _form(head), category)


def _data() -> Path:
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        cure = f"pip install --no-deps {PACKAGE}=={VERSION}"
        raise Misconfigured(f"the clauses are not installed: {cure}") from None
    return Path(str(found.locate_file("licensedcode/data")))


def _read(path: Path) -> tuple[Mapping[str, str], str]:
    """The header's single-line pairs, and the text without marks for required phrases."""
    _, head, text = _BORDER.split(path.read_text(encoding="utf-8"), maxsplit=2)
    return dict(_PAIR.findall(head)), text.replace("{{", "").replace("}}", "").strip()


def _form(head: Mapping[str, str]) -> str:
    forms = ("text", "notice", "reference", "tag", "intro", "clue")
    return next((form for form in forms if f"is_license_{form}" in head), "other")
