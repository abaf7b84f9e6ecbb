"""A source → the comments in it that silence a rule on a line; findings and silences → what is left to report.

In Markdown ``<!-- atlas-ignore rule: reason -->``, in a Mermaid diagram ``%% atlas-ignore rule: reason``, in YAML
``# atlas-ignore rule: reason``: on the line itself, or alone on the line before it. A silence says why, so that whoever
meets it later can judge it; one that silences nothing is told, so that none outlives its fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape

import yaml

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView, Silence
from atlas.scan import MASK, Scan, scan
from atlas.wording import nearest

INVALID = RULES.add(
    "silence-invalid",
    Severity.ERROR,
    "忽略检查的注释没写理由，或规则名不对",
    """这条注释不起作用，问题照报。写成 `<!-- atlas-ignore 规则名: 理由 -->`，一条注释只管一条规则、一行；
    Mermaid 图里写 `%% atlas-ignore 规则名: 理由`，YAML 里写 `# atlas-ignore 规则名: 理由`。""",
)
UNUSED = RULES.add(
    "silence-unused",
    Severity.WARNING,
    "忽略检查的注释已经用不上",
    """这一行没有它要忽略的问题：问题改好了，或注释放错了行。注释写在出问题的那一行，或单独写在它前面。
    留着它，以后同样的问题会被悄悄放过。""",
)
_WORD = "atlas-ignore"
_MARKDOWN = re.compile(rf"<!--\s*{_WORD}\b(.*?)-->", re.DOTALL)
_DIAGRAM = re.compile(rf"%%\s*{_WORD}\b(.*)$", re.MULTILINE)
_YAML = re.compile(rf"(?:^|(?<=\s))#\s*{_WORD}\b(.*)$", re.MULTILINE)
_QUOTES = " \t>"


def of_view(view: PageView) -> tuple[Silence, ...]:
    """The silences in a page and in its snippets."""
    written = {path: seen for path, seen in view.places.scans.items() if _WORD in seen.text}
    if not written:
        return ()
    found = [one for path, comments in _live(view).items() for one in _silences(path, written[path].text, comments)]
    for path, seen in written.items():
        found += _of_diagrams(path, seen)
        found += of_yaml(path, "\n".join(seen.lines[: seen.front_matter]))
    return tuple(found)


def of_yaml(path: str, text: str) -> tuple[Silence, ...]:
    """The silences in a YAML file."""
    if _WORD not in text:
        return ()
    values = _yaml_values(text)
    found = [one for one in _YAML.finditer(text) if not any(start <= one.start() < end for start, end in values)]
    return tuple(_silences(path, text, found))


def check(silences: Iterable[Silence]) -> Iterator[Finding]:
    """Silences without a reason, or of a rule that does not exist."""
    for one in silences:
        if one.rule not in RULES.rules:
            close = nearest(one.rule, RULES.rules)
            message = f"没有规则 `{one.rule}`，这条忽略不起作用" if one.rule else "这条忽略没写规则名和理由，不起作用"
            hint = (
                f"最接近的规则是 `{close}`" if close else "写成 `atlas-ignore 规则名: 理由`；运行 `atlas rules` 看全部规则"
            )
            yield Finding(INVALID, one.place, message, hint)
        elif not one.reason:
            yield Finding(INVALID, one.place, f"忽略 `{one.rule}` 没写理由，不起作用", f"写成 `{_WORD} {one.rule}: 理由`")


def apply(
    findings: Sequence[Finding], silences: Iterable[Silence], is_wanted: Callable[[str], bool]
) -> tuple[list[Finding], list[Finding]]:
    """What is left of the findings, and what is to be said of the silences themselves.

    A silence of a rule that is not wanted in this run (``is_wanted`` takes its id) can't be told to be unused.
    """
    every = list(dict.fromkeys(silences))
    said = list(check(every))
    wrong = {finding.location for finding in said}
    valid = [one for one in every if one.place not in wrong]
    silent = {(one.place.path, one.target, one.rule) for one in valid}
    left = [one for one in findings if _key(one) not in silent]
    used = {_key(one) for one in findings} & silent
    for one in valid:
        if (one.place.path, one.target, one.rule) not in used and is_wanted(one.rule):
            message = f"第 {one.target} 行没有 `{one.rule}` 要忽略的问题"
            said.append(Finding(UNUSED, one.place, message, "删掉这条注释，或把它移到出问题的那一行"))
    return left, said


def _key(finding: Finding) -> tuple[str, int, str]:
    return (finding.location.path, finding.location.line or 0, finding.rule.id)


def _live(view: PageView) -> dict[str, list[re.Match[str]]]:
    """The comments in Markdown that are comments, by file: not those in a code block that shows how to write one.

    The renderer leaves a comment as it is and escapes code, so the page tells how many are which; the scan, which.
    """
    found: dict[str, list[tuple[bool, str, re.Match[str]]]] = {}
    for path, seen in view.places.scans.items():
        # With its head broken a comment is no longer masked as one, only where it stands in code.
        masked = scan(seen.text.replace("<!--", "<\0--")).masked
        for one in _MARKDOWN.finditer(seen.text):
            found.setdefault(one[0], []).append((masked[one.start()] != MASK, path, one))
    shown = unescape(re.sub(r"<!--.*?-->|<[^>]*>", "", view.html, flags=re.DOTALL))
    live: dict[str, list[re.Match[str]]] = {}
    for comment, places in found.items():
        kept = view.html.count(comment)
        amount = kept if kept or comment in shown else sum(is_prose for is_prose, _, _ in places)
        for _, path, one in sorted(places, key=lambda place: not place[0])[:amount]:
            live.setdefault(path, []).append(one)
    return live


def _of_diagrams(path: str, seen: Scan) -> Iterator[Silence]:
    for fence in seen.fences:
        if fence.language == "mermaid" and fence.closed:
            start, end = seen.offset(fence.line + 1), seen.offset(fence.end)
            yield from _silences(path, seen.text, list(_DIAGRAM.finditer(seen.text, start, end)))


def _silences(path: str, text: str, found: Sequence[re.Match[str]]) -> Iterator[Silence]:
    lines = text.split("\n")
    rows = [(text.count("\n", 0, one.start()), one) for one in found]
    alone = {number for number, one in rows if not lines[number].replace(one[0].split("\n")[0], "", 1).strip(_QUOTES)}
    for number, one in rows:
        column = one.start() - (text.rfind("\n", 0, one.start()) + 1) + 1
        target = text.count("\n", 0, one.end())
        if number in alone:
            target += 1
            while target < len(lines) and (target in alone or not lines[target].strip(_QUOTES)):
                target += 1
        rule, reason = _parts(one[1])
        yield Silence(Location(path, number + 1, column), target + 1, rule, reason)


def _parts(text: str) -> tuple[str, str]:
    """The rule and the reason behind the word; a full-width colon is as good as another."""
    rule, _, reason = re.sub(r"\s+", " ", text).strip().replace("：", ":", 1).partition(":")
    return rule.strip().strip("`"), reason.strip()


def _yaml_values(text: str) -> list[tuple[int, int]]:
    """The spans of a YAML text's scalars, in which a ``#`` begins no comment."""
    try:
        return [
            (token.start_mark.index, token.end_mark.index)
            for token in yaml.scan(text, Loader=yaml.SafeLoader)
            if isinstance(token, yaml.ScalarToken)
        ]
    except yaml.YAMLError:
        return []
