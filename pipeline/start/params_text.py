"""params.yaml with another `sources:` and only some hypotheses; every other line, comments included, stays as it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pipeline.prepare.plan import Preparation
from pipeline.start.result import Tree

WIDTH = 120


def with_section(text: str, name: str, block: str) -> str:
    """The text with the lines of one top-level section replaced; comments before the next section stay with it."""
    start, end = _section(text, name)
    return text[:start] + block + text[end:]


def section_of(text: str, name: str) -> str:
    """The lines of one top-level section."""
    start, end = _section(text, name)
    return text[start:end]


def mark_of(text: str) -> str:
    """A short digest of the hypotheses as they stand: tells whether somebody has changed them since."""
    return hashlib.sha256(section_of(text, "hypotheses").strip().encode()).hexdigest()[:16]


def base_of(text: str, first: str, mark: str) -> str:
    """What a further set-up starts from: the text, with the hypotheses as they were before the first one.

    Only where nobody has touched them since the last set-up wrote them (`mark`): what it left out may be carried now.
    """
    if not first or not mark or mark_of(text) != mark:
        return text
    return with_section(text, "hypotheses", section_of(first, "hypotheses"))


def section_yaml(name: str, tree: Tree, comment: str = "") -> str:
    """A section as YAML text: short mappings on one line, as a person would write them."""
    lines = [f"{name}:" + (f" # {comment}" if comment else "")]
    return "\n".join([*lines, *_lines(tree, 1)]) + "\n\n"


def plan_text(plan: Preparation) -> str:
    """A plan for prepare as the YAML that `--plan` takes: what is set in it, in the order of its keys."""
    set_keys = plan.model_dump(mode="json", exclude_defaults=True)
    lists = [value for value in set_keys.values() if isinstance(value, list)]
    files = {str(name).rpartition(":")[0] for names in lists for name in names}
    text = "".join(f"{name}: {_flow(value)}\n" for name, value in set_keys.items())
    return text.replace(f"{files.pop()}:", "") if len(files) == 1 else text


def with_study(text: str, title: str) -> str:
    """The text of a real study with this title."""
    start, end = _section(text, "study")
    section = text[start:end]
    section = re.sub(r"(?m)^(  origin:) \S+", r"\1 real", section)
    if title:
        section = re.sub(r"(?m)^(  title:) .*$", lambda match: f"{match[1]} {_scalar(title)}", section)
    return text[:start] + section + text[end:]


def with_scales(text: str, scales: Mapping[str, tuple[float, float]]) -> str:
    """The text with the scales of instruments declared under `measures`."""
    if not scales:
        return text
    start, end = _section(text, "measures")
    section = re.sub(r"(?ms)^  scales:.*?(?=^  \S|\Z)", "", text[start:end].replace("measures: {}", "measures:"))
    shown = ", ".join(f"{name}: [{low:g}, {high:g}]" for name, (low, high) in scales.items())
    body = section.rstrip("\n")
    return text[:start] + f"{body}\n  scales: {{ {shown} }}" + section[len(body) :] + text[end:]


def with_policies(text: str, policies: Mapping[str, str]) -> str:
    """The text with rules of the gate eased under `privacy`; those that stand there already stay."""
    for rule, chosen in policies.items():
        start, end = _section(text, "privacy")
        section = text[start:end].replace("privacy: {}", "privacy:")
        if re.search(rf"\b{rule}:", section):
            continue
        if re.search(r"(?m)^  policies: \{", section):
            section = re.sub(r"(?m)^  policies: \{ *", f"  policies: {{ {rule}: {chosen}, ", section).replace(", }", " }")
        elif re.search(r"(?m)^  policies:", section):
            section = re.sub(r"(?m)^(  policies:[^\n]*\n)", rf"\g<1>    {rule}: {chosen}\n", section)
        else:
            head, _, rest = section.partition("\n")
            section = f"{head or 'privacy:'}\n  policies: {{ {rule}: {chosen} }}\n{rest}"
        text = text[:start] + section + text[end:]
    return text


def without_hypotheses(text: str, gone: set[str]) -> str:
    """The text without some hypotheses; the comments around them stay."""
    for name in gone:
        start, end = _entry(text, name)
        text = text[:start] + text[end:]
    start, end = _section(text, "hypotheses")
    if not re.search(r"(?m)^  [a-z]", text[start:end]):
        text = text[:start] + re.sub(r"^hypotheses:", "hypotheses: {}", text[start:end], count=1) + text[end:]
    return text


def with_values(text: str, name: str, changes: Mapping[str, object]) -> str:
    """The text with some values of one hypothesis changed, by their path in it; everything around them stays."""
    for path, value in changes.items():
        start, end = _entry(text, name)
        entry = text[start:end]
        place, new = _edit(entry, [name, *path.split(".")], _flow(value))
        text = text[: start + place.start] + new + text[start + place.stop :]
    return text


def _edit(entry: str, path: list[str], new: str) -> tuple[slice, str]:
    """Where in an entry's text a value stands, and what to put there; a key that is not there is put before the others."""
    import ruamel.yaml

    node: Any = ruamel.yaml.YAML(typ="safe", pure=True).compose(entry)
    for depth, key in enumerate(path):
        found = next((value for name, value in node.value if name.value == key), None)
        if found is None:
            rest = ": ".join([*path[depth:], new]) if len(path) - depth == 1 else f"{path[depth]}: {{ {path[-1]}: {new} }}"
            first = node.value[0][0].start_mark
            between = ", " if node.flow_style else "\n" + " " * first.column
            return slice(first.index, first.index), f"{rest}{between}"
        node = found
    begin = node.start_mark.index
    return slice(
        begin, begin + len(entry[begin : node.end_mark.index].rstrip())
    ), new  # a list in lines ends with the next key


def _section(text: str, name: str) -> tuple[int, int]:
    match = re.search(rf"(?m)^{name}:", text)
    if match is None:
        return len(text), len(text)
    after = re.search(r"(?m)^[a-z_]+:", text[match.end() :])
    end = match.end() + after.start() if after else len(text)
    before = text[match.start() : end]
    kept = re.search(r"(?:\n#[^\n]*|\n)*\Z", before)  # comments right before the next section are its own
    return match.start(), match.start() + (kept.start() + 1 if after and kept and kept[0].strip() else len(before))


def _entry(text: str, name: str) -> tuple[int, int]:
    start, end = _section(text, "hypotheses")
    match = re.search(rf"(?m)^  {re.escape(name)}:", text[start:end])
    if match is None:
        return start, start
    begin = start + match.start()
    after = re.search(r"(?m)^(?:  \S|\S|\s*\n  #)", text[begin + len(name) + 3 : end])
    return begin, begin + len(name) + 3 + after.start() if after else end


def _lines(tree: Tree, depth: int) -> list[str]:
    lines = []
    pad = "  " * depth
    for key, value in tree.items():
        flow = _flow(value)
        if (
            isinstance(value, dict)
            and value
            and (depth < 3 or len(flow) > WIDTH - 2 * depth - len(str(key)) or key == "columns")
        ):
            lines += [f"{pad}{_scalar(key)}:", *_lines(value, depth + 1)]
        else:
            lines.append(f"{pad}{_scalar(key)}: {flow}")
    return lines


def _flow(value: object) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_scalar(key)}: {_flow(found)}" for key, found in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_flow(found) for found in value)}]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float):
        return "null" if value is None else f"{value:g}"
    text = str(value)
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*", text) and text.lower() not in RESERVED
    return text if is_plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


RESERVED = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
