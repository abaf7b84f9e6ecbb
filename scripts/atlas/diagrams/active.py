"""A diagram's text → what in it is meant to run in the reader's browser: callbacks, HTML, looser settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.diagrams.stripping import DIRECTIVE, FRONT_MATTER
from atlas.diagrams.values import Problem

ACTIVE = "diagram-script"

_COMMENT = re.compile(r"^[^\S\n]*%%(?!\{).*$", re.MULTILINE)
_CALLBACK = re.compile(
    r"^[^\S\n]*click[^\S\n]+(?:\"[^\"\n]*\"|[^\s\"]+)[^\S\n]+(?!href\b)(?:call[^\S\n]+)?(?P<at>[A-Za-z_]\w*)"
    r"|^[^\S\n]*(?P<class>callback)[^\S\n]+\S+[^\S\n]+\"",
    re.MULTILINE,
)
_HTML = re.compile(
    r"<(?:script|img|image|iframe|svg|math|object|embed|form|input|button|video|audio|style|link|meta|base)(?=[\s/>])[^\n]{0,60}"
    r"|<a\s[^>\n]*href[^\n]{0,60}|<[A-Za-z][\w-]*(?:\s+[\w-]+(?:=(?:'[^'\n]*'|[^\s'>]+))?)*\s+on[a-z]{3,}\s*=(?=[^\n]*>)[^\n]{0,60}",
    re.IGNORECASE,
)
_SETTING = re.compile(r"""["']?\b(securityLevel|secure|dompurifyConfig)\b["']?\s*:""")


def active(source: str) -> Iterator[Problem]:
    """All of it, each where it begins."""
    live = _COMMENT.sub(lambda found: " " * len(found[0]), source)
    for found in _CALLBACK.finditer(live):
        at = found.start("at") if found["at"] else found.start("class")
        yield _problem(source, at, "图里的回调不会运行，点了没有反应", '改成链接：`click 节点 "页面地址"`')
    for found in _HTML.finditer(live):
        hint = "标签里只写文字和 `<br>`"
        yield _problem(source, found.start(), f"图里的 HTML `{found[0][:40]}` 不会生效", hint)
    for head in (*DIRECTIVE.finditer(source), *FRONT_MATTER.finditer(source)):
        for found in _SETTING.finditer(head[0]):
            at = head.start() + found.start(1)
            yield _problem(source, at, f"图不能自己改安全设置 `{found[1]}`", "删掉这个设置")


def _problem(source: str, at: int, message: str, hint: str) -> Problem:
    line = source.count("\n", 0, at) + 1
    return Problem(message, line, at - source.rfind("\n", 0, at), source.splitlines()[line - 1].strip(), ACTIVE, hint)
