"""The planned courses that make.R is given: `python -m tests.reference.planning.make_data` writes the CSV file beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.planning.design import PlannedDesign, draw

HERE = Path(__file__).parent
DESIGNS = (
    PlannedDesign(8, 6, 8),
    PlannedDesign(12, 5, 6, rate=0.8, missed=0.15),
    PlannedDesign(20, 4, 10, rate=0.3, dropout=0.05),
)


def table() -> pd.DataFrame:
    parts = []
    for number, design in enumerate(DESIGNS):
        drawn = draw(design, 7)
        client, session = np.nonzero(drawn.rated & (drawn.rated.sum(axis=1) >= 2)[:, None])
        columns = {"client": client, "worker": drawn.worker[client], "session": session, "dose": drawn.dose[client, session]}
        parts.append(pd.DataFrame({"design": number, **columns}))
    return pd.concat(parts)


if __name__ == "__main__":
    table().to_csv(HERE / "courses.csv", index=False)
