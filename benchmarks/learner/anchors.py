"""The anchors: what a careful engineer would try first."""

from collections.abc import Callable
from typing import Any

from benchmarks.learner.contestants import (
    Contestant,
    Incremental,
    Ours,
    Refitted,
    River,
    Table,
    Words,
)
from shared.project import FieldKind, Project

OURS = "ours"
_FEW = 5


def names(project: Project) -> tuple[str, ...]:
    """Who competes on a project: others where there is text."""
    if FieldKind.TEXT in project.fields.values():
        return (OURS, "sgd", "passive-aggressive", "naive bayes", "logistic refit")
    return (OURS, "sgd", "passive-aggressive", "boosting refit", "extra trees refit",
            "river logistic", "river forest")  # fmt: skip


def make(name: str, project: Project) -> Contestant:
    """A contestant that has learned nothing."""
    makers: dict[str, Callable[[Project], Contestant]] = {
        OURS: Ours,
        "sgd": _sgd,
        "passive-aggressive": _passive,
        "naive bayes": _bayes,
        "logistic refit": _logistic,
        "boosting refit": _boosting,
        "extra trees refit": _extra_trees,
        "river logistic": _river_logistic,
        "river forest": _river_forest,
    }
    return makers[name](project)


def _encode(project: Project) -> Any:  # noqa: ANN401 - Table or Words
    is_text = FieldKind.TEXT in project.fields.values()
    return Words(project) if is_text else Table(project, ordinal=False)


def _sgd(project: Project) -> Contestant:
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - heavy

    alpha = 1e-5 if FieldKind.TEXT in project.fields.values() else 1e-4
    model = SGDClassifier(loss="log_loss", alpha=alpha, random_state=0)
    return Incremental(_encode(project), model, len(project.labels))


def _passive(project: Project) -> Contestant:
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - heavy

    model = SGDClassifier(loss="hinge", penalty=None, learning_rate="pa1", eta0=1.0, random_state=0)
    return Incremental(_encode(project), model, len(project.labels))


def _bayes(project: Project) -> Contestant:
    from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415 - heavy

    return Incremental(_encode(project), MultinomialNB(alpha=0.01), len(project.labels))


def _logistic(project: Project) -> Contestant:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy
    from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415 - heavy

    def line() -> Any:  # noqa: ANN401 - of an untyped library
        one = LogisticRegression(C=30, solver="liblinear", dual=True, tol=1e-2, max_iter=50)
        return OneVsRestClassifier(one)

    return Refitted(_encode(project), line, len(project.labels), growth=0.1, last=None)


def _boosting(project: Project) -> Contestant:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - heavy

    few = len(project.labels) < _FEW

    def trees() -> Any:  # noqa: ANN401 - of an untyped library
        rounds, rate = (100, 0.1) if few else (40, 0.15)
        return HistGradientBoostingClassifier(
            max_iter=rounds, learning_rate=rate, early_stopping=False, random_state=0
        )

    table = Table(project, ordinal=True)
    return Refitted(table, trees, len(project.labels), growth=0.1, last=None)


def _extra_trees(project: Project) -> Contestant:
    from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415 - heavy

    def trees() -> Any:  # noqa: ANN401 - of an untyped library
        return ExtraTreesClassifier(100, min_samples_leaf=2, n_jobs=1, random_state=0)

    table = Table(project, ordinal=True)
    return Refitted(table, trees, len(project.labels), growth=0.1, last=2000)


def _river_logistic(project: Project) -> Contestant:
    import numbers  # noqa: PLC0415 - beside its only user

    from river import compose, linear_model, multiclass, preprocessing  # noqa: PLC0415 - heavy

    scaled = compose.SelectType(numbers.Number) | preprocessing.StandardScaler()
    front = scaled + (compose.SelectType(str) | preprocessing.OneHotEncoder())
    line = linear_model.LogisticRegression()
    is_binary = len(project.labels) == 2  # noqa: PLR2004
    model = front | (line if is_binary else multiclass.OneVsRestClassifier(line))
    return River(model, project)


def _river_forest(project: Project) -> Contestant:
    from river import forest  # noqa: PLC0415 - heavy

    return River(forest.ARFClassifier(n_models=10, seed=0), project)
