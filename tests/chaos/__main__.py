"""`python -m tests.chaos --kills N --seed S`; see `./run chaos --help`."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.campaign import WEIGHTS, Plan, run
from tests.chaos.mutants import MUTANTS
from tests.chaos.report import show

MUTANT_KILLS = 200


def main() -> None:
    """Exit 1 with the name of what is broken, else 0."""
    parser = argparse.ArgumentParser(prog="./run chaos", description=run.__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutant", choices=sorted(MUTANTS))
    parser.add_argument("--only", choices=sorted(WEIGHTS), help="kill nothing else")
    parser.add_argument("--seconds-limit", type=float, default=600.0)
    parser.add_argument("--mutants", action="store_true", help="every mutant must be caught")
    given = parser.parse_args()
    if given.mutants:
        sys.exit(_prove(min(given.kills, MUTANT_KILLS), given.seed))
    plan = Plan(given.kills, given.seed, given.mutant, given.seconds_limit, only=given.only)
    directory = Path(tempfile.mkdtemp(prefix="handraise-chaos-"))
    outcome = run(plan, directory)
    show(outcome)
    if outcome.broken:
        sys.exit(f"broken: {'; '.join(v.name for v in outcome.broken)} (see {directory})")
    shutil.rmtree(directory)


def _prove(kills: int, seed: int) -> int:
    """Run each mutant; 1 if one of them was not caught."""
    table = Table("mutant", "caught by", "seconds", title=f"mutants, {kills} kills, seed {seed}")
    missed = 0
    for name in MUTANTS:
        started = time.monotonic()
        command = [sys.executable, "-m", "tests.chaos", "--mutant", name, "--kills", str(kills)]
        ran = subprocess.run(
            [*command, "--seed", str(seed)], capture_output=True, text=True, check=False
        )
        caught = ran.returncode == 1 and ran.stderr.startswith("broken: ")
        missed += not caught
        reason = ran.stderr.strip().removeprefix("broken: ").split(" (see")[0]
        verdict = reason if caught else f"NOT CAUGHT {reason[-300:]}"
        table.add_row(name, verdict, f"{time.monotonic() - started:.0f}")
    Console(width=120).print(table)
    return int(missed > 0)


if __name__ == "__main__":
    main()
