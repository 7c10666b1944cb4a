"""Every rule of the way in: its code, its unit, its policy, and how to mend what breaks it.

docs/data-rules.md is made from this table. A rule with a policy may be eased in params.yaml (`privacy.policies`); one
without always refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.base import options
from pipeline.base.errors import Problem
from pipeline.tables.remedies import NOWHERE, About, remedy_example

Unit = Literal["file", "header", "rows", "clients", "column", "sessions"]


@dataclass(frozen=True)
class Rule:
    """One rule: `what` is wrong when it is broken, counted in `unit`, how to `mend` it."""

    code: str
    name: str
    unit: Unit
    what: str
    mend: str
    policy: options.Policy | None = None


@dataclass(frozen=True)
class Finding:
    """A rule that is broken: where, by how many of its unit, and the first line of the file it stands on."""

    rule: str
    where: str
    rows: int = 0
    line: int = 0
    detail: str = ""
    about: About = NOWHERE

    def problem(self) -> Problem:
        """The finding as a problem to mend."""
        return rule_problem(self.rule, self.where, rows=self.rows, line=self.line, detail=self.detail, about=self.about)


GROUPS = {
    "B": "Bytes: is this a plain text file at all",
    "F": "Formats: Excel, SPSS, Stata, Parquet",
    "S": "Shape: header and width",
    "T": "Types: what a cell of a declared column may hold",
    "N": "Second net: what looks like an identifier",
    "I": "Ids: pseudonyms that can be guessed",
    "J": "Joins between raw files",
    "M": "Manifest: files frozen by `python -m pipeline manifest`",
    "K": "k-anonymity over clients",
    "V": "Validation of the canonical tables",
}


# fmt: off
RULES = (
    Rule("B01", "not_there", "file", "no such file in the sources' directory",
         "put it there, or mend its name in `sources`"),
    Rule("B02", "not_regular", "file", "not a regular file (a link, device, pipe or folder)",
         "put a plain copy in its place"),
    Rule("B03", "too_large", "file", "larger than privacy.max_file_mb", "check the file; raise the bound if it is right"),
    Rule("B04", "empty_file", "file", "empty", "export it again as UTF-8 CSV"),
    Rule("B05", "disguised", "file", "its first bytes are those of another format than its name says",
         "export it again as UTF-8 CSV"),
    Rule("B06", "not_utf8", "file", "not UTF-8 text",
         "export it again as UTF-8 CSV, or name its encoding in `sources`; Western Windows and Excel write windows-1252"),
    Rule("B07", "control_characters", "file", "holds control characters", "export it again as UTF-8 CSV"),
    Rule("B08", "newlines", "file", "mixes styles of line ends, or uses a lone carriage return",
         "export it again as UTF-8 CSV"),
    Rule("B09", "no_final_newline", "file", "its last line has no end; if it was cut off there, nobody can tell",
         "compare the number of rows with the export; `python -m pipeline manifest` makes a later cut known", "warn"),
    Rule("B10", "line_too_long", "file", "a line longer than 65,536 bytes", "check for a quote that is never closed"),
    Rule("B11", "wrong_encoding", "file", "not text of the encoding that `sources.read` names", "name the right one"),
    Rule("F01", "unreadable", "file", "cannot be read as what its name says", "save it again, or export it as CSV"),
    Rule("F02", "compressed_size", "file", "unpacks to far more than a table of this kind would",
         "export it again as UTF-8 CSV"),
    Rule("F03", "sheets", "file", "more than one sheet with data, or none of the name that `sources.read` gives",
         "name the sheet, or keep one"),
    Rule("F04", "formulas", "rows", "holds formulas in a column that is mapped", "paste them as values"),
    Rule("F05", "native_dates", "rows", "holds dates of the format's own", "replace calendar dates by days since intake"),
    Rule("F06", "unknown_format", "file", "no reader for this ending", "csv, tsv, xlsx, sav, dta or parquet"),
    Rule("F07", "merged_cells", "file", "holds merged cells: only the first of them has a value",
         "unmerge them and fill every cell"),
    Rule("F08", "extras", "file", "carries more than its table: nothing of it is read, but it lies in the file",
         "look whether it names anybody; save the file without it", "warn"),
    Rule("F09", "label_encoding", "file", "its text or labels are not in the encoding it declares", "name the right one"),
    Rule("S01", "header_duplicate", "header", "two columns share one header", "rename one of the two"),
    Rule("S02", "header_blank", "header", "a header is blank, or has spaces around it",
         "mend the header line; if it stands further down, say so under `read`: `skip`"),
    Rule("S03", "header_unmapped", "header", "not in any mapping of this file",
         "map it, list it under `ignore`, or let all that is not mapped be read past"),
    Rule("S04", "header_absent", "header", "a mapped header is not in the file",
         "mend the file, or its mapping in `sources`"),
    Rule("S05", "width", "rows", "more or fewer cells than the header",
         "look for stray separators and cut lines; if the headers stand further down, say so under `read`: `skip`"),
    Rule("S06", "quotes", "file", "quotes that do not enclose whole cells, or a line break inside a cell",
         "export it again as UTF-8 CSV"),
    Rule("S07", "no_rows", "file", "a header and no rows", "leave the source out of `sources`, or export it again"),
    Rule("S08", "separator", "file", "another separator in its header than the one expected",
         "say what separates them, in `sources`"),
    Rule("S09", "header_identifier", "header", "the header names an identifier",
         "remove it from the file before it comes here; or privacy.attested_headers"),
    Rule("S10", "heading_lines", "file", "more heading lines than one: titles above the headers, or questions below them",
         "say so in `sources`"),
    Rule("T01", "not_code", "rows", "not among the declared codes",
         "recode it, declare it under `codes`, or under `missing` if it means that nothing is known"),
    Rule("T02", "not_number", "rows", "not a plain number (like 12 or 3.5)",
         "mend the file, or declare a code for missing values"),
    Rule("T03", "not_whole", "rows", "not a whole number", "mend the file, or its mapping in `sources`"),
    Rule("T04", "not_id", "rows", "not of the declared id pattern",
         "mend the ids, put a letter before them, or declare their form"),
    Rule("T05", "not_band", "rows", "not a band (like 30-44, 90+ or under_15)",
         "recode it to bands, nothing finer above 90; or declare a code for missing values"),
    Rule("T06", "not_boolean", "rows", "not one of true, false, yes, no, 1, 0",
         "recode it to true and false, or declare a code for missing values"),
    Rule("T07", "required_missing", "rows", "missing where a value is required", "complete these rows or take them out"),
    Rule("T08", "spaces", "rows", "spaces around a value", "trim the cells"),
    Rule("T09", "id_as_number", "rows", "ids stored as numbers: leading zeros are lost",
         "store them as text, or put a letter before them"),
    Rule("T10", "not_checkbox", "rows", "neither checked nor unchecked", "mend the cells, or `yes` and `no` of the mapping"),
    Rule("T11", "label_conflict", "rows", "a recode says the opposite of the label that the file itself gives the code",
         "recode by the label, or mend the label in the file"),
    Rule("T12", "label_decides", "rows", "read by the label that the file gives the code, against the code itself",
         "look whether the labels are right", "warn"),
    Rule("T13", "label_unclear", "rows", "1 and 0 whose labels in the file are no yes and no: which is which is not guessed",
         "recode by label or code"),
    Rule("T14", "not_on_scale", "rows", "a rating outside its scale", "declare its scale, or a code for missing values"),
    Rule("N01", "email", "rows", "looks like an e-mail address", "remove it from the file before it comes here"),
    Rule("N02", "url", "rows", "looks like a web address", "remove it from the file before it comes here"),
    Rule("N03", "ssn", "rows", "looks like a social security number", "remove it from the file before it comes here"),
    Rule("N04", "phone", "rows", "looks like a phone number", "remove it from the file before it comes here"),
    Rule("N05", "ip_address", "rows", "looks like an IP address", "remove it from the file before it comes here"),
    Rule("N06", "handle", "rows", "looks like an @handle", "remove it from the file before it comes here"),
    Rule("N07", "date", "rows", "looks like a calendar date", "replace dates by whole days since intake"),
    Rule("N08", "excel_serial", "rows", "looks like a date in Excel's counting", "replace dates by whole days since intake"),
    Rule("N09", "street_address", "rows", "looks like an address, or a place on the map",
         "remove it from the file before it comes here"),
    Rule("N10", "record_number", "rows", "looks like a record, license or account number",
         "remove it from the file before it comes here"),
    Rule("N11", "long_text", "rows", "looks like free text", "take the column out of the file"),
    Rule("I01", "ids_numeric", "column", "purely numeric ids",
         "draw pseudonyms at random, or list the column in privacy.attested_ids if somebody vouches for them"),
    Rule("I02", "ids_sequential", "column", "ids that count upwards",
         "draw pseudonyms at random, or list the column in privacy.attested_ids if somebody vouches for them"),
    Rule("I03", "ids_dense", "column", "ids that fill a range of numbers",
         "draw pseudonyms at random, or list the column in privacy.attested_ids if somebody vouches for them"),
    Rule("I04", "ids_row_ordered", "column", "ids in the order of the rows",
         "shuffle the rows, or list the column in privacy.attested_ids if the ids were drawn at random"),
    Rule("I05", "ids_names", "rows", "ids of another form than nearly all others: names or record numbers?",
         "take them out, or list the column in privacy.attested_ids if somebody vouches for it"),
    Rule("I06", "ids_dates", "rows", "ids with a calendar date in them, as of birth or visit",
         "draw pseudonyms at random, or list the column in privacy.attested_ids if the digits are no dates"),
    Rule("I07", "ids_hashed", "rows", "hashes of small numbers, dates or names: whoever hashes those finds them",
         "draw pseudonyms at random, or hash with a secret key that is kept elsewhere"),
    Rule("I08", "ids_structured", "column", "ids that do not look drawn at random, as a whole",
         "draw pseudonyms at random (`python -m pipeline prepare` does), or attest that they tell nothing"),
    Rule("I09", "ids_registered", "column", "ids that are numbers of a register",
         "draw pseudonyms at random: whoever has the register finds the person"),
    Rule("I10", "ids_written_over", "column", "ids in which names or other text can be read", "draw pseudonyms at random"),
    Rule("I11", "ids_timed", "column", "ids that tell when they were given",
         "draw pseudonyms at random and shuffle the rows, or attest that they tell nothing"),
    Rule("J01", "join_key_repeated", "rows", "the joined file holds a key more than once", "keep one row a key"),
    Rule("J02", "join_key_absent", "rows", "no row of the joined file has this key", "complete the joined file", "warn"),
    Rule("J03", "join_row_unused", "rows", "of the joined file match no row", "check the keys of both files", "warn"),
    Rule("J04", "rows_unused", "rows", "of the file belong to no table", "check `rows` of this file's mappings", "warn"),
    Rule("J05", "cells_unused", "rows", "hold a value in a column that no mapping reads on rows of this kind",
         "check `rows` of this file's mappings; a rating or session may stand on the wrong row", "warn"),
    Rule("J06", "glue_collides", "rows", "ids glued from columns could be read in two ways (1 and 11, 11 and 1)",
         "put a separator between them"),
    Rule("J07", "rows_absent", "column", "a value under `rows` that no row has", "mend `rows` of the mapping", "warn"),
    Rule("J08", "order_tied", "rows", "sessions of one client and worker on one day: numbered by their ids",
         "map a session number if the order matters", "warn"),
    Rule("M01", "manifest_changed", "file", "not the file the manifest froze", "restore it, or freeze anew on purpose"),
    Rule("M02", "manifest_lost", "file", "in the manifest, but no longer there", "restore it, or freeze anew on purpose"),
    Rule("M03", "manifest_new", "file", "not in the manifest", "take it away, or freeze anew on purpose"),
    Rule("K01", "k_anonymity", "clients", "share their quasi-identifiers with fewer than k clients",
         "coarsen bands and codes", "refuse"),
    Rule("V01", "out_of_range", "rows", "a number outside its bounds",
         "see the bounds in data/README.md; mend rows or unit, or declare a code for missing values", "refuse"),
    Rule("V02", "duplicate_rows", "rows", "repeat an earlier row whole", "take the copies out", "refuse"),
    Rule("V03", "duplicate_keys", "rows", "share their key with a row of other content", "keep the right one", "refuse"),
    Rule("V04", "orphans", "rows", "point at a row that is not there",
         "complete the other table, or write ids alike in both (capitals, leading zeros)", "refuse"),
    Rule("V05", "day_missing", "rows", "no day, in a study that has days", "complete the days", "refuse"),
    Rule("V06", "day_backwards", "rows", "an earlier day than a session with a lower number",
         "mend day or number", "refuse"),
    Rule("V07", "session_number_repeated", "rows", "the same client, worker and session number",
         "number them anew", "refuse"),
    Rule("V08", "session_order_unknown", "rows", "the same client, worker and session number, and no day to order them by",
         "number them anew", "warn"),
    Rule("V09", "two_agencies", "rows", "one client in two agencies on one day", "mend worker, agency or day", "refuse"),
    Rule("V10", "rating_without_attendance", "rows", "rate a session that did not take place",
         "mend attendance, or have such ratings set aside", "refuse"),
    Rule("V11", "item_out_of_scale", "rows", "an answer outside the instrument's scale",
         "declare the codes of missing answers (99, -9 ...) in the source, or mend the answers", "refuse"),
    Rule("V12", "item_not_whole", "rows", "an answer between two whole numbers", "mend the answers", "refuse"),
    Rule("V13", "item_base", "column", "answers of a scale that starts one lower or higher", "recode, or measures.scales"),
    Rule("V14", "straight_lining", "rows", "one answer for all items, reversed ones too", "look at these ratings", "warn"),
    Rule("V15", "constant_column", "column", "the same value on every row", "check the export and the mapping", "warn"),
    Rule("V16", "no_rows_left", "column", "no rows are left in this table", "see what was set aside, and why"),
    Rule("V17", "worker_missing", "rows", "no worker, though the session took place",
         "complete the worker; it may be blank only where nobody came", "refuse"),
    Rule("V18", "days_not_from_intake", "clients", "whose first session is far from the day of intake, as most clients' are",
         "count `day` from each client's own intake (no day of the year, no one date for all); if it is, ease the rule",
         "refuse"),
    Rule("V19", "several_agencies", "clients", "seen by workers of more than one agency, or of another than their own",
         "look whether agency ids mean the same in both tables", "warn"),
    Rule("V20", "empty_column", "column", "mapped, and without one value", "check the export and the mapping", "warn"),
    Rule("V21", "score_out_of_range", "rows", "a kept score that the instrument cannot give",
         "say whether kept scores are sums or means of the items, and declare codes of missing ones", "refuse"),
)
# fmt: on
BY_NAME = {rule.name: rule for rule in RULES}


def policy_of(name: str, chosen: Mapping[str, options.Policy]) -> options.Policy:
    """What happens when a rule is broken: the study's choice, else the rule's default, else refuse."""
    rule = BY_NAME[name]
    return "refuse" if rule.policy is None else chosen.get(name, rule.policy)


def rule_problem(
    name: str, where: str, *, rows: int = 0, line: int = 0, detail: str = "", about: About = NOWHERE
) -> Problem:
    """The problem a broken rule makes; `rows` counts its unit, `line` is the first line it stands on.

    Rules of files stand at the file itself, so that `where` is its name.
    """
    rule = BY_NAME[name]
    counted = [f"{rows:,} {rule.unit.removesuffix('s')}{'s' * (rows != 1)}"] if rows else []
    first = [f"first on line {line:,}"] if line else []
    extra = "; ".join([detail] * bool(detail) + [", ".join(counted + first)] * bool(counted))
    known = replace(about, file=about.file or where) if rule.unit == "file" else about
    mend = rule.mend + "".join(f"\n        {line}" for line in remedy_example(name, known).splitlines())
    return Problem(where, f"{rule.what} ({extra})" if extra else rule.what, mend, rule.code, rows)
