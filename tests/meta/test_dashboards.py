"""The dashboards are such as Grafana draws, held against the types that it publishes itself."""

import itertools
import json
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog import runtime
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import prometheus, timeseries, units
from grafana_foundation_sdk.models.dashboard import Dashboard
from pydantic import ConfigDict, TypeAdapter, ValidationError

from tests.alerts.dashboards import DASHBOARDS
from tests.meta.repository import ROOT, name

PROVISIONING = ROOT / "deploy" / "grafana" / "provisioning"
COLUMNS = 24
SOURCE = {
    *("name", "type", "access", "orgId", "uid", "url", "user", "database", "basicAuth"),
    *("basicAuthUser", "withCredentials", "isDefault", "jsonData", "secureJsonData", "version"),
    *("editable",),
}
PROVIDER = {
    *("name", "orgId", "folder", "folderUid", "type", "disableDeletion"),
    *("updateIntervalSeconds", "allowUiUpdates", "options"),
}
"""Fields that Grafana's page on provisioning has."""

runtime.register_panelcfg_variant(timeseries.variant_config())
runtime.register_dataquery_variant(prometheus.variant_config())


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", DASHBOARDS, ids=name)
def test_grafana_knows_all_that_a_dashboard_says(path: Path) -> None:
    assert list(complaints(read(path))) == []


@pytest.mark.parametrize(
    ("where", "planted"),
    [
        (("panels", 0, "legends"), {}),
        (("panels", 0, "fieldConfig", "defaults", "units"), "s"),
        (("panels", 0, "fieldConfig", "defaults", "min"), "nothing"),
        (("panels", 0, "fieldConfig", "defaults", "unit"), "fortnight"),
        (("panels", 0, "options"), {"legend": {"placement": "left"}}),
        (("panels", 0, "targets", 0, "expression"), "up"),
        (("panels", 0, "type"), "graph"),
        (("templating", "list", 0, "type"), "label_values"),
        (("links", 0, "type"), "dashboard"),
        (("refreshing",), "10s"),
    ],
)
def test_a_slip_is_found(where: tuple[str | int, ...], planted: object) -> None:
    dashboard = read(DASHBOARDS[0])
    inner: Any = dashboard
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = planted

    assert list(complaints(dashboard)) != []


def complaints(dashboard: dict[str, Any]) -> Iterator[str]:
    """What Grafana would ignore or not understand."""
    known = Dashboard.from_json(dashboard)
    yield from lost(dashboard, json.loads(json.dumps(known, cls=JSONEncoder)), "")
    yield from mistyped(known, "")
    units_known = {value for value in vars(units).values() if isinstance(value, str)}
    for panel in dashboard["panels"]:
        if runtime.panelcfg_config(panel["type"]) is None:
            yield f"{panel['title']}: {panel['type']} is drawn by nothing that is registered above"
        if panel["fieldConfig"]["defaults"]["unit"] not in units_known:
            yield f"{panel['title']}: there is no such unit"


def lost(written: Any, known: Any, where: str) -> Iterator[str]:
    """Each place of a document that did not come through the types."""
    if isinstance(written, dict) and isinstance(known, dict):
        for key, value in written.items():
            yield from lost(value, known.get(key), f"{where}.{key}")
    elif isinstance(written, list) and isinstance(known, list):
        for number, pair in enumerate(itertools.zip_longest(written, known)):
            yield from lost(*pair, f"{where}[{number}]")
    elif written != known:
        yield f"{where}: {written} became {known}"


def mistyped(part: Any, where: str) -> Iterator[str]:
    """Each attribute that is not what the types declare; reading a document does not look."""
    if isinstance(part, list):
        for number, each in enumerate(part):
            yield from mistyped(each, f"{where}[{number}]")
    if not hasattr(part, "to_json"):
        return
    for attribute, declared in typing.get_type_hints(type(part)).items():
        value = getattr(part, attribute)
        try:
            checker(declared).validate_python(value)
        except ValidationError as error:
            yield f"{where}.{attribute}: {error}"
        yield from mistyped(value, f"{where}.{attribute}")


@cache
def checker(declared: Any) -> TypeAdapter[Any]:
    """What looks at values of a declared type."""
    return TypeAdapter(declared, config=ConfigDict(arbitrary_types_allowed=True))


@pytest.mark.parametrize("path", DASHBOARDS, ids=name)
def test_panels_stand_beside_each_other(path: Path) -> None:
    panels = read(path)["panels"]
    places = [panel["gridPos"] for panel in panels]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(place["x"] + place["w"] <= COLUMNS for place in places)
    assert [pair for pair in itertools.combinations(places, 2) if overlap(*pair)] == []


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "w"), ("y", "h"))
    )


@pytest.mark.parametrize("path", DASHBOARDS, ids=name)
def test_every_panel_has_a_title_of_its_own_and_says_what_a_bad_value_tells(path: Path) -> None:
    panels = read(path)["panels"]

    assert panels
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert [panel["title"] for panel in panels if not panel["description"]] == []


@pytest.mark.parametrize("path", DASHBOARDS, ids=name)
def test_queries_of_a_panel_have_letters_of_their_own(path: Path) -> None:
    for panel in read(path)["panels"]:
        letters = [target["refId"] for target in panel["targets"]]
        assert len(letters) == len(set(letters)), panel["title"]


def test_everything_is_asked_of_the_data_source_that_is_provisioned() -> None:
    [source] = provisioned("datasources/prometheus.yml", "datasources", SOURCE)
    reference = {"type": source["type"], "uid": source["uid"]}

    for path in DASHBOARDS:
        assert [each for each in references(read(path)) if each != reference] == []
    assert source["url"] == "http://prometheus:9090"
    assert source["access"] in {"proxy", "direct"}
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["global"]
    assert source["jsonData"] == {"timeInterval": scraped["scrape_interval"]}


def references(part: Any) -> Iterator[Any]:
    """Whatever is named as a data source, anywhere."""
    if isinstance(part, list):
        for each in part:
            yield from references(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from [value] if key == "datasource" else references(value)


def test_grafana_finds_its_dashboards() -> None:
    [provider] = provisioned("dashboards/handraise.yml", "providers", PROVIDER)
    mounts = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]

    path = provider["options"]["path"]
    assert provider["type"] == "file"
    assert f"./deploy/grafana/dashboards:{path}:ro" in mounts["volumes"]
    assert "./deploy/grafana/provisioning:/etc/grafana/provisioning:ro" in mounts["volumes"]
    assert {each.stem for each in DASHBOARDS} == {
        *("flow", "queues", "models", "certificate", "reviewers"),
    }
    for told in ("uid", "title"):
        assert len({read(each)[told] for each in DASHBOARDS}) == len(DASHBOARDS)


def provisioned(file: str, kind: str, fields: set[str]) -> list[dict[str, Any]]:
    """What a file of provisioning lists, of fields that Grafana knows."""
    content = yaml.safe_load((PROVISIONING / file).read_text(encoding="utf-8"))
    assert content.keys() == {"apiVersion", kind}
    assert content["apiVersion"] == 1
    listed: list[dict[str, Any]] = content[kind]
    assert [each.keys() - fields for each in listed if each.keys() - fields] == []
    return listed
