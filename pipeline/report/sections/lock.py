"""The plan and the lock: what was fixed beforehand, and everything that differs since."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.report.blocks import Bullets
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.results.verdict import Declared

UNLOCKED = "The confirmatory hypotheses were not locked before outcomes were looked at, or no lock was recorded."


def build(material: Material) -> Built:
    """What the lock says."""
    met = ("JARS-Quant Deviations", "JARS-Quant Registration") if material.verdicts.lock.locked else ()
    return Built((Bullets(lock_deviations(material)),), met)


def lock_deviations(material: Material) -> tuple[str, ...]:
    """Whether the confirmatory hypotheses were locked beforehand, and every difference since."""
    lock, shorts = material.verdicts.lock, {claim.name: claim.short for claim in material.claims}
    if not lock.locked:
        return (UNLOCKED,)
    said = [f"The confirmatory hypotheses were locked on {lock.date} (SHA-256 {str(lock.sha256)[:16]}…)."]
    if lock.outcomes_seen_before:
        said.append("Outcomes had been looked at before the lock.")

    def cleared(text: str) -> str:
        return material.gate.text(text, "lock")

    said += [f"{shorts.get(name, name)}: {cleared(text)}" for name, texts in lock.deviations.items() for text in texts]
    said += list(lock.notes)
    said += [f"Declared on {one.date} for {_named(one, shorts)}: {cleared(one.why)}" for one in lock.declared]
    said += [f"Unlocked on {one.unlocked}: {cleared(one.why)}" for one in lock.history]
    return tuple(said) if len(said) > 1 else (*said, "Nothing has been changed since.")


def _named(one: Declared, shorts: Mapping[str, str]) -> str:
    return shorts.get(one.hypothesis, one.hypothesis)


SECTION = Planned("lock", "The plan, the lock, and what differs from it", "appendix", build, "Plan and lock")
