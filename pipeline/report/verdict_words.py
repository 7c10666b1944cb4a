"""Every verdict as a reader meets it: its word, its mark, its tone, and what it means in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.base.options import Verdict
from pipeline.report.blocks import Chip
from pipeline.report.claims import Claim

CHIPS: Mapping[Verdict, Chip] = {
    "supported": Chip(
        "Supported",
        "tick",
        "held",
        "Clear of chance after correction, in the predicted direction, and it held against every attempt that decides.",
    ),
    "suggestive": Chip(
        "Suggestive", "ring", "held", "The same, but exploratory, or a number of which not all can be asked."
    ),
    "practically zero": Chip(
        "Practically zero", "null", "zero", "Any difference is smaller than the one the authors said would matter."
    ),
    "inconclusive": Chip("Inconclusive", "ask", "open", "The data settle neither yes nor no."),
    "no direction can be claimed": Chip(
        "No direction",
        "swap",
        "doubt",
        "A lasting hidden cause, or ratings that bring the advocacy, would show the same.",
    ),
    "fragile": Chip("Fragile", "frag", "doubt", "Clear at first, gone once an attempt that decides is made."),
    "not specific to being there": Chip(
        "Not specific", "same", "doubt", "Advocacy without the client goes with the rating as much."
    ),
    "opposite": Chip("Opposite", "cross", "against", "Clear, and against the prediction."),
    "not estimable": Chip("Not estimable", "dash", "open", "The data lack something that a number would need."),
    "could not be computed": Chip("Not computed", "gap", "open", "Something failed on the way to a number."),
}


NONE_PREDICTED: Mapping[Verdict, str] = {
    "supported": "None was predicted, and any difference is smaller than the one the authors said would matter.",
    "suggestive": "None was predicted, and none that would matter is seen; it needs data of its own.",
    "opposite": "None was predicted, and one is clear.",
}


def chip_of(claim: Claim) -> Chip:
    """The mark of a claim's verdict, with what it means of this claim."""
    chip = CHIPS[claim.verdict]
    gloss = NONE_PREDICTED.get(claim.verdict) if claim.spec.predicted == "none" else None
    return replace(chip, gloss=gloss) if gloss else chip


def chips_of(claims: Iterable[Claim]) -> tuple[Chip, ...]:
    """The marks of these claims' verdicts, each once, in the order of the key."""
    ordered = sorted(claims, key=lambda claim: list(CHIPS).index(claim.verdict))
    return tuple(dict.fromkeys(chip_of(claim) for claim in ordered))


def other_chips(verdicts: Iterable[Verdict]) -> tuple[Chip, ...]:
    """The chips of the verdicts that are not among these."""
    used = set(verdicts)
    return tuple(chip for verdict, chip in CHIPS.items() if verdict not in used)
