"""The picture of the explanation: what each method breaks, and what it costs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.certificate.outcome import Promise
from benchmarks.certificate.rows import PEERS, PRODUCT, PROTOTYPE, STREAMS, Play

PICTURE = Path("docs/images/certificate.png")

_METHODS = (PRODUCT, PROTOTYPE, *PEERS)
_COLOURS = ("#0b6e4f", "#7fb69e", "#b35c1e", "#d1a054", "#8d6a9f")
_MARKS = ("o", "s", "^", "v", "D")
_SIZE = (9.5, 4.2)


def draw(plays: Mapping[tuple[str, str], Sequence[Play]]) -> None:
    """Write the picture into docs/images."""
    mpl.rcParams.update({"font.size": 9, "svg.hashsalt": "handraise"})
    figure = Figure(figsize=_SIZE, dpi=130, layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    places = range(len(STREAMS), 0, -1)
    for method, colour, mark in zip(_METHODS, _COLOURS, _MARKS, strict=True):
        look = {"color": colour, "marker": mark, "linestyle": "none", "label": method}
        played = [plays[row.name, method] for row in STREAMS]
        left.plot([100 * _broken(each) for each in played], places, **look)
        right.plot([100 * fmean(p.reviews for p in each) for each in played], places, **look)
    oracle = [100 * fmean(p.oracle for p in plays[row.name, PRODUCT]) for row in STREAMS]
    right.plot(oracle, places, "|", color="black", markersize=12, label="oracle")
    left.axvline(100 * Promise().delta, color="black", linewidth=0.8)
    left.set(xscale="symlog", xlim=(-0.5, 110), xticks=[0, 1, 5, 20, 100])
    left.set_xticklabels(["0", "1", "δ = 5", "20", "100"])
    _finish(left, "blocks that broke the promise, %")
    right.set_xlim(0, 100)
    _finish(right, "events that people saw, %")
    left.set_yticks(list(places), [row.name for row in STREAMS])
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=6)
    figure.savefig(PICTURE, metadata={"Software": None})


def _finish(axes: Any, title: str) -> None:  # noqa: ANN401 - matplotlib is not always at hand
    axes.set_title(title, fontsize=10)
    axes.grid(axis="both", linewidth=0.3)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _broken(played: Sequence[Play]) -> float:
    return sum(each.broken for each in played) / sum(each.blocks for each in played)
