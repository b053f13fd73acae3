"""What operators give to Kubernetes, put together as kustomize does it.

Checked by reading, not by a cluster: names that must fit do fit, and nothing runs with more rights
than it needs.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.generator import settings as documented_settings
from shared.leaving import PROMISED_SECONDS
from shared.streams import Stream
from tests.meta.repository import ROOT

HERE = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted((HERE / "overlays").iterdir())
OURS = {"scorer", "review", "retrainer"}
MADE_BY_HAND = {"audit.key", "ledger.key"}
Document = dict[str, Any]


def identity(document: Document) -> tuple[str, str]:
    return document["kind"], document["metadata"]["name"]


def read(path: Path) -> list[Document]:
    return [found for found in yaml.safe_load_all(path.read_text()) if found]


def put_together(folder: Path) -> dict[tuple[str, str], Document]:
    """Resources of a folder and of those below it, with its patches and replicas."""
    (plan,) = read(folder / "kustomization.yaml")
    found: dict[tuple[str, str], Document] = {}
    for resource in plan["resources"]:
        place = folder / resource
        below = put_together(place) if place.is_dir() else {identity(d): d for d in read(place)}
        assert not found.keys() & below.keys(), resource
        found |= below
    for patch in plan.get("patches", ()):
        for change in read(folder / patch["path"]):
            found[identity(change)] = merged(found[identity(change)], change)
    for replica in plan.get("replicas", ()):
        found["Deployment", replica["name"]]["spec"]["replicas"] = replica["count"]
    return found


def merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {name: merged(one.get(name), value) for name, value in other.items()}
    return other


@pytest.fixture(params=OVERLAYS, ids=lambda path: path.name)
def overlay(request: pytest.FixtureRequest) -> dict[tuple[str, str], Document]:
    return put_together(request.param)


def pods(overlay: dict[tuple[str, str], Document]) -> Iterator[tuple[str, Document]]:
    for (kind, name), document in overlay.items():
        if kind in {"Deployment", "StatefulSet"}:
            template = document["spec"]["template"]
            wanted = document["spec"]["selector"]["matchLabels"]
            assert wanted.items() <= template["metadata"]["labels"].items()
            yield name, template["spec"]


def containers(pod: Document) -> list[Document]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def test_every_program_is_started_with_few_rights(
    overlay: dict[tuple[str, str], Document],
) -> None:
    started = dict(pods(overlay))
    assert started.keys() >= OURS
    for name, pod in started.items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in containers(pod):
            rights = container["securityContext"]
            assert rights["allowPrivilegeEscalation"] is False, name
            assert rights["capabilities"] == {"drop": ["ALL"]}, name
            assert {"requests", "limits"} <= container["resources"].keys(), name
            assert "memory" in container["resources"]["limits"], name
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            offered = {volume["name"] for volume in pod["volumes"]} | {"data"}
            assert mounted <= offered, name


def test_our_services_are_probed_drained_and_read_only(
    overlay: dict[tuple[str, str], Document],
) -> None:
    started = dict(pods(overlay))
    for program in OURS:
        (container,) = started[program]["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert started[program]["terminationGracePeriodSeconds"] > PROMISED_SECONDS
        assert container["image"] == f"handraise-{program}"


def test_our_services_get_only_settings_that_they_read(
    overlay: dict[tuple[str, str], Document],
) -> None:
    readers = documented_settings.variables()
    started = dict(pods(overlay))
    for program in OURS:
        (container,) = started[program]["containers"]
        told = {setting["name"]: setting["value"] for setting in container["env"]}
        assert told["HANDRAISE_ENVIRONMENT"] == "production"
        assert [name for name in told if program not in readers[name]] == []
        files = {Path(v).name for v in told.values() if v.startswith("/run/secrets/handraise/")}
        (secret,) = [v for v in started[program]["volumes"] if v["name"] == "secrets"]
        assert files == {item["path"] for item in secret["secret"]["items"]}


def test_every_secret_is_one_that_the_script_makes_or_the_guide_names(
    overlay: dict[tuple[str, str], Document],
) -> None:
    made = set(re.findall(r"keep ([\w.]+) ", (ROOT / "deploy/secrets.sh").read_text()))
    made |= {f"redis_{user}.url" for user in OURS} | {"redis_users.acl"} | MADE_BY_HAND
    wanted = {
        item["key"]
        for _, pod in pods(overlay)
        for volume in pod["volumes"]
        for item in volume.get("secret", {}).get("items", ())
    }
    assert wanted <= made
    guide = (ROOT / "docs/howto/kubernetes.md").read_text(encoding="utf-8")
    assert [name for name in MADE_BY_HAND if name not in guide] == []


def test_no_service_is_taken_away_as_a_whole(overlay: dict[tuple[str, str], Document]) -> None:
    for program in OURS:
        budget = overlay["PodDisruptionBudget", program]["spec"]
        assert budget["selector"]["matchLabels"] == {"app.kubernetes.io/name": program}
        assert budget.keys() & {"minAvailable", "maxUnavailable"}


def test_nothing_is_reached_unless_it_is_said(overlay: dict[tuple[str, str], Document]) -> None:
    policies = {name: d["spec"] for (kind, name), d in overlay.items() if kind == "NetworkPolicy"}
    assert policies["nothing-else"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert chosen(policies["to-postgres"]) == OURS - {"scorer"}
    assert chosen(policies["to-redis"]) == OURS
    (people,) = policies["people-to-review"]["ingress"]
    assert people["from"], "review would be open to all"
    assert [name for name, spec in policies.items() if {} in spec.get("ingress", ())] == []


def chosen(policy: Document) -> set[str]:
    (expression,) = policy["podSelector"]["matchExpressions"]
    return set(expression["values"])


def test_data_is_on_a_volume_that_is_there(overlay: dict[tuple[str, str], Document]) -> None:
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for _, pod in pods(overlay)
        for volume in pod["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert claims == {name for kind, name in overlay if kind == "PersistentVolumeClaim"}


def test_replicas_follow_the_groups_that_the_services_read_as() -> None:
    overlay = put_together(HERE / "overlays" / "production")
    scaled = {name: d["spec"] for (kind, name), d in overlay.items() if kind == "ScaledObject"}
    read_by = {"scorer": Stream.REQUESTS, "review": Stream.PREDICTIONS}
    assert scaled.keys() == read_by.keys()
    for program, stream in read_by.items():
        (trigger,) = scaled[program]["triggers"]
        assert trigger["metadata"]["stream"] == stream.key("handraise")
        assert trigger["metadata"]["consumerGroup"] == program
        assert scaled[program]["scaleTargetRef"] == {"name": program}
        assert scaled[program]["minReplicaCount"] >= 2
        assert ("TriggerAuthentication", trigger["authenticationRef"]["name"]) in overlay


def test_two_learners_stand_by_each_other_in_production() -> None:
    overlay = put_together(HERE / "overlays" / "production")
    assert {program: overlay["Deployment", program]["spec"]["replicas"] for program in OURS} == (
        dict.fromkeys(OURS, 2)
    )
    (claim,) = [d for (kind, _), d in overlay.items() if kind == "PersistentVolumeClaim"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
