"""The notebooks as pages of the site: run on the study that is there, or shown without results where none has been run."""

from pathlib import Path

FOLDER = "tutorials"
NEEDED = "data/analysis/verdicts.json"
PLAIN = "These pages were made where no study had been run, so that they show what is done and not what came out.\n\n"


def write(docs: Path) -> None:
    """Write docs/tutorials/: one Markdown page a notebook, and an index of them."""
    import nbformat
    from nbconvert import MarkdownExporter

    root = docs.parent
    target = docs / FOLDER
    target.mkdir(exist_ok=True)
    names = []
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if (root / NEEDED).is_file():
            _run(notebook, root)
        body, resources = MarkdownExporter().from_notebook_node(notebook)
        for name, content in (resources.get("outputs") or {}).items():
            (target / f"{path.stem}_{name}").write_bytes(content)
            body = body.replace(f"]({name})", f"]({path.stem}_{name})")
        (target / f"{path.stem}.md").write_text(body, encoding="utf-8")
        names.append(path.stem)
    said = "" if (root / NEEDED).is_file() else PLAIN
    listed = "\n".join(names)
    order = "The order of the work is: lock, then look. The third page starts from it.\n\n"
    index = f"# Tutorials\n\n{order}{said}```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    (target / "index.md").write_text(index, encoding="utf-8")


def _run(notebook, root: Path) -> None:
    from nbclient import NotebookClient

    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(root / "notebooks")}}).execute()
