"""Rules of this repository that no linter knows."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.meta.repository import files, name

PRODUCT = files("services", "shared", "handraise", suffix=".py")
PYTHON = files(suffix=".py")
_FORBIDDEN_MODULES = {"pickle", "cPickle", "joblib", "dill", "shelve", "marshal", "cloudpickle"}
_FORBIDDEN_CALLS = {"eval", "exec", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}
_LONGEST = 300
_INDEX = re.compile("|".join(["python" + "hosted", r"pypi\.org/" + "simple", "index" + "-url"]))
_HOME = re.compile(r"(?<![\w.\-/])/(?:root|home/\w+|Users/\w+)/")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dangers(source: str) -> list[str]:
    """What reads code out of data."""
    tree = ast.parse(source)
    found = [module for module in imported(tree) if module.split(".")[0] in _FORBIDDEN_MODULES]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if called in _FORBIDDEN_CALLS or keywords.get("allow_pickle", "False") != "False":
                found.append(called)
    return found


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_no_code_is_read_out_of_data(path: Path) -> None:
    assert dangers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import yaml\nyaml.load(text)",
        "eval('1')",
        "import numpy as np\nnp.load(file, allow_pickle=True)",
    ],
)
def test_a_danger_is_noticed(source: str) -> None:
    assert dangers(source)


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_no_test_pretends_with_mocks(path: Path) -> None:
    modules = imported(ast.parse(path.read_text(encoding="utf-8")))

    assert not [module for module in modules if module.startswith("unittest.mock")]


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_annotations_are_real_at_run_time(path: Path) -> None:
    assert "__future__.annotations" not in imported(ast.parse(path.read_text(encoding="utf-8")))


def test_no_file_is_too_long() -> None:
    written = files("services", "shared", "handraise", "tests", "docs/generator", "benchmarks")
    kinds = {".py", ".js", ".css", ".html"}
    lengths = {
        name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in written
        if path.suffix in kinds
    }

    assert {path: lines for path, lines in lengths.items() if lines > _LONGEST} == {}


def test_no_file_names_a_package_index_or_somebodys_home() -> None:
    hosts = [
        host
        for variable in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
        if (host := urlsplit(os.environ.get(variable, "")).hostname)
    ]
    found = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if _INDEX.search(text) or _HOME.search(text) or any(host in text for host in hosts):
            found.append(name(path))

    assert found == []
