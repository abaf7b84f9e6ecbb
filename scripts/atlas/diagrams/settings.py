"""A diagram's front matter and ``%%{…}%%`` directives → what of them Mermaid passes over without a word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

import yaml

from atlas.diagrams.engine import ENGINE
from atlas.diagrams.keywords import nearest
from atlas.diagrams.stripping import DIRECTIVE, FRONT_MATTER
from atlas.diagrams.values import Problem

DIRECTIVE_INVALID = "diagram-directive-invalid"
THEME_UNKNOWN = "diagram-theme-unknown"
THEMES = (
    "default", "base", "dark", "forest", "neutral", "neo", "neo-dark",
    "redux", "redux-dark", "redux-color", "redux-dark-color",
)  # fmt: skip
_HEAD_KEYS = ("title", "config", "displayMode")
_DIRECTIVES = ("init", "initialize", "wrap")


@lru_cache(maxsize=1)
def option_names() -> tuple[str, ...]:
    """The names at the top of Mermaid's configuration."""
    return tuple(ENGINE.call("optionNames"))


def unread(source: str) -> Iterator[Problem]:
    """Broken directives, misspelt or misplaced options, themes that do not exist."""
    yield from _head(source)
    for found in DIRECTIVE.finditer(source):
        if not re.match(r"[^\S\n]*$", source[source.rfind("\n", 0, found.start()) + 1 : found.start()]):
            continue
        yield from _directive(source, found)


def _directive(source: str, found: re.Match[str]) -> Iterator[Problem]:
    name = found["named"] or found["bare"]
    if name not in _DIRECTIVES:
        close = nearest(name, _DIRECTIVES, 0.6)
        if close:
            at = found.start("named") if found["named"] else found.start("bare")
            yield _problem(source, at, f"不认识的指令 `{name}`，整条指令不起作用", f"写作 `{close}`")
        return
    body = found["body"]
    if not found["named"] or body is None:
        return
    try:
        settings = json.loads(body.strip().replace("'", '"'))
    except ValueError as error:
        at = found.start("body") + len(body) - len(body.lstrip()) + getattr(error, "pos", 0)
        yield _problem(
            source,
            min(at, found.end() - 1),
            f"`{name}` 指令里的 JSON 写错了，整条指令不起作用",
            '键和文字都加英文双引号，括号成对，例如 `%%{init: {"theme": "dark"}}%%`',
        )
        return
    if isinstance(settings, dict):
        yield from _options(source, found.start("body"), list(settings), settings.get("theme"))


def _head(source: str) -> Iterator[Problem]:
    head = FRONT_MATTER.match(source)
    if not head:
        return
    try:
        node = yaml.compose(head["body"], Loader=yaml.SafeLoader)
        data = yaml.safe_load(head["body"])
    except (yaml.YAMLError, ValueError):
        return  # Mermaid refuses it as well
    if not isinstance(node, yaml.MappingNode) or not isinstance(data, dict):
        return
    for key, _ in node.value:
        if key.value in _HEAD_KEYS:
            continue
        at = head.start("body") + key.start_mark.index
        if key.value in option_names():
            yield _problem(
                source, at, f"`{key.value}` 不在 `config:` 下面，不起作用", f"写成 `config:` 下面缩进的一行 `{key.value}: …`"
            )
        elif close := nearest(str(key.value), _HEAD_KEYS, 0.75):
            yield _problem(source, at, f"不认识的键 `{key.value}`，不起作用", f"写作 `{close}`")
    config = data.get("config")
    if isinstance(config, dict):
        yield from _options(source, head.start("body"), [str(key) for key in config], config.get("theme"))


def _options(source: str, start: int, names: list[str], theme: object) -> Iterator[Problem]:
    for name in names:
        if name not in option_names() and (close := nearest(name, option_names(), 0.8)):
            yield _problem(source, source.find(name, start), f"不认识的设置 `{name}`，不起作用", f"写作 `{close}`")
    if isinstance(theme, str) and theme not in (*THEMES, "null", ""):
        at = source.find(theme, source.find("theme", start))
        close = nearest(theme, THEMES, 0.5)
        known = f"写作 `{close}`；" if close else ""
        yield _problem(
            source, at, f"没有主题 `{theme}`，图会用默认主题", f"{known}可用的主题：{'、'.join(THEMES)}", THEME_UNKNOWN
        )


def _problem(source: str, at: int, message: str, hint: str, kind: str = DIRECTIVE_INVALID) -> Problem:
    at = max(at, 0)
    line = source.count("\n", 0, at) + 1
    return Problem(message, line, at - source.rfind("\n", 0, at), source.splitlines()[line - 1].strip(), kind, hint)
