"""Tables put together: rows in the order of their keys, whatever the files were."""

from __future__ import annotations

from pipeline.ingest.together import in_order


def test_a_column_in_pieces_whose_codes_differ_and_hold_a_missing_one_is_put_in_order() -> None:
    import pyarrow as pa

    for index in (pa.int8(), pa.int32()):
        pieces = [
            pa.DictionaryArray.from_arrays(pa.array([1, 0, None], index), pa.array(["b", "a"])),
            pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], index), pa.array(["c", None, "a"])),
        ]
        table = pa.table({"session_id": ["s6", "s5", "s4", "s3", "s2", "s1"], "code": pa.chunked_array(pieces)})
        ordered = in_order(table)
        assert ordered.column("session_id").to_pylist() == ["s1", "s2", "s3", "s4", "s5", "s6"]
        assert ordered.column("code").to_pylist() == ["a", None, "c", None, "b", "a"]
        assert ordered.column("code").type == table.column("code").type
