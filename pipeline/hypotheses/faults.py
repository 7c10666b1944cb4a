"""A defect as a reason: which error struck where in the code, without its message, which may carry a value from the data."""

from __future__ import annotations

import traceback
from pathlib import Path

from pipeline.results.reason import Reason, reason


def defect_reason(error: Exception) -> Reason:
    """The reason `defect`: the type of the error and the last place in this package it passed."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "pipeline" in Path(frame.filename).parts]
    last = frames[-1] if frames else None
    at = f"{'/'.join(Path(last.filename).parts[-2:])}:{last.lineno}" if last else "no place in the pipeline"
    return reason("defect", error=type(error).__name__, at=at)
