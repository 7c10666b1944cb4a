"""Packing: the files of the project with which a study in a folder of its own begins travel with the package."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


def carried() -> tuple[str, ...]:
    """The names in PARTS of pipeline/start/template.py, without importing the package."""
    text = (HERE / "pipeline/start/template.py").read_text(encoding="utf-8")
    block = re.search(r"^PARTS = \((.*?)^\)", text, re.MULTILINE | re.DOTALL)
    return tuple(re.findall(r'"([^"]+)"', block[1].partition("by name")[2])) if block else ()


class WithStudy(build_py):
    """Copies those files beside the code."""

    def run(self) -> None:
        """Build as usual, then copy."""
        super().run()
        for name in carried():
            target = Path(self.build_lib) / "pipeline/project/carried" / name
            self.mkpath(str(target.parent))
            self.copy_file(str(HERE / name), str(target))


setup(cmdclass={"build_py": WithStudy})
