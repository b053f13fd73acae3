import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handraise.cli import app


@pytest.mark.usefixtures("review")
def test_a_report_tells_figures_with_interval_and_definition() -> None:
    result = CliRunner().invoke(app, ["report", "churn"])

    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "accuracy before 90.2 % 88.0 % to - 1000" in words
    assert "had the model decided" in words
    assert "nothing was promised" in words


@pytest.mark.usefixtures("review")
def test_a_report_for_programs() -> None:
    result = CliRunner().invoke(app, ["report", "churn", "--json"])

    (figure,) = json.loads(result.stdout)["figures"]
    assert (figure["value"], figure["low"], figure["high"]) == (0.9021, 0.88, None)


@pytest.mark.usefixtures("review")
def test_a_report_to_keep_is_one_page_that_loads_nothing() -> None:
    result = CliRunner().invoke(app, ["report", "churn", "--html", "report.html"])

    assert result.exit_code == 0, result.output
    page = Path("report.html").read_text(encoding="utf-8")
    assert "&lt;had the model decided alone&gt;" in page
    assert "90.2 %" in page
    assert not [word for word in ("http:", "https:", "src=", "<script") if word in page]
