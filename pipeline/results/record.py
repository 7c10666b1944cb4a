"""What all records share: frozen, nothing unknown, nothing that is no finite number; the same record back from its JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record. `model_dump_json` and `model_validate_json` are its only way out and in."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
