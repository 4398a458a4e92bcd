"""Build the site, English and French: `python docs/build.py [OUT]`. Any warning is an error.

Needs `pip install -e '.[docs]'`. OUT (default: docs/_build) can be copied to any web server.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
_FIRST_PAGE = """\
<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>bilan_ledger</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>bilan_ledger</h1>
<p><a href="fr/index.html">Documentation en français</a></p>
<p lang="en"><a href="en/index.html" hreflang="en">Documentation in English</a></p>
</main></body></html>
"""


def build(out: Path, lang: str, here: Path = HERE) -> int:
    """Build one language; return Sphinx's exit code."""
    command = [
        sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-c", str(here),
        "-D", f"language={lang}", "-d", str(out / ".doctrees" / lang), str(here / lang),
        str(out / lang),
    ]  # fmt: skip
    return subprocess.run(command, check=False).returncode  # noqa: S603 our own command


def main(out: Path) -> int:
    """Build both, and the page that chooses."""
    codes = [build(out, lang) for lang in ("en", "fr")]
    (out / "index.html").write_text(_FIRST_PAGE, encoding="utf-8")
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "_build"))
