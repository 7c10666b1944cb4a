"""The sections of the report, one a file: each turns a study into blocks; `document.SECTIONS` has their order."""
