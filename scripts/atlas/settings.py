"""``mkdocs.yml`` and ``pyproject.toml`` → what a project wants of the checks: which rules, how severe, what is known.

Read from ``extra: atlas:`` of ``mkdocs.yml`` (so that MkDocs accepts it) and from ``[tool.atlas]`` of the ``pyproject.toml``
beside it; what both say, ``mkdocs.yml`` decides. A setting that is not understood is a finding, never ignored in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from atlas.configuration import Configuration, Value
from atlas.findings import RULES, Finding, Location, Rule, Severity
from atlas.wording import nearest

INVALID = RULES.add(
    "settings-invalid",
    Severity.ERROR,
    "检查的设置里有不认识的键、规则或级别",
    """这条设置不起作用，要关的规则仍在报，要报的规则却关着。设置写在 mkdocs.yml 的 `extra: atlas:`
    或 pyproject.toml 的 `[tool.atlas]` 里：`select`、`ignore`（规则名或 `link-*` 这样的前缀）、
    `severity`（规则名: error、warning 或 off）、`baseline`（文件路径）、
    `typeset`（true：`--fix` 也改中英文之间的空格、标点和表格的排列）。两处都写时以 mkdocs.yml 为准。""",
)
KEYS = ("select", "ignore", "severity", "baseline", "typeset")
LEVELS: Mapping[str, Severity | None] = {"error": Severity.ERROR, "warning": Severity.WARNING, "off": None}
_TOML = "pyproject.toml"
_TOML_PLACE = re.compile(r"at line (\d+), column (\d+)")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project wants of the checks. ``severity`` holds ``None`` for a rule that is off; patterns end in ``*``."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity | None] = field(default_factory=dict)
    baseline: str = ""
    """The file of known findings, relative to the project's folder; empty if there is none."""
    typeset: bool = False
    """Whether ``--fix`` also sets spaces, punctuation and tables as the rest is set."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with the settings themselves."""

    @classmethod
    def of(cls, configuration: Path) -> Settings:
        """Read the settings beside and in a ``mkdocs.yml``; all rules must be declared (``import atlas.checks``)."""
        findings: list[Finding] = []
        settings = {**_from_toml(configuration.parent / _TOML, findings), **_from_yaml(configuration, findings)}
        return cls(**settings, findings=tuple(findings))

    def severity_of(self, rule: Rule) -> Severity | None:
        """How severe a rule is here, ``None`` if it is not wanted: the most exact pattern decides."""
        if (self.select and not is_named(rule.id, self.select)) or is_named(rule.id, self.ignore):
            return None
        named = [pattern for pattern in self.severity if is_named(rule.id, [pattern])]
        return self.severity[max(named, key=lambda one: (not one.endswith("*"), len(one)))] if named else rule.severity


def is_named(rule: str, patterns: Iterable[str]) -> bool:
    """Whether a rule's id is one of these, or begins as one that ends in ``*``."""
    return any(rule == one or (one.endswith("*") and rule.startswith(one[:-1])) for one in patterns)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns plain values into settings; ``place`` tells where a key or a text stands, by the keys that lead to it."""

    place: Callable[[tuple[str, ...]], Location]
    findings: list[Finding]

    def read(self, given: Any) -> Iterator[tuple[str, Any]]:
        """Each setting that is understood."""
        if not isinstance(given, dict):
            self._say((), "检查的设置应当是“键: 值”", "例如 `ignore: [page-orphan]`")
            return
        for key, value in given.items():
            if key in {"select", "ignore"}:
                yield key, tuple(self._rules(key, value))
            elif key == "severity":
                yield key, dict(self._levels(value))
            elif key == "baseline":
                if isinstance(value, str) and value:
                    yield key, value
                else:
                    self._say((key,), "`baseline` 应当是一个文件的路径", "例如 `baseline: .atlas-baseline.json`")
            elif key == "typeset":
                if str(value).lower() in {"true", "false"}:
                    yield key, str(value).lower() == "true"
                else:
                    self._say((key,), "`typeset` 应当是 true 或 false", "例如 `typeset: true`")
            else:
                self._say((key,), f"没有设置 `{key}`", _closest(key, KEYS, "设置"))

    def _rules(self, key: str, value: Any) -> Iterator[str]:
        for one in [value] if isinstance(value, str) else value if isinstance(value, list) else [None]:
            if not isinstance(one, str):
                self._say((key,), f"`{key}` 应当是规则名的列表", f"例如 `{key}: [link-*, nav-page-orphan]`")
            elif self._is_rule((key, one), one):
                yield one

    def _levels(self, value: Any) -> Iterator[tuple[str, Severity | None]]:
        if not isinstance(value, dict):
            self._say(("severity",), "`severity` 应当是“规则名: 级别”", "例如 `severity: {nav-page-orphan: off}`")
            return
        for rule, level in value.items():
            if level not in LEVELS:
                self._say(("severity", rule, str(level)), f"没有级别 `{level}`", _closest(str(level), LEVELS, "级别"))
            elif self._is_rule(("severity", rule), rule):
                yield rule, LEVELS[level]

    def _is_rule(self, keys: tuple[str, ...], name: str) -> bool:
        if any(is_named(rule, [name]) for rule in RULES.rules):
            return True
        families = [f"{rule.partition('-')[0]}-*" for rule in RULES.rules]
        self._say(keys, f"没有规则 `{name}`", _closest(name, families if name.endswith("*") else RULES.rules, "规则"))
        return False

    def _say(self, keys: tuple[str, ...], message: str, hint: str) -> None:
        self.findings.append(Finding(INVALID, self.place(keys), message, hint))


def _closest(name: str, known: Iterable[str], what: str) -> str:
    names = list(dict.fromkeys(known))
    close = nearest(name, names)
    return f"最接近的{what}是 `{close}`" if close else f"可写的有 {'、'.join(f'`{one}`' for one in names[:6])}"


def _from_yaml(file: Path, findings: list[Finding]) -> dict[str, Any]:
    configuration = Configuration.of(file)
    found: dict[str, Any] = {}
    for layer in reversed(configuration.layers):  # the nearest is read last and wins
        extra = layer.get("extra")
        given = extra.get("atlas") if extra else None
        if given is not None and given.text != "" and not given.node.tag.endswith(":null"):
            found |= _Reader(_yaml_place(given), findings).read(_plain(given))
    return found


def _plain(value: Value) -> Any:
    """A value without its places; scalars stay text, so that ``off`` stays a word."""
    if isinstance(value.node, yaml.MappingNode):
        return {str(key.text): _plain(one) for key, one in value.pairs()}
    if isinstance(value.node, yaml.SequenceNode) and value.text is None:
        return [_plain(one) for one in value.values()]
    return value.text


def _yaml_place(settings: Value) -> Callable[[tuple[str, ...]], Location]:
    def place(keys: tuple[str, ...]) -> Location:
        at, found = settings, settings.location
        for key in keys:
            pair = next(((name, value) for name, value in at.pairs() if name.text == key), None)
            if pair:
                found, at = pair[0].location, pair[1]
                continue
            return next((one.location for one in (at, *at.values()) if one.text == key), found)
        return found

    return place


def _from_toml(file: Path, findings: list[Finding]) -> dict[str, Any]:
    if not file.is_file():
        return {}
    import tomllib  # most projects have no such file

    try:
        text = file.read_text("utf-8")
        table = tomllib.loads(text).get("tool", {}).get("atlas")
    except tomllib.TOMLDecodeError as error:
        at = _TOML_PLACE.search(str(error))
        where = Location(_TOML, int(at[1]), int(at[2])) if at else Location(_TOML)
        findings.append(Finding(INVALID, where, f"`{_TOML}` 不是合法的 TOML，读不出检查的设置：{error}", "按报错改这一行"))
        return {}
    except (OSError, UnicodeDecodeError, AttributeError):
        return {}
    return {} if table is None else dict(_Reader(_toml_place(text), findings).read(table))


def _toml_place(text: str) -> Callable[[tuple[str, ...]], Location]:
    """TOML is read without places: a key is sought below its table's head, a text behind its key."""

    def place(keys: tuple[str, ...]) -> Location:
        at = found = max(text.find("[tool.atlas"), 0)
        for key in keys:
            nested = text.find(f"[tool.atlas.{key}]", found)
            one = re.compile(rf"(?<![\w*-]){re.escape(key)}(?![\w*-])").search(text, found if nested < 0 else nested)
            if one is None:
                break
            at, found = one.start(), one.end()
        return Location(_TOML, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))

    return place
