"""What all records share: frozen, nothing unknown, nothing that is no finite number; the same record back from its JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Record(BaseModel):
    """A frozen record. `model_dump_json` and `model_validate_json` are its only way out and in."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Sparse(Record):
    """A record of which most is not there: what is None is left out of its JSON."""

    @model_serializer(mode="wrap")
    def _what_is_there(self, whole: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {name: value for name, value in whole(self).items() if value is not None}
