"""What is not documented is not finished, and what is documented exists."""

import re
from pathlib import Path

import pytest

from docs import generate
from docs.generator import cli, http, metrics
from docs.generator import settings as documented_settings
from shared.events import EventType
from shared.streams import Stream
from tests.meta import commands
from tests.meta.repository import ROOT, files, name

REFERENCE = generate.REFERENCE
PAGES = files(suffix=".md")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SETTING = re.compile(r"\bHANDRAISE_[A-Z_]+[A-Z]\b")


def reference(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return generate.pages()


def test_the_reference_is_what_the_code_says(wanted: dict[str, str]) -> None:
    assert generate.stale(REFERENCE, wanted) == [], "run python docs/generate.py"


def test_writing_it_again_changes_nothing(wanted: dict[str, str], tmp_path: Path) -> None:
    generate.write(tmp_path, wanted)
    (tmp_path / "gone.md").write_text("left over")
    (tmp_path / "cli.md").write_text("changed by hand")

    assert generate.stale(tmp_path, wanted) == ["cli.md", "gone.md"]
    generate.write(tmp_path, wanted)
    assert generate.stale(tmp_path, wanted) == []
    assert generate.pages() == wanted


def test_every_setting_is_documented() -> None:
    page = reference("settings.md")

    assert [v for v in documented_settings.variables() if f"| `{v}` |" not in page] == []


def test_every_setting_says_what_it_is_for() -> None:
    for service, settings in documented_settings.SERVICES.items():
        silent = [field for field, info in settings.model_fields.items() if not info.description]
        assert silent == [], service


def test_every_metric_is_documented_with_a_meaning() -> None:
    page = reference("metrics.md")

    for metric in metrics.metrics():
        assert f"| `{metric.name}` |" in page
        assert metric.name.startswith("handraise_")
        assert metric.meaning.endswith(".")


def test_every_stream_and_event_type_is_documented() -> None:
    streams, events = reference("streams.md"), reference("events.md")

    assert [s for s in Stream if f"`{s.key('handraise')}`" not in streams] == []
    assert [kind for kind in EventType if f"\n## {kind.value}\n" not in events] == []
    assert [kind for kind in EventType if f"[{kind.value}]" not in streams] == []


def test_every_route_is_documented(wanted: dict[str, str]) -> None:
    api, page = http.read_api(), wanted["http.md"]

    for method, path, operation in http.operations(api.openapi):
        assert f"| `{method.upper()} {path}` |" in page
        assert operation["description"].endswith(".")


def test_every_command_is_documented() -> None:
    page = reference("cli.md")

    leaves = [full for full, command in cli.commands() if not hasattr(command, "commands")]
    assert [full for full in leaves if f"\n## {full}\n" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        place = (page.parent / target).resolve() if target else page
        assert place.exists(), f"{link} in {name(page)}"
        if anchor and place.suffix == ".md":
            assert anchor in _anchors(place), f"{link} in {name(page)}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_page_tells_exists(page: Path) -> None:
    tree, run_words = commands.known_commands(), commands.known_run_words()

    faults = [
        f"{' '.join(words)}: {wrong}"
        for words in commands.told(page.read_text(encoding="utf-8"))
        if (wrong := commands.fault(words, tree, run_words))
    ]
    assert faults == []


@pytest.mark.parametrize(
    "command",
    ["handraise dmeo", "handraise up --prot 1", "./run lint", "handraise model", "./run up --x"],
)
def test_a_command_that_does_not_exist_is_noticed(command: str) -> None:
    tree, run_words = commands.known_commands(), commands.known_run_words()

    (words,) = commands.told(f"```sh\n$ {command}\n```\n")
    assert commands.fault(words, tree, run_words)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    named = set(_SETTING.findall(page.read_text(encoding="utf-8")))
    for_tests = {"HANDRAISE_TEST_REDIS_URL", "HANDRAISE_TEST_POSTGRESQL_URL"}

    assert named - documented_settings.variables().keys() - for_tests == set()


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        links = _LINK.findall(page.read_text(encoding="utf-8")) if page.suffix == ".md" else []
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links]

    assert [name(page) for page in PAGES if page not in reached] == []


def test_every_decision_says_what_enforces_it() -> None:
    for page in files("docs/decisions", suffix=".md"):
        last = page.read_text(encoding="utf-8").strip().splitlines()[-1]
        assert last.startswith("Enforced by: "), name(page)
        for path in re.findall(r"`((?:tests|docs)/[^`]+|pyproject\.toml)`", last):
            assert (ROOT / path).exists(), f"{path} in {name(page)}"


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
