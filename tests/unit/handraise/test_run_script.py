import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the script beside a .venv whose programs only say their names."""
    for name in ("run", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "handraise", "ruff", "mypy", "lint-imports"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" | tee -a calls\n')
        (programs / name).chmod(0o755)
    return tmp_path


def run(directory: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["./run", *words], cwd=directory, capture_output=True, text=True, check=False
    )


def installs(directory: Path) -> list[str]:
    calls = (directory / "calls").read_text().splitlines()
    return [call for call in calls if " install " in call]


def without_uv(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = directory / "tools"
    tools.mkdir()
    for name in ("sh", "cat", "cksum", "dirname", "tr", "tee"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))


def test_the_second_start_installs_nothing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_uv(copy, monkeypatch)

    first, second = run(copy, "up", "--port", "0"), run(copy, "up")

    assert "handraise up --port 0" in first.stdout
    assert second.stdout == "handraise up\n"
    assert len(installs(copy)) == 1


def test_another_need_or_a_changed_file_installs_again(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_uv(copy, monkeypatch)
    run(copy, "demo")

    run(copy, "bench", "queue")
    assert "-c constraints.txt -e .[all,test,lint]" in installs(copy)[1]

    run(copy, "demo")
    assert len(installs(copy)) == 2

    with (copy / "constraints.txt").open("a") as file:
        file.write("# another\n")
    run(copy, "demo")
    assert "-e .[all]" in installs(copy)[2]


def test_a_benchmark_is_a_module(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_uv(copy, monkeypatch)

    result = run(copy, "bench", "end-to-end", "--check")

    assert "python -m benchmarks.end_to_end --check" in result.stdout


def test_check_runs_every_tool(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_uv(copy, monkeypatch)

    result = run(copy, "check")

    for tool in ("ruff format --check", "ruff check", "mypy", "lint-imports"):
        assert tool in result.stdout


def test_help_and_unknown_commands_need_nothing(copy: Path) -> None:
    assert "usage: ./run" in run(copy, "help").stdout
    assert run(copy).returncode == 0
    assert run(copy, "dance").returncode == 1
    assert not (copy / "calls").exists()


def test_without_a_python_the_message_says_so(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_uv(copy, monkeypatch)
    shutil.rmtree(copy / ".venv")

    result = run(copy, "up")

    assert result.returncode == 1
    assert "Python 3.11 or newer is needed" in result.stderr


def test_the_continuous_integration_runs_the_tests_and_nothing_else() -> None:
    words = (ROOT / ".ci" / "run").read_text().splitlines()

    assert words[-1] == "CI=true exec ./run test"
