"""Which kinds of voices an artifact may hold: these, and nothing else."""

from shared.model.state import ModelState
from shared.model.voices.boosted import BoostedVoice
from shared.model.voices.brought import BroughtVoice
from shared.model.voices.constant import ConstantVoice
from shared.model.voices.forest import ForestVoice
from shared.model.voices.linear import LinearVoice
from shared.model.voices.neighbours import NeighboursVoice
from shared.model.voices.network import NetworkVoice
from shared.model.voices.voice import Voice
from shared.model.voices.words import WordsVoice

_Linear = type[LinearVoice] | type[WordsVoice] | type[ConstantVoice]
_Bent = type[NeighboursVoice] | type[NetworkVoice]
_Fitted = type[ForestVoice] | type[BoostedVoice] | type[BroughtVoice]
KINDS: dict[str, _Linear | _Bent | _Fitted] = {
    kind.KIND: kind
    for kind in (
        *(LinearVoice, WordsVoice, ConstantVoice),
        *(NeighboursVoice, NetworkVoice),
        *(ForestVoice, BoostedVoice, BroughtVoice),
    )
}


def voice_from_state(state: ModelState) -> Voice:
    """The voice that `state` was taken of.

    Raises:
        ValueError, KeyError, TypeError: it is no voice.
    """
    kind = state.document["kind"]
    if kind not in KINDS:
        raise ValueError(f"a voice of kind {kind!r} is not known here")
    return KINDS[kind].from_state(state)
