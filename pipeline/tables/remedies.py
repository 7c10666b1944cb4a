"""The two lines that mend what a rule refuses: of params.yaml, or a command; filled with the place, never with data.

`<file>`, `<source>`, `<column>` and `<header>` stand for the place that broke the rule; what is not known stays an example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """What an example is filled with: a file, a key of `sources` (`tables.clients`), a canonical column, headers.

    `example` is a whole example in place of the rule's, where the place knows better.
    """

    file: str = ""
    source: str = ""
    column: str = ""
    headers: str = ""
    example: str = ""


NOWHERE = About()
PLACES = {"file": "wai.csv", "source": "tables.clients", "column": "gender", "headers": "client, visit"}
OWN = {  # rules whose example is about one column as a rule
    "not_id": "client_id",
    "id_as_number": "client_id",
    "not_band": "age_band",
    "not_boolean": "mandated",
    "not_checkbox": "barriers",
    "label_conflict": "mandated",
    "label_decides": "mandated",
    "label_unclear": "mandated",
    "not_number": "duration_min",
    "not_whole": "day",
    "not_on_scale": "empathy_client",
    "out_of_range": "day",
    "glue_collides": "session_id",
}

ANEW = "python -m pipeline start FILES"  # reads the file as people have it, and says how in `sources:`
PREPARED = (
    "python -m pipeline prepare FILES --client ID --keep COLUMNS\n# from outside the project; docs/own-data.md has the rest"
)
COMMAND = "python -m pipeline prepare FILES --client ID --keep COLUMNS"
WITHOUT = f"{COMMAND}\n# a column that --keep does not name is left behind"
DAYS = "python -m pipeline prepare FILES --client ID --intake DATE --date DATE\n# whole days since intake, and no date"
ENCODING = 'sources:\n  read: { "<file>": { encoding: windows-1252 } }'
LABELS = "# under sources.<source>\nrecode: { <column>: { Ordered: true, Voluntary: false } }"
EXPORT = (
    "# Excel: Save As, CSV UTF-8; or the workbook, .sav or .dta\nsources:\n  tables: { clients: { file: clients.xlsx } }"
)
MISSING = '# under sources.<source>\nmissing: { <column>: ["", "NA", "."] }'
ATTEST = f"{PREPARED}\nprivacy: {{ attested_ids: [<column>] }} # or this, if somebody vouches for them"
DRAW = PREPARED
MANIFEST = "python -m pipeline manifest"
EASED = "privacy:\n  policies: { <rule>: quarantine }"
WARNED = "privacy:\n  policies: { <rule>: warn }"
KEPT = f"{EASED} # sets these rows aside, and counts them"
LOOKED = f"{WARNED} # the default: said, and gone on; refuse stops there"

EXAMPLES: Mapping[str, str] = {
    "not_there": "sources:\n  tables: { sessions: { file: [sessions_2023.csv, sessions_2024.csv] } } # one, or several",
    "not_regular": "cp -L FILE data/raw/mine/ # a copy, no link",
    "too_large": "privacy:\n  max_file_mb: 8192",
    "empty_file": EXPORT,
    "disguised": EXPORT,
    "not_utf8": ENCODING,
    "control_characters": EXPORT,
    "newlines": EXPORT,
    "no_final_newline": MANIFEST,
    "line_too_long": EXPORT,
    "wrong_encoding": ENCODING,
    "unreadable": EXPORT,
    "compressed_size": EXPORT,
    "sheets": 'sources:\n  read: { "<file>": { sheet: "Data" } }',
    "formulas": "# Excel: copy the column, Paste Special, Values; or read past it\nignore: [HEADER]",
    "native_dates": DAYS,
    "unknown_format": EXPORT,
    "merged_cells": "# Excel: select the sheet, Merge & Center off, fill every cell; or skip the merged titles\n"
    'sources: { read: { "<file>": { skip: 2 } } }',
    "extras": f"# Excel: File, Inspect Document; SPSS: DROP DOCUMENTS; or leave it all behind:\n{COMMAND}",
    "label_encoding": ENCODING,
    "header_duplicate": "# in the file: a name of its own for each column, such as\n# day, day_2",
    "header_blank": 'sources:\n  read: { "<file>": { skip: 1 } } # if the headers stand further down',
    "header_unmapped": "# under sources.<source>\nignore_others: true",
    "header_absent": "# under sources.<source>\ncolumns: { <column>: HEADER } # as the file's first line has it",
    "width": 'sources:\n  read: { "<file>": { skip: 2 } } # if the headers stand further down',
    "quotes": EXPORT,
    "no_rows": ANEW,
    "separator": 'sources:\n  read: { "<file>": { separator: ";", decimal: "," } }',
    "header_identifier": f"{COMMAND}\nprivacy: {{ attested_headers: [HEADER] }} # or this, if it only sounds so",
    "heading_lines": 'sources:\n  read: { "<file>": { skip: 2 } }',
    "not_code": '# under sources.<source>\nrecode: { <column>: { "1": CODE, "2": CODE, "9": null } }\n'
    'missing: { <column>: ["", "NA"] }',
    "not_number": MISSING,
    "not_whole": MISSING,
    "not_id": "# under sources.<source>\ncolumns: { <column>: { columns: [HEADER], prefix: C } }\n"
    'privacy: { id_patterns: { <column>: "[0-9]{5}" } } # or this',
    "not_band": '# under sources.<source>\nrecode: { <column>: { "1": 18-29, "2": 30-44, "9": null } }',
    "not_boolean": '# under sources.<source>\nrecode: { <column>: { "1": true, "2": false, "9": null } }',
    "required_missing": "# in the file: fill the cell or take the row out; or map another\ncolumns: { <column>: HEADER }",
    "spaces": "# Excel: =TRIM(cell), then paste as values; a cell of spaces alone can be declared missing\n"
    'missing: { <column>: ["", " "] }',
    "id_as_number": "# under sources.<source>\ncolumns: { <column>: { columns: [HEADER], prefix: C } }",
    "not_checkbox": '# under sources.<source>, columns\n<column>: { checked: { b_1: housing }, yes: ["X"], no: ["", "-"] }',
    "label_conflict": LABELS,
    "label_decides": LABELS,
    "label_unclear": LABELS,
    "not_on_scale": '# under sources.<source>\nscales: { <column>: [-3, 3] }\nmissing: { <column>: ["", "NA"] }',
    "email": WITHOUT,
    "url": WITHOUT,
    "ssn": WITHOUT,
    "phone": WITHOUT,
    "ip_address": WITHOUT,
    "handle": WITHOUT,
    "date": DAYS,
    "excel_serial": DAYS,
    "street_address": WITHOUT,
    "record_number": WITHOUT,
    "long_text": WITHOUT,
    "ids_numeric": ATTEST,
    "ids_sequential": ATTEST,
    "ids_dense": ATTEST,
    "ids_row_ordered": ATTEST,
    "ids_names": ATTEST,
    "ids_dates": ATTEST,
    "ids_hashed": DRAW,
    "ids_structured": ATTEST,
    "ids_registered": DRAW,
    "ids_written_over": DRAW,
    "ids_timed": ATTEST,
    "join_key_repeated": "# under sources.<source>: a key of two columns\njoins: [{ file: <file>, key: [client, year] }]",
    "join_key_absent": "# under sources.<source>\njoins: [{ file: <file>, key: CLIENT, other_key: ITS_NAME_THERE }]",
    "join_row_unused": "# under sources.<source>\njoins: [{ file: <file>, key: CLIENT, other_key: ITS_NAME_THERE }]",
    "rows_unused": "# under the source that should read them\nrows: { redcap_repeat_instrument: [visit] }",
    "cells_unused": "# under the source that should read them\nrows: { redcap_repeat_instrument: [visit] }",
    "glue_collides": '# under columns; a pattern of its own in privacy.id_patterns must hold "_", or go\n'
    '<column>: { columns: [<headers>], separator: "_" }',
    "rows_absent": "# under the source: the cells as the file has them\nrows: { redcap_repeat_instrument: [visit] }",
    "order_tied": "# under sources.tables.sessions\ncolumns: { session_number: HEADER }",
    "manifest_changed": MANIFEST,
    "manifest_lost": MANIFEST,
    "manifest_new": MANIFEST,
    "k_anonymity": "# under sources.tables.clients: fewer, wider groups; or take the column out of `columns`\n"
    'recode: { age_band: { "18-29": 18-44, "30-44": 18-44 } }',
    "out_of_range": '# under sources.<source>\nmissing: { <column>: ["", "999", "-99"] }',
    "duplicate_rows": KEPT,
    "duplicate_keys": KEPT,
    "orphans": KEPT,
    "day_missing": KEPT,
    "day_backwards": KEPT,
    "session_number_repeated": "# under sources.tables.sessions: by day\ncolumns: { session_number: { order_of: DAY } }",
    "session_order_unknown": "# under sources.tables.sessions\ncolumns: { session_number: HEADER }",
    "two_agencies": WARNED,
    "rating_without_attendance": KEPT,
    "item_out_of_scale": '# under the source in sources.ratings\nmissing: { items: ["", "99", "-9"] }',
    "item_not_whole": KEPT,
    "item_base": "measures:\n  scales: { <instrument>: [0, 4] } # as its answers were coded",
    "straight_lining": KEPT,
    "constant_column": LOOKED,
    "no_rows_left": f"{ANEW}\n# or the file anew, or the policies under `privacy`",
    "worker_missing": KEPT,
    "days_not_from_intake": f"{DAYS.splitlines()[0]}\nprivacy: {{ policies: {{ <rule>: warn }} }} # or this",
    "several_agencies": LOOKED,
    "empty_column": LOOKED,
    "score_out_of_range": "# under the source in sources.ratings\nscores: { total: wai_total }\nscored: sum",
}


def remedy_example(rule: str, about: About = NOWHERE) -> str:
    """The lines that mend a broken rule at one place."""
    known = {"rule": rule, "instrument": "wai_sr", **PLACES, "column": OWN.get(rule, PLACES["column"])}
    known |= {name: text for name in PLACES if (text := getattr(about, name))}
    return re.sub(r"<(\w+)>", lambda place: known[place[1]], about.example or EXAMPLES[rule])
