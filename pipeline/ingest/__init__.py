"""The way in: strict readers, column mapping, the de-identification gate. See PRIVACY's rules in docs/data-rules.md."""

from pipeline.ingest.declared import check_params

__all__ = ["check_params"]
