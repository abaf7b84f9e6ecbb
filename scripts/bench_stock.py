"""The same documents as Material for MkDocs shows them by its own documentation's recipe: what the site is measured against.

Diagrams are left to Material's Mermaid integration and formulas to MathJax, both from local files; the theme, its features
and its search are as they come, without our style sheets, scripts, templates and hooks. Tables and citations, which stock
Markdown does not know, are written out by our extension, so that both show the same text.

The file is a Python-Markdown extension, too: it takes the drawing and the typesetting out again.
"""

from __future__ import annotations

import re
import shutil
from html import escape
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown

from atlas.markdown import fences
from bench_tools import ROOT, build, pinned

MATHJAX = """window.MathJax = {
  tex: {
    inlineMath: [["\\\\(", "\\\\)"]],
    displayMath: [["\\\\[", "\\\\]"]],
    processEscapes: true,
    processEnvironments: true
  },
  options: {ignoreHtmlClass: ".*|", processHtmlClass: "arithmatex"}
};
document$.subscribe(() => {
  MathJax.startup.output.clearCache()
  MathJax.typesetClear()
  MathJax.texReset()
  MathJax.typesetPromise()
})
"""
OVERLAY = """INHERIT: base.yml
theme: {custom_dir: empty}
extra: {polyfills: []}
extra_css: []
extra_javascript: [javascripts/mathjax.js, javascripts/es5/tex-mml-chtml.js, javascripts/mermaid.min.js]
hooks: []
plugins:
  - search: {lang: [zh, en]}
"""


def build_stock(folder: Path) -> Path:
    """Build it below ``folder`` and return the finished site."""
    project, site = folder / "project", folder / "site"
    (project / "empty").mkdir(parents=True)
    shutil.copytree(ROOT / "docs", project / "docs")
    scripts = project / "docs" / "javascripts"
    scripts.mkdir()
    (scripts / "mathjax.js").write_text(MATHJAX, "utf-8")
    shutil.copytree(pinned() / "mathjax" / "es5", scripts / "es5")
    shutil.copyfile(pinned() / "mermaid" / "dist" / "mermaid.min.js", scripts / "mermaid.min.js")
    (project / "base.yml").write_text(stock((ROOT / "mkdocs.yml").read_text("utf-8")), "utf-8")
    (project / "mkdocs.yml").write_text(OVERLAY, "utf-8")
    build(site, project)
    if not any('<pre class="mermaid">' in page.read_text("utf-8") for page in site.rglob("index.html")):
        raise SystemExit("对照站里没有一张图，比不了：看看 Markdown 扩展的哪一步把图去掉了。")
    return site


def stock(configuration: str) -> str:
    """Our configuration with this extension after our own, and diagrams through it."""
    for ours, theirs in (
        ("atlas.markdown.fences.diagram", "bench_stock.diagram"),
        ("atlas.markdown.fences.chart", "bench_stock.chart"),
    ):
        assert ours in configuration, ours
        configuration = configuration.replace(ours, theirs)
    changed = re.sub(
        r"(^markdown_extensions:\n(?:(?:[ #].*)?\n)+)", r"\1  - bench_stock\n\n", configuration, flags=re.MULTILINE
    )
    assert changed != configuration
    return changed


def diagram(source: str, *more: Any, **options: Any) -> str:
    """What Superfences' ``fence_code_format`` writes for a diagram, as Material's documentation has it."""
    return f'<pre class="mermaid"><code>{escape(source, quote=False)}</code></pre>'


def chart(*arguments: Any, **options: Any) -> str:
    """A chart of the data: our text for Mermaid, left to Mermaid."""
    drawn, fences.diagram = fences.diagram, diagram
    try:
        return fences.chart(*arguments, **options)
    finally:
        fences.diagram = drawn


class Stock(Extension):
    """Takes out what we do to formulas, and the cleaning, which leaves no source of a diagram for a browser to draw."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - named by Python-Markdown
        """Leave them as arithmatex and Superfences wrote them."""
        md.treeprocessors.deregister("atlas-formulas")
        md.postprocessors.deregister("atlas-safety")


def makeExtension(**options: Any) -> Extension:  # noqa: N802 - named by Python-Markdown
    """The entry point that Python-Markdown looks for."""
    return Stock(**options)
