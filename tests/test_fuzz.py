"""Pages that nobody would write: whatever stands in them, the checks answer, twice the same, with places that exist."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from atlas import checks
from atlas.findings import Finding, Report
from tests.conftest import CONFIGURATION

CONFIGURED = CONFIGURATION + "  - pymdownx.snippets: {base_path: [docs]}\n"
EXAMPLES = int(os.environ.get("ATLAS_FUZZ", "12"))
"""Projects to try: the same ones in every run, or as many other ones as the environment asks for."""
SECONDS = 120
"""A validation that takes longer than this hangs; one takes about a second."""

INLINE = (
    "文字，",
    "word ",
    "[甲](a.md)",
    "[乙](b.md#甲)",
    "[丙](c.md 'title')",
    "[丁][r]",
    "[戊][没有]",
    "[^1]",
    "[@key]",
    "![图](图.png)",
    "<https://example.org/>",
    "https://例子.example/路径。",
    "`code`",
    "`` ` ``",
    "`open",
    "**粗**",
    "$x^2$",
    "$\\frac{1}{2$",
    "$\\apha$",
    "\\(y\\)",
    "$5",
    "<b>粗",
    "</b>",
    '<a href="a.md#no">',
    "<!-- 注 -->",
    "<!--",
    "{#id}",
    "{: .c }",
    "\\",
    "\u3000",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\ufffd",
    "\U0001f680",
    "\x00",
    "\u2028",
    "\x0c",
    "（a.md）",
    "！[图]（图.png）",
)
HEADERS = (
    'flowchart LR\n  A["甲"] --> B["乙"]',
    "flowchart LR\n  A -->",
    "sequenceDiagram\n  甲->>乙: 你好",
    'pie\n  "甲" : 1',
    "mindmap\n  根\n    甲",
    "gantt\n  section 甲\n  乙 :a, 2026-01-01, 1d",
    "---\ntitle: 图\n---\nstateDiagram-v2\n  [*] --> 甲",
    "%%{init: {}}%%\nclassDiagram\n  A <|-- B",
    "graph",
)
MARKS = ("```", "````", "~~~", "｀｀｀", "``", "'''")
LANGUAGES = (
    "mermaid",
    'mermaid title="图" desc="说明"',
    "mermiad",
    "Mermaid",
    "python",
    "",
    "text",
    '{.python title="a"}',
    'x="',
)
FRONT = (
    "---\ntitle: 首页\n---\n",
    '---\ntitle: "首页\n---\n',
    "---\n- 甲\n---\n",
    "\n---\ntitle: 首页\n---\n",
    "---\ntitle: 首页\n",
    "---\na: 1\na: 2\n...\n",
    "---\ndate: 2026-99-99\n---\n",
    "---\n&a [*a]\n---\n",
)
LINES = (
    "[r]: a.md 'title'",
    "[^1]: 脚注",
    "*[词]: 释义",
    '--8<-- "a.md"',
    '--8<-- "没有.md"',
    "--8<--",
    "***",
    "=======",
    "<<<<<<< HEAD",
    "<div markdown>",
    "</div>",
    "$$",
    "$$\n\\begin{aligned}\na &= b\n\\end{align}\n$$",
    "\\[\n\\beeta\n\\]",
    "| 甲 | 乙 |\n| - | - |\n| 1 | 2 |",
    "词\n:   释义",
    "# 标题 {#甲}",
    "###### 标题",
    "标题\n---",
)
OPENINGS = (
    "- ",
    "1. ",
    "> ",
    "!!! note\n",
    '??? note "提示"\n',
    '=== "甲"\n',
    "=== 甲\n",
    "词\n:   ",
    '<div markdown="1">\n',
)


def indented(block: str, width: int) -> str:
    """A block as the content of a container."""
    return "\n".join(" " * width + line for line in block.split("\n"))


def contained(opening: str, block: str, width: int) -> str:
    """A container with a block in it."""
    if opening == "> ":
        return "\n".join(f"> {line}" for line in block.split("\n"))
    return (
        f"{opening}文字\n\n{indented(block, width)}" if not opening.endswith("\n") else f"{opening}{indented(block, width)}"
    )


def fence(opening: str, language: str, content: str, closing: str, width: int) -> str:
    """A fence, which may not close."""
    return f"{opening}{language}\n{content}\n{' ' * width}{closing}"


paragraphs = st.lists(st.sampled_from(INLINE), min_size=1, max_size=8).map("".join)
leaves = st.one_of(
    paragraphs,
    st.sampled_from(LINES),
    st.builds(lambda level, text: f"{'#' * level} {text}", st.integers(1, 6), paragraphs),
    st.builds(
        fence,
        st.sampled_from(MARKS),
        st.sampled_from(LANGUAGES),
        st.sampled_from(HEADERS) | paragraphs,
        st.sampled_from((*MARKS, "")),
        st.sampled_from((0, 0, 0, 2, 4)),
    ),
)
blocks = st.recursive(
    leaves,
    lambda inner: st.builds(
        contained,
        st.sampled_from(OPENINGS),
        st.lists(inner, min_size=1, max_size=3).map("\n\n".join),
        st.sampled_from((2, 4, 8)),
    ),
    max_leaves=6,
)


def broken(text: str, cuts: list[tuple[int, str]]) -> str:
    """A text with characters replaced at some places."""
    for place, character in cuts:
        at = place % (len(text) + 1)
        text = text[:at] + character + text[at + 1 :]
    return text


cuts = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(["", "\n", " ", "`", "$", "[", "]", ")", "\t", "\r", "：", "\x1a"])),
    max_size=4,
)
pages = st.builds(
    lambda front, body, spoilt, end: broken(front + "\n\n".join(body) + "\n", spoilt).replace("\n", end).encode(),
    st.sampled_from(("", "", "", *FRONT)),
    st.lists(blocks, min_size=1, max_size=6),
    cuts,
    st.sampled_from(("\n", "\n", "\n", "\r\n", "\r")),
)
raws = (
    st.binary(max_size=120)
    | st.text(max_size=120).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | pages.map(lambda page: page[1:-2])
)
projects = st.lists(st.one_of(pages, pages, pages, raws), min_size=12, max_size=24)


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Stop what hangs, be it in a regular expression or in a process of ours."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"still not done after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def validate(files: Mapping[str, bytes]) -> Report:
    """Validate a project in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for path, data in files.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        with bounded():
            return checks.validate(Path(folder) / "mkdocs.yml")


def is_inside(finding: Finding, files: Mapping[str, bytes]) -> bool:
    """Whether the place is one of the file's, the end of a line and of the file included."""
    place = finding.location
    lines = files[place.path].decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if place.line is None:
        return place.column is None
    return 1 <= place.line <= len(lines) and (place.column is None or 1 <= place.column <= len(lines[place.line - 1]) + 1)


@settings(
    max_examples=EXAMPLES,
    derandomize=not os.environ.get("ATLAS_FUZZ"),
    deadline=None,
    database=None,
    phases=[Phase.generate],  # to make a failing project smaller takes many minutes; its pages are small enough
    suppress_health_check=list(HealthCheck),
)
@given(projects)
def test_whatever_is_written_gets_a_report(written: list[bytes]) -> None:
    """No page stops the checks, two runs say the same, and every place lies in its file."""
    files = {"mkdocs.yml": CONFIGURED.encode(), "docs/index.md": "# 首页\n".encode(), "docs/a.md": "# 甲 {#甲}\n".encode()}
    files |= {f"docs/{number}.md": page for number, page in enumerate(written)}
    report = validate(files)
    assert report.pages == len(written) + 2
    assert [finding for finding in report.findings if not is_inside(finding, files)] == []
    assert validate(files) == report
