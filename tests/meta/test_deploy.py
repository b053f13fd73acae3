"""What operators start from: the image and the composition."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.generator import settings as documented_settings
from shared.leaving import PROMISED_SECONDS
from tests import servers
from tests.meta.repository import ROOT

COMPOSE = ROOT / "docker-compose.yml"
PROMETHEUS = ROOT / "deploy" / "prometheus"
OURS = {"scorer", "review", "retrainer"}


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return content


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """Instructions with their arguments, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = [line.partition(" ") for line in lines]
    return [(word, " ".join(rest.split())) for word, _, rest in pairs]


def arguments(dockerfile: list[tuple[str, str]], instruction: str) -> list[str]:
    return [rest for word, rest in dockerfile if word == instruction]


def test_the_base_image_is_named_exactly(dockerfile: list[tuple[str, str]]) -> None:
    for base in arguments(dockerfile, "FROM"):
        tag = base.split(" AS ")[0].partition(":")[2]
        assert re.match(r"\d", tag), base


def test_one_recipe_makes_every_image(dockerfile: list[tuple[str, str]]) -> None:
    assert arguments(dockerfile, "ARG") == ["SERVICE", "WITH", "SERVICE"]
    (install,) = [run for run in arguments(dockerfile, "RUN") if "pip install" in run]
    assert "-c constraints.txt" in install
    assert ".[${SERVICE}${WITH:+,$WITH}]" in install


def test_the_image_runs_as_nobody_special(dockerfile: list[tuple[str, str]]) -> None:
    (user,) = arguments(dockerfile, "USER")
    assert int(user.partition(":")[0]) >= 1000


def test_nothing_is_fetched_from_addresses(dockerfile: list[tuple[str, str]]) -> None:
    assert arguments(dockerfile, "ADD") == []
    assert not [run for run in arguments(dockerfile, "RUN") if re.search(r"curl|wget|https?:", run)]


def test_the_image_drains_and_tells_its_health(dockerfile: list[tuple[str, str]]) -> None:
    assert arguments(dockerfile, "STOPSIGNAL") == ["SIGTERM"]
    (check,) = arguments(dockerfile, "HEALTHCHECK")
    assert "/health/ready" in check
    assert arguments(dockerfile, "CMD")[-1] == '["sh", "-c", "exec python -m services.$SERVICE"]'


def test_the_image_has_only_settings_that_exist(dockerfile: list[tuple[str, str]]) -> None:
    named = {n for env in arguments(dockerfile, "ENV") for n in re.findall(r"HANDRAISE_\w+", env)}
    assert named <= documented_settings.variables().keys()


def test_every_program_says_how_it_starts_and_stays(composition: dict[str, Any]) -> None:
    assert composition["services"].keys() >= OURS
    for program, service in composition["services"].items():
        assert "build" in service or ":" in service["image"], program
        assert not service.get("image", "").endswith(":latest"), program
        assert service["healthcheck"]["test"], program
        assert service["restart"] == "unless-stopped", program


def test_nobody_is_killed_before_the_promised_end(composition: dict[str, Any]) -> None:
    for program in OURS:
        grace = composition["services"][program]["stop_grace_period"]
        assert int(grace.removesuffix("s")) > PROMISED_SECONDS


def test_our_services_get_only_settings_that_they_read(composition: dict[str, Any]) -> None:
    for program in OURS:
        service = composition["services"][program]
        assert service["build"]["args"] == {"SERVICE": program}
        readers = documented_settings.variables()
        for variable in service["environment"]:
            assert program in readers[variable], f"{variable} of {program}"


def test_our_services_can_write_only_their_data(composition: dict[str, Any]) -> None:
    for program in OURS:
        service = composition["services"][program]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_redis_keeps_what_it_was_given(composition: dict[str, Any]) -> None:
    command = " ".join(composition["services"]["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_every_volume_is_declared(composition: dict[str, Any]) -> None:
    mounted = [
        volume.partition(":")[0]
        for service in composition["services"].values()
        for volume in service.get("volumes", [])
    ]
    named = {volume for volume in mounted if not volume.startswith(".")}
    assert named == composition["volumes"].keys()
    assert [v for v in mounted if v.startswith(".") and not (ROOT / v).exists()] == []


def test_every_dependency_is_waited_for(composition: dict[str, Any]) -> None:
    for program, service in composition["services"].items():
        for other, condition in service.get("depends_on", {}).items():
            assert other in composition["services"], program
            assert condition == {"condition": "service_healthy"}, program


def test_who_has_a_prometheus_need_not_start_ours(composition: dict[str, Any]) -> None:
    optional = {name for name, s in composition["services"].items() if s.get("profiles")}
    assert optional == {"prometheus", "grafana"}
    for program, service in composition["services"].items():
        assert program in optional or not optional & service.get("depends_on", {}).keys()


def test_ports_are_open_to_this_machine_only(composition: dict[str, Any]) -> None:
    ports = [port for s in composition["services"].values() for port in s.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


SECRETS_DIR = "SECRETS_DIR"


def test_our_services_run_in_production(composition: dict[str, Any]) -> None:
    for program in OURS:
        assert composition["services"][program]["environment"]["HANDRAISE_ENVIRONMENT"] == (
            "production"
        )


def test_every_secret_is_a_file_that_the_script_makes(
    composition: dict[str, Any], tmp_path: Path
) -> None:
    made = make_secrets(tmp_path / "secrets")
    files = {name: secret["file"] for name, secret in composition["secrets"].items()}
    given = {
        name for service in composition["services"].values() for name in service.get("secrets", [])
    }
    assert given == files.keys()
    for file in files.values():
        assert re.fullmatch(rf"\$\{{{SECRETS_DIR}:\?[^}}]+\}}/[\w.]+", file), file
        assert (made / Path(file).name).stat().st_size > 32
    assert made.stat().st_mode & 0o777 == 0o700
    assert not re.search(r"(PASSWORD|TOKEN|_URL): ", COMPOSE.read_text())


def test_each_service_reads_its_own_address(composition: dict[str, Any]) -> None:
    for program in OURS:
        service = composition["services"][program]
        own = {name for name in service["secrets"] if name.startswith("redis_")}
        assert own == {f"redis_{program}_url"}
        named = {v for v in service["environment"].values() if v.startswith("/run/secrets/")}
        assert named == {f"/run/secrets/{name}" for name in service["secrets"]}


def make_secrets(directory: Path) -> Path:
    subprocess.run([ROOT / "deploy" / "secrets.sh", directory], check=True)
    return directory


@pytest.mark.parametrize("missing", [False, True])
def test_compose_wants_its_secrets(tmp_path: Path, *, missing: bool) -> None:
    given = {} if missing else {SECRETS_DIR: str(tmp_path)}
    inherited = {name: value for name, value in os.environ.items() if name != SECRETS_DIR}
    checked = subprocess.run(
        [*_compose(), "-f", str(COMPOSE), "config", "-q"],
        env=inherited | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode == 0) is not missing, checked.stderr
    assert not missing or SECRETS_DIR in checked.stderr


def test_the_guide_leads_to_a_composition_that_is_whole(tmp_path: Path) -> None:
    """What is typed to deploy, as the guide has it; an engine is not asked."""
    for needed in ("deploy", "docker-compose.yml"):
        (tmp_path / needed).symlink_to(ROOT / needed)
    guide = (ROOT / "docs/howto/operate.md").read_text(encoding="utf-8")
    block = guide.partition("```sh\ndeploy/secrets.sh secrets")[2].partition("```")[0]
    up = "docker compose up --build --wait"
    assert up in block
    asked = shlex.join([*_compose(), "config"])
    typed = f"deploy/secrets.sh secrets{block}".replace(up, f"{asked} > whole.yml")
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith(("SECRETS", "COMPOSE"))}
    subprocess.run(["/bin/sh", "-euc", typed], cwd=tmp_path, env=surroundings, check=True)

    whole = yaml.safe_load((tmp_path / "whole.yml").read_text())
    assert whole["services"].keys() >= OURS | {"redis", "postgres", "prometheus", "grafana"}
    secrets = [Path(secret["file"]) for secret in whole["secrets"].values()]
    assert [file for file in secrets if not file.is_file()] == []


def _compose() -> list[str]:
    """Compose as docker's plugin, or as the program of its own that Debian has."""
    docker = shutil.which("docker")
    plugin = [docker, "compose"] if docker else []
    if (
        plugin
        and not subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode
    ):
        return plugin
    program = shutil.which("docker-compose")
    if program is None:
        servers.missing("docker compose", "docker-compose")
    return [str(program)]


def test_prometheus_watches_every_service(composition: dict[str, Any]) -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    targets = {
        job["job_name"]: [t for static in job["static_configs"] for t in static["targets"]]
        for job in config["scrape_configs"]
    }

    assert targets == {program: [f"{program}:8080"] for program in OURS}
    assert composition["services"].keys() >= OURS
    assert [f for f in config["rule_files"] if not (PROMETHEUS / f).exists()] == []
