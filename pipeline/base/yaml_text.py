"""The strict subset of YAML that params.yaml is written in: no duplicate keys, aliases, tags or surprising scalars.

What YAML 1.2 reads as text is text (`no`, `1:30`), as are keys: `dvc exp run -S` writes the file anew, and takes the quotes
off whatever stays text without them. Where a number or a truth value is called for, params.py refuses text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipeline.base.errors import ParamsError, Problem
from pipeline.base.spoken import spoken

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node

Path = tuple[str | int, ...]
Tell = Callable[[Path], str]

# What is no text, and what other readers (editors, R) read differently or few people mean as written.
SURPRISES = (
    (re.compile(r"[-+]?0[0-9_]+"), "a number with a leading zero"),
    (re.compile(r"[-+]?0[xXoObB][0-9a-fA-F_]+"), "a hexadecimal, octal or binary number"),
    (re.compile(r"[-+]?[0-9]+(_[0-9]+)+(\.[0-9_]*)?"), "a number with underscores"),
    (re.compile(r"(?i)[-+]?\.(inf|nan)"), "an infinite or undefined number"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"), "a calendar date"),
    (re.compile(r"=|<<"), "a YAML special"),
)
TEXT = "tag:yaml.org,2002:str"
PLAIN_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "merge", "value"}
QUOTE_IT = "put it in quotes if it is meant as text, write it plainly if it is a number"
MOST_CHARACTERS = 1 << 20  # a file longer than this is no params.yaml; a reader in pure Python would work on it for minutes
MOST_LEVELS = 40  # sections in sections; params.yaml itself has seven
LONGEST_NUMBER = 40  # characters


def plainly(path: Path) -> str:
    """The key path of a file of no declared shape: keys that are formed like ours, and no other."""
    return show(tuple(part if isinstance(part, int) or spoken(part) else "<key>" for part in path))


def parse(text: str, tell: Tell = plainly) -> object:
    """Read YAML text into plain dicts, lists and scalars.

    Raises ParamsError naming every duplicate key, alias, tag and surprising scalar with its line and, as far as `tell` shows
    it, its key path; never the text itself.
    """
    node = _compose(text)
    if node is None:
        raise ParamsError(Problem("params.yaml", "the file is empty", "start from the params.yaml of a fresh clone"))
    problems = list(_problems(node, (), set(), tell))
    if problems:
        raise ParamsError(problems)
    return _construct(node)


def show(path: Path) -> str:
    """The key path as people write it: hypotheses.name.covariates[0]."""
    shown = ""
    for part in path:
        shown += f"[{part}]" if isinstance(part, int) else (f".{part}" if shown else part)
    return shown or "params.yaml"


def _compose(text: str) -> Node | None:
    import ruamel.yaml
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    attack, is_plain = _looked_through(text)
    if attack:
        raise ParamsError(attack)
    try:
        node: Node | None = ruamel.yaml.YAML(typ="safe", pure=not is_plain).compose(text)
        return node
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"params.yaml line {mark.line + 1}" if mark else "params.yaml"
        mend = "check indentation, colons and quotes"
        mend = "indent with spaces in place of the tab" if "'\\t'" in str(error.problem) else mend
        found = Problem(where, f"not readable as YAML ({_without_text(str(error.problem))})", mend)
    except YAMLError:
        found = Problem("params.yaml", "not readable as YAML: a character that YAML forbids", "save it as plain UTF-8")
    except RecursionError:  # of text that breaks the C parser before it is told how deep it goes
        found = Problem("params.yaml", "not readable as YAML: nested too deep", "take the colons or indents away")
    raise ParamsError(found)


def _without_text(problem: str) -> str:
    """What the reader says, without the alias, anchor or tag that it repeats; its own tokens are `<scalar>` or one mark."""
    return re.sub(r"'(?!<[a-z ]+>'|.'|\\.').+'", "a text", problem)


def _looked_through(text: str) -> tuple[Problem | None, bool]:
    """What would keep a reader busy or break it before it could say a word: length and depth; and whether the C reader,
    which forgets anchors and lets tabs pass, may read the text: it takes a seventh of the time.

    Told from the events of the C parser, which come one by one and cost next to nothing; text that it cannot read is left to
    the careful reader, which says where the fault is.
    """
    import ruamel.yaml
    from ruamel.yaml.error import YAMLError

    if len(text) > MOST_CHARACTERS:
        what = f"longer than {MOST_CHARACTERS:,} characters"
        return Problem("params.yaml", what, "keep data out of it, it holds settings"), False
    depth, is_plain = 0, "\t" not in text
    try:
        for event in ruamel.yaml.YAML(typ="safe").parse(text):
            kind = type(event).__name__
            depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
            where = f"params.yaml line {event.start_mark.line + 1}"
            if depth > MOST_LEVELS + 2:  # the stream and the document count as well
                what = f"nested more than {MOST_LEVELS} levels deep"
                return Problem(where, what, "take the brackets or indents away"), False
            if getattr(event, "version", None) or (kind == "DocumentStartEvent" and event.tags):
                return Problem(where, "a directive (%YAML or %TAG)", "take the line away"), False
            is_plain = is_plain and getattr(event, "anchor", None) is None
    except (YAMLError, RecursionError):
        return None, False
    return None, is_plain


def _problems(node: Node, path: Path, seen: set[int], tell: Tell) -> Iterator[Problem]:
    """The problems of a node and of what is below it; each node once, since aliases of aliases stand for billions."""
    line = f"{tell(path)} (line {node.start_mark.line + 1})"
    if str(node.tag).startswith("!"):
        yield Problem(line, "a YAML tag (!...)", "remove the tag")
    if node.anchor:
        yield Problem(line, "an anchor or alias (& or *)", "write the value out")
    if id(node) in seen:
        return
    seen.add(id(node))
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        yield from _mapping_problems(node, path, seen, tell)
    elif isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield from _problems(child, (*path, index), seen, tell)
    else:
        yield from _scalar_problems(node, line)


def _mapping_problems(node: MappingNode, path: Path, seen: set[int], tell: Tell) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if type(key).__name__ != "ScalarNode":
            yield Problem(f"{tell(path)} (line {line})", "a key that is not plain text", "use a plain name as the key")
            continue
        child = (*path, str(key.value))
        if key.value in first:
            what = f"the key stands twice (first on line {first[key.value]})"
            yield Problem(f"{tell(child)} (line {line})", what, "keep one of the two")
        first.setdefault(key.value, line)
        yield from _problems(value, child, seen, tell)


def _scalar_problems(node: Node, where: str) -> Iterator[Problem]:
    tag = str(node.tag)
    if tag.removeprefix("tag:yaml.org,2002:") not in PLAIN_TAGS:
        yield Problem(where, "a YAML tag (!...)", "remove the tag")
    if not getattr(node, "style", None) and tag != TEXT:
        if len(str(node.value)) > LONGEST_NUMBER:
            yield Problem(where, f"a number of {len(str(node.value)):,} characters", QUOTE_IT)
            return
        for pattern, name in SURPRISES:
            if pattern.fullmatch(str(node.value)):
                yield Problem(where, f"found {name}", QUOTE_IT)
                return


def _construct(node: Node) -> object:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        return {str(key.value): _construct(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_construct(child) for child in node.value]
    return _scalar(node)


def _scalar(node: Node) -> str | int | float | bool | None:
    text, tag = str(node.value), str(node.tag).rsplit(":", 1)[-1]
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    if tag == "int":
        return int(text)
    return float(text) if tag == "float" else text
