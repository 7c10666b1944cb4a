"""Makes wai_sessions/: files of our own, shaped like the foreign study's. `python -m tests.foreign.make_files`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

LABELS = ("Never", "Rarely", "Occasionally", "Sometimes", "Often", "Very Often", "Always")
REVERSED = {1, 3, 7, 9, 10, 11, 12, 15, 20, 27, 29, 31, 33, 34}
SUBSCALES = {
    "task": (2, 4, 7, 11, 13, 15, 16, 18, 24, 31, 33, 35),
    "bond": (1, 5, 8, 17, 19, 20, 21, 23, 26, 28, 29, 36),
    "goal": (3, 6, 9, 10, 12, 14, 22, 25, 27, 30, 32, 34),
}
THERAPISTS = ("therapist_calm", "therapist_brisk", "therapist_plain")
PATIENTS, SESSIONS, SEED = 6, 3, 20261122
PAIRINGS = 24  # more than there are pairs: some patients meet the same therapist anew, session numbers starting over
UNUSED = 2  # the last pairings were never held


def main() -> None:
    """Write the three files."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    pairings, wai, srs = ["pairing_id,therapist_id,patient_id"], [_wai_header()], [_SRS_HEADER]
    for pairing in range(1, PAIRINGS + 1):
        patient, therapist = 1 + (pairing - 1) % PATIENTS, THERAPISTS[(pairing - 1) // PATIENTS % len(THERAPISTS)]
        pairings.append(f"{pairing},{therapist},{patient}")
        if pairing > PAIRINGS - UNUSED:
            continue
        level = rng.normal(4 + 0.3 * (pairing % 3), 0.8)
        for session in range(1, int(rng.integers(1, SESSIONS + 1)) + 1):
            wai.append(_wai_row(pairing, session, level + 0.2 * session, rng))
            marks = np.clip(np.round(rng.normal(level * 10 / 7, 1.5, 4), 1), 0, 10)
            srs.append(f"{pairing},{session},{','.join(f'{mark:.1f}' for mark in marks)}")
    folder = Path(__file__).parent / "wai_sessions"
    for name, lines in (("simulation_pairings", pairings), ("survey_wai_logs", wai), ("survey_srs_logs", srs)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


_SRS_HEADER = "pairing_id,session_id,relationship,goals_and_topics,approach_or_method,overall"


def _wai_header() -> str:
    items = ",".join(f"question{item}" for item in range(1, 37))
    return f"pairing_id,session_id,{items},total_wai_task,total_wai_bond,total_wai_goal,composite_wai"


def _wai_row(pairing: int, session: int, level: float, rng: np.random.Generator) -> str:
    scored = {item: int(np.clip(np.round(rng.normal(level, 1)), 1, 7)) for item in range(1, 37)}
    answers = [LABELS[(8 - scored[item] if item in REVERSED else scored[item]) - 1] for item in range(1, 37)]
    totals = [sum(scored[item] for item in items) for items in SUBSCALES.values()]
    return ",".join(map(str, [pairing, session, *answers, *totals, sum(totals)]))


if __name__ == "__main__":
    main()
