"""The commands that pages of documentation tell people to type."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.generator.cli import commands, options
from tests.meta.repository import ROOT

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`((?:handraise|\./run) [^`\n]+)`")
_SHELL = {"", "sh", "console", "bash"}
_STEP = re.compile(r"\|\|?|&&|;")
_CASE = re.compile(r"^  ([a-z][a-z |-]*)\)", re.MULTILINE)


def told(page: str) -> Iterator[list[str]]:
    """Every command of ours in a page, split into words."""
    prose = page
    for block in _BLOCK.finditer(page):
        prose = prose.replace(block[0], "")
        if block[1] in _SHELL:
            for line in block[2].replace("\\\n", " ").splitlines():
                yield from _ours(line)
    for span in _SPAN.finditer(prose):
        yield from _ours(span[1])


def fault(words: list[str], tree: dict[str, Any], run_words: set[str]) -> str | None:
    """What is wrong with a command, None when nothing is."""
    if words[0] == "./run":
        if len(words) < 2 or words[1] not in run_words:
            return "no such word of ./run"
        if words[1] == "bench":
            module = ROOT / "benchmarks" / words[2].replace("-", "_")
            exists = module.with_suffix(".py").exists() or (module / "__main__.py").exists()
            return None if exists else f"no benchmark {words[2]}"
        if words[1] not in {"demo", "up"}:
            return None
        words = ["handraise", *words[1:]]
    name, rest = words[0], words[1:]
    while rest and f"{name} {rest[0]}" in tree:
        name, rest = f"{name} {rest[0]}", rest[1:]
    if hasattr(tree[name], "commands") and not (rest and rest[0].startswith("-")):
        return f"{name!r} has no command {' '.join(rest)!r}"
    known = options(tree[name]) | {"--help"}
    strange = [word for word in rest if re.match(r"--?[a-z]", word)]
    unknown = [word for word in strange if word.partition("=")[0] not in known]
    return f"{name!r} has no option {unknown[0]}" if unknown else None


def known_commands() -> dict[str, Any]:
    """Every command by its full name."""
    return dict(commands())


def known_run_words(script: Path = ROOT / "run") -> set[str]:
    """The words that ./run understands."""
    return {word for case in _CASE.findall(script.read_text()) for word in case.split(" | ")}


def _ours(line: str) -> Iterator[list[str]]:
    if "handraise" not in line and "./run" not in line:
        return
    for step in _STEP.split(line.removeprefix("$ ").partition(" # ")[0]):
        try:
            words = shlex.split(step)
        except ValueError:
            continue
        if words and words[0] in {"handraise", "./run"}:
            yield words
