"""The files of this repository, as the tests about it see them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def files(*folders: str, suffix: str = "") -> list[Path]:
    """Files that are, or would be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *folders],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    found = [ROOT / name for name in listed.split("\0") if name.endswith(suffix) and name]
    return sorted(path for path in found if path.is_file())


def name(path: Path) -> str:
    """How a file is called in a message."""
    return str(path.relative_to(ROOT))
