"""What the dashboards ask, asked of Prometheus as Grafana asks it."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.alerts.prometheus import Prometheus
from tests.meta.repository import files

DASHBOARDS = files("deploy/grafana/dashboards", suffix=".json")
_VALUES = re.compile(r"label_values\((.+), (\w+)\)")


@dataclass(frozen=True)
class Question:
    """A query of a panel.

    Attributes:
        where: the dashboard, the panel's title and the query's letter.
        expression: in which variables are named.
    """

    where: str
    expression: str

    def filled(self, chosen: Mapping[str, str]) -> str:
        """What is asked once every variable has a value."""
        expression = self.expression
        for name, value in chosen.items():
            expression = expression.replace(f"${name}", value)
        assert "$" not in expression, f"{self.where} names a variable that its dashboard has not"
        return expression


def questions() -> Iterator[tuple[dict[str, str], list[Question]]]:
    """Of each dashboard the variables, each with the query for its values, and what panels ask."""
    for path in DASHBOARDS:
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        variables = {each["name"]: each["query"] for each in dashboard["templating"]["list"]}
        yield (
            variables,
            [
                Question(f"{path.stem}: {panel['title']}: {target['refId']}", target["expr"])
                for panel in dashboard["panels"]
                for target in panel["targets"]
            ],
        )


def blank(prometheus: Prometheus) -> set[str]:
    """Whatever showed no number at any time to a viewer who chose All; raises on any error."""
    found = set()
    for variables, asked in questions():
        chosen = {name: _all(prometheus, query) for name, query in variables.items()}
        for question in asked:
            seen = prometheus.history(question.filled(chosen))
            numbers = (float(value) for each in seen for _, value in each["values"])
            if all(math.isnan(number) for number in numbers):
                found.add(question.where)
    return found


def _all(prometheus: Prometheus, query: str) -> str:
    """What Grafana puts for All: one value or another."""
    [(series, label)] = _VALUES.findall(query)
    values = prometheus.values(label, series)
    assert values, f"{query} gives nothing to choose from"
    return f"({'|'.join(values)})"
