"""From what a project file says to an estimator that has not learned yet."""

from collections.abc import Mapping
from importlib import import_module
from inspect import isclass, signature
from typing import Any

from shared.errors import Misconfigured
from shared.project import Expert

_SEEDS = ("random_state", "seed")


def make(expert: Expert) -> Any:  # noqa: ANN401 - of any library
    """The estimator; what it would draw at random is drawn from a fixed seed.

    Raises:
        Misconfigured: there is no such classifier, or it does not take these parameters.
    """
    try:
        made = _made(expert.model, expert.parameters)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise Misconfigured(f"experts: {expert.name}: {error}") from error
    if not (_learns_batches(made) or _learns_singly(made)):
        raise Misconfigured(
            f"experts: {expert.name}: {expert.model} is no classifier: it has neither `fit` with "
            "`predict_proba` or `decision_function`, nor `learn_one` with `predict_proba_one`"
        )
    return made


def _made(path: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
    module, _, name = path.rpartition(".")
    found = getattr(import_module(module), name)
    if not isclass(found):
        raise TypeError(f"{path} is no class")
    given = {key: _filled(value) for key, value in parameters.items()}
    known = signature(found).parameters
    seeds = {seed: 0 for seed in _SEEDS if seed in known and given.get(seed) is None}
    return found(**given | seeds)


def _filled(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value, models in it made."""
    if isinstance(value, dict):
        if "model" in value and value.keys() <= {"model", "parameters"}:
            return _made(str(value["model"]), value.get("parameters", {}))
        return {key: _filled(inner) for key, inner in value.items()}
    return [_filled(inner) for inner in value] if isinstance(value, list) else value


def _learns_batches(made: object) -> bool:
    answers = hasattr(made, "predict_proba") or hasattr(made, "decision_function")
    return hasattr(made, "fit") and answers


def _learns_singly(made: object) -> bool:
    return hasattr(made, "learn_one") and hasattr(made, "predict_proba_one")
