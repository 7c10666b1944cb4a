"""The codebook: the canonical tables and the rules of the way in as Markdown, from the one place each is declared."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.tables.canonical import by_name, ratings
from pipeline.tables.column import CODES_SEPARATOR, Column, Table
from pipeline.tables.rules import GROUPS, RULES, Rule

KINDS = {
    "id": "pseudonym",
    "code": "code",
    "codes": f"codes joined by `{CODES_SEPARATOR}`",
    "band": "band",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}
HEAD = """# The canonical tables

Made by `python -m pipeline codebook` from `pipeline/tables/canonical.py`; do not edit. Whatever a site calls its columns,
`sources:` in params.yaml maps them to these names. **Bold** columns are required; all others may be left out. Days are whole
days since the client's intake: no calendar date comes in. Nothing below this folder is kept in git, and every file is
readable by its owner alone.
"""
RULES_HEAD = """# The rules of the way in

Made by `python -m pipeline codebook` from `pipeline/tables/rules.py`; do not edit. A message gives a rule's code, the file,
the column's position and mapped name, how many rows break it and how to mend it. It never shows a value from the data.

A rule with a policy may be eased in params.yaml: `privacy: {policies: {<name>: refuse | quarantine | warn}}`. `refuse` stops
before anything is written, `quarantine` sets the rows aside and counts them, `warn` counts them and goes on. Rules without a
policy always refuse.

A refused batch leaves `data/quarantine_report.csv`: the same problems as a table (stage, code, where, what, rows, mend), to
hand to whoever keeps the data. The next batch that passes removes it; where DVC restores what it has run before instead,
`python -m pipeline check` does, and so does `make study`.

I07 tries the numbers 0 to 9,999, as they are and filled with zeros to two to six digits, by MD5, SHA-1 and SHA-256. It knows
no larger numbers, no names, no text put before the number: a hash is a pseudonym only with a secret key.

DVC reads the raw files' folder itself before it runs ingest, and waits without end at a pipe or a link to a device that lies
there: if `dvc repro` seems to hang, `python -m pipeline check` says what is wrong with the folder (B02).
"""


def codebook() -> str:
    """data/README.md: every canonical table with its columns."""
    example = ratings("<instrument>", 1, 0, 0)
    tables = [*by_name().values(), example]
    return "\n".join([HEAD, *(_section(table) for table in tables)])


def codebook_rows(table: type[Table]) -> list[dict[str, str]]:
    """One entry a column, ready to print: name, type, allowed, unit, description (also the report's appendix)."""
    return [
        {
            "column": name,
            "type": KINDS[column.kind],
            "dtype": column.dtype,
            "allowed": allowed_values(column),
            "unit": column.unit,
            "required": "yes" if column.required else "",
            "description": column.description,
        }
        for name, column in table.columns.items()
    ]


def allowed_values(column: Column) -> str:
    """What a cell of a column may hold, in words."""
    if column.codes:
        return ", ".join(column.codes) + ("" if column.closed else " (a study may declare more)")
    if column.kind == "number" and column.low == column.high and column.low is not None:
        return "the instrument's scale"
    if column.low is not None:
        return f"{column.low:g} to {column.high:g}"
    return {"id": "privacy.id_pattern", "band": "30-44, 90+, under_15", "boolean": "true, false"}.get(column.kind, "")


def data_rules() -> str:
    """docs/data-rules.md: every rule with its code, policy and mending."""
    parts = [RULES_HEAD]
    for letter, title in GROUPS.items():
        group = [rule for rule in RULES if rule.code.startswith(letter)]
        body = _table(("code", "name", "broken when", "counts", "policy", "how to mend"), (_cells(rule) for rule in group))
        parts.append(f"## {title}\n\n{body}")
    return "\n".join(parts)


def _cells(rule: Rule) -> tuple[str, ...]:
    return (rule.code, f"`{rule.name}`", rule.what, rule.unit, rule.policy or "always refuses", rule.mend)


def _section(table: type[Table]) -> str:
    lines = []
    for entry in codebook_rows(table):
        name = f"**{entry['column']}**" if entry["required"] else entry["column"]
        if entry["column"] == "item_1":
            name = "**item_1 ... item_k**"
        lines.append((name, entry["type"], entry["dtype"], entry["allowed"], entry["unit"], entry["description"]))
    key = ", ".join(table.key())
    body = _table(("column", "type", "dtype", "allowed", "unit", "what it is"), lines)
    return f"## {table.name}\n\n{table.__doc__} Key: {key}.\n\n{body}"


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *body]) + "\n"
