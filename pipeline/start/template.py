"""The files of a study in a folder of its own, made from those of the project: the package stands for its code."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

STAMP = "pipeline.version"  # what the stages of such a study depend on in place of the package's files
PARTS = (  # what such a study takes from the project, by name
    ".dvc/config",
    ".dvc/.gitignore",
    ".dvcignore",
    "data/.gitignore",
    "dvc.yaml",
    "instruments/README.md",
    "params.yaml",
    "requirements.lock",
)
HEAD = """# The stages, from raw files to the report. They depend on the installed package by pipeline.version:
# after an upgrade, `python -m pipeline start --renew` takes the new one, and everything is computed anew.
"""
TRIED = '{\n "tries": []\n}\n'  # tries.json before anything was tried
OPEN = '{\n "declared": [],\n "history": [],\n "locked": null\n}\n'  # lock.json before anything is locked
IGNORED = "/data/\n__pycache__/\nrelease.zip\nparams.before.yaml\n"


def study_files(project: Mapping[str, str], stamp: str) -> dict[str, str]:
    """The files of a new study by name; `project`: the project's own, `stamp`: version and digest of the package."""
    files = {name: text for name, text in project.items() if name != "dvc.yaml"}
    files["params.yaml"] = re.sub(r"\A# yaml-language-server:.*\n", "", files["params.yaml"])
    own = {
        "dvc.yaml": stages(project["dvc.yaml"]),
        "lock.json": OPEN,
        "tries.json": TRIED,
        STAMP: stamp,
        ".gitignore": IGNORED,
    }
    return {**files, **own}


def stages(text: str) -> str:
    """dvc.yaml with every dependency on a file of the package replaced by one on its version.

    The check stage always runs: it alone sees that the package is another than the study's.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text)
    for name, stage in document["stages"].items():
        stage["deps"] = [STAMP, *(dep for dep in stage["deps"] if str(dep).split("/")[0] != "pipeline")]
        if name == "check":
            stage["always_changed"] = True
    sink = io.StringIO()
    yaml.dump(document, sink)
    return HEAD + "".join(line for line in sink.getvalue().splitlines(keepends=True) if not line.startswith("#"))
