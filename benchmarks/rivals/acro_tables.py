"""`python acro_tables.py <folder>`: ACRO's verdict on each cell of the tables in job.json, in an environment of its own.

ACRO 1.0.2 wants pandas 2: `python -m venv ... && pip install acro==1.0.2`, and that python. Its parameters are its defaults
(threshold 10, zeros disclosive, n-k and p% rules for means). Writes verdicts.json: a table's
cells with the checks they do not pass.
"""

import json
import logging
import sys
import warnings
from pathlib import Path

import pandas as pd
from acro import ACRO


def main(folder: Path) -> None:
    warnings.filterwarnings("ignore")
    session = ACRO(suppress=False)
    logging.disable(logging.CRITICAL)
    verdicts = []
    for job in json.loads((folder / "job.json").read_text()):
        data = pd.read_csv(folder / job["file"], dtype={job["row"]: str, job["column"]: str})
        kind = {"values": data[job["mean"]], "aggfunc": "mean"} if job["mean"] else {"margins": True}
        table = session.crosstab(data[job["row"]], data[job["column"]], **kind)
        record = list(session.results.results.values())[-1]
        found = {}
        for check, cells in record.sdc["cells"].items():
            for row, column in cells:
                found.setdefault(f"{table.index[row]}|{table.columns[column]}", []).append(check)
        verdicts.append(found)
    (folder / "verdicts.json").write_text(json.dumps(verdicts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
