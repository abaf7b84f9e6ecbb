"""The rules and their examples in the tests → what explains them, on the terminal and as a page of the site."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from atlas import checks
from atlas.facts import today
from atlas.findings import LABELS, RULES, CannotCheckError, Rule, Severity

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = Path("docs/contributing/rules.md")
assert checks  # whoever explains the rules wants all of them declared
_LANGUAGES = {"md": "markdown", "yml": "yaml", "yaml": "yaml", "svg": "xml", "toml": "toml", "css": "css", "html": "html"}
_LONGEST = 60
"""Lines of an example that are shown."""


@dataclass(frozen=True, slots=True)
class Example:
    """A file that breaks a rule, or keeps it: its ``path`` in its project, its ``text`` and, if broken, the ``place``."""

    title: str
    path: str
    text: str
    place: str = ""


def examples(rule: Rule) -> Iterator[Example]:
    """The bad and the good example of a rule; none where the tests are not installed."""
    folder = REPOSITORY / "tests" / "rules" / rule.id
    marked = folder / "bad" / "place.txt"
    place = marked.read_text("utf-8").strip() if marked.is_file() else ""
    path = re.sub(r"(:\d+)+$", "", place) or "docs/index.md"
    for kind, title in (("bad", "错误示例"), ("good", "正确示例")):
        found = next((one for one in (path, "docs/index.md") if (folder / kind / one).is_file()), None)
        if found:
            data = (folder / kind / found).read_bytes()
            yield Example(title, found, _shown(data.decode("utf-8", "backslashreplace")), place if kind == "bad" else "")


def explain(rule: Rule) -> str:
    """A rule for the terminal."""
    text = f"{rule.id}（{LABELS[rule.severity]}）：{rule.summary}\n\n{rule.explanation}\n"
    for one in examples(rule):
        where = f"（报在 {one.place}）" if one.place else "" if one.path == "docs/index.md" else f"（{one.path}）"
        lines = "".join(f"    {line}".rstrip() + "\n" for line in one.text.splitlines())
        text += f"\n{one.title}：{where}\n{lines}"
    return text


def page(old: str = "") -> str:
    """The page of all rules; it keeps the day of ``old`` if nothing else has changed."""
    body = _body()
    head = re.match(r"---\n.*?^checked: (\S+)\n---\n", old, re.DOTALL | re.MULTILINE)
    same = _page(body, head[1]) if head else ""
    return same if same == old and old else _page(body, today().isoformat())


def write() -> bool:
    """Bring the page up to date; whether it changed.

    Raises:
        CannotCheckError: if there is no repository to write it to.
    """
    file, old = _current()
    new = page(old)
    if new != old:
        file.write_text(new, "utf-8")
    return new != old


def is_current() -> bool:
    """Whether the page says what the rules say.

    Raises:
        CannotCheckError: if there is no repository that has it.
    """
    _, old = _current()
    return page(old) == old


def _current() -> tuple[Path, str]:
    file = REPOSITORY / PAGE
    if not file.parent.is_dir() or not (REPOSITORY / "tests" / "rules").is_dir():
        raise CannotCheckError(f"规则页由仓库里的示例生成，这里没有 `tests/rules/` 或 `{PAGE.parent}/`。")
    return file, file.read_text("utf-8") if file.is_file() else ""


def _page(body: str, day: str) -> str:
    errors = sum(rule.severity is Severity.ERROR for rule in RULES.rules.values())
    return f"""---
title: 规则
description: atlas validate 的全部 {len(RULES.rules)} 条规则：每条管什么、读者会看到什么、轻重，以及错误示例和正确示例。
search: {{boost: 0.5}}
checked: {day}
---

# 规则

!!! abstract "一句话"
    检查有 {len(RULES.rules)} 条规则，{errors} 条错误、{len(RULES.rules) - errors} 条警告；每条的示例就是它的测试。

这一页由 `atlas rules --write` 从规则和示例生成，不要手改。怎样只看几条、怎样忽略一处，见 [看懂一条报错](index.md#findings)。

{body}"""


def _body() -> str:
    families: dict[str, list[Rule]] = {}
    for rule in sorted(RULES.rules.values(), key=lambda one: one.id):
        families.setdefault(rule.id.partition("-")[0], []).append(rule)
    table = "| 规则 | 轻重 | 管什么 |\n|---|---|---|\n" + "".join(
        f"| [`{rule.id}`](#{rule.id}) | {LABELS[rule.severity]} | {_cell(rule.summary)} |\n"
        for rules in families.values()
        for rule in rules
    )
    return table + "".join(_section(rule) for rules in families.values() for rule in rules)


def _section(rule: Rule) -> str:
    text = f"\n## `{rule.id}` {{#{rule.id}}}\n\n**{LABELS[rule.severity]}**：{rule.summary}。\n\n{rule.explanation}\n"
    for one in examples(rule):
        where = f"，报在 `{one.place}`" if one.place else f"，`{one.path}`"
        longest = max((len(found) for found in re.findall(r"`{3,}", one.text)), default=2)
        fence = "`" * (longest + 1)
        language = _LANGUAGES.get(one.path.rpartition(".")[2], "text")
        text += f"\n{one.title}{where}：\n\n{fence}{language}\n{one.text}{fence}\n"
    return text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _shown(text: str) -> str:
    """An example's text with what can't be seen written as ``\\uXXXX``, cut where it is long, ending in a line end."""
    seen = "".join(one if one in "\n " or not _is_unseen(one) else _code(one) for one in text)
    lines = seen.rstrip("\n").split("\n")
    return "\n".join([*lines[:_LONGEST], *["……"] * (len(lines) > _LONGEST)]) + "\n"


def _is_unseen(character: str) -> bool:
    """Whether a reader could not tell what it is: invisible, or standing for what was lost."""
    return character == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(character) in _UNSEEN


_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"}


def _code(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
