"""How the site is built (`make docs`): these pages, and the engine's reference out of its docstrings. No request outside."""

project = "Does going there together deepen the working alliance?"
author = "the maintainers"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "Alliance pipeline"
html_show_sphinx = False
html_copy_source = False
html_show_copyright = False
exclude_patterns = ["_build", "examples"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
autodoc_typehints = "description"
autodoc_member_order = "bysource"
nitpicky = False
suppress_warnings = ["myst.header", "misc.highlighting_failure"]


def setup(app):
    """Make pages of the notebooks first; they run where a study has been run, and are shown as they stand elsewhere."""
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from docs import tutorials

    tutorials.write(Path(__file__).parent)
