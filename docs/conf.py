"""How both sites are built: `python docs/build.py OUT` calls Sphinx once a language."""

import re
import tomllib
from pathlib import Path

from pygments.lexers.shell import BashLexer, ShellSessionBaseLexer

_ROOT = Path(__file__).resolve().parents[1]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "bilan_ledger"
release = version = _PROJECT["version"]
copyright = "Apache-2.0"
language = "en"  # `-D language=fr` for the French tree
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
nitpicky = False
default_role = "code"
add_module_names = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
html_theme = "furo"
html_title = "bilan_ledger"
html_show_copyright = False
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "languages.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}


def _in_both(app, name, _template, context, _doctree):  # noqa: ANN001, ANN202
    """Tell the page whether the other language has it, and let keyboards reach its code."""
    other = "fr" if app.config.language == "en" else "en"
    up = "../" * (name.count("/") + 1)
    there = (Path(app.srcdir).parent / other / f"{name}.md").exists()
    context["other_page"] = f"{up}{other}/{name if there else 'index'}.html"
    context["other_language"] = other
    # Code that is wider than the page can be scrolled by keyboard (WCAG 2.1.1).
    context["body"] = context.get("body", "").replace("<pre>", '<pre tabindex="0">')


_CODE = re.compile(r"(^`{3,}[^`].*?^`{3,}$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def _french_spaces(app, _name, source):  # noqa: ANN001, ANN202
    """Keep `:`, `;`, `?`, `!` and the guillemets with their word, as French typography asks."""
    if app.config.language == "fr":
        parts = _CODE.split(source[0])
        for place in range(0, len(parts), 2):  # the others are code
            parts[place] = re.sub(r" (?=[:;?!»%])|(?<=«) ", "\u00a0", parts[place])
        source[0] = "".join(parts)


class Console(ShellSessionBaseLexer):
    """Commands after `$ `, and their outputs, in which a line may well begin with `#`."""

    name = "Console"
    aliases = ("console",)
    _innerLexerCls = BashLexer  # noqa: N815 the name that Pygments reads
    _ps1rgx = re.compile(r"^(\$ )(.*\n?)")
    _ps2 = "> "


def setup(app):  # noqa: ANN001, ANN201
    """Let Sphinx call us."""
    app.add_lexer("console", Console)
    app.connect("source-read", _french_spaces)
    app.connect("html-page-context", _in_both)
