"""What a check says: rules, places and findings → a report.

Every check, whatever it looks at, speaks in these values, so that each reporter is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

RULES_PAGE = "https://llm-atlas.github.io/contributing/rules/"
"""Where the rules are explained to whoever sees only a finding; each at its id."""


class CannotCheckError(Exception):
    """Checking itself is impossible; the text is one clear sentence for the user (exit code 3)."""


class UsageError(Exception):
    """The command was used wrongly; the text is one clear sentence for the user (exit code 2)."""


class Severity(StrEnum):
    """How much a finding matters: an error breaks the build, a warning does so only under ``--strict``."""

    ERROR = "error"
    WARNING = "warning"


LABELS = {Severity.ERROR: "错误", Severity.WARNING: "警告"}
"""How people read them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A thing that is checked; ``id`` is ``<thing>-<problem>`` and is never renamed."""

    id: str
    severity: Severity
    summary: str
    explanation: str


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; ``line`` and ``column`` count characters from 1 and are ``None`` where unknown."""

    path: str
    line: int | None = None
    column: int | None = None

    def sort_key(self) -> tuple[str, int, int]:
        """Order by file, then by place, unknown places first."""
        return (self.path, self.line or 0, self.column or 0)


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends a finding for sure: at this place of the file stands ``old``, and ``new`` belongs there.

    Places count as in :class:`Location`: in the text without its byte order mark, with ``\\n`` line ends. A fix
    without a line is meant for the file's text as it is, mark and line ends included, wherever ``old`` stands in it.
    """

    path: str
    line: int | None
    column: int | None
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which rule, where, what is wrong and what to write instead."""

    rule: Rule
    location: Location
    message: str
    hint: str = ""
    fix: Fix | None = field(default=None, compare=False)
    """What mends it, where that is certain; it does not tell findings apart."""

    @property
    def severity(self) -> Severity:
        """The severity of the rule."""
        return self.rule.severity


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run, sorted by place, and how much was looked at."""

    findings: tuple[Finding, ...] = ()
    pages: int = 0
    links: int = 0
    diagrams: int = 0
    formulas: int = 0
    rows: int = 0
    known: int = 0
    """Findings that a baseline holds, which are not listed."""
    gone: int = 0
    """Findings that a baseline holds and that occur no longer."""
    root: Path | None = None
    """The folder that the findings' paths are relative to, where it is known."""
    strict: bool = False
    """Whether warnings count as failures."""

    @classmethod
    def of(
        cls,
        findings: Iterable[Finding],
        *,
        root: Path | None = None,
        pages: int = 0,
        links: int = 0,
        diagrams: int = 0,
        formulas: int = 0,
        rows: int = 0,
    ) -> Report:
        """Sort the findings and drop exact repetitions."""
        unique = dict.fromkeys(findings)
        ordered = sorted(unique, key=lambda f: (f.location.sort_key(), f.rule.id, f.message))
        return cls(tuple(ordered), pages, links, diagrams, formulas, rows, root=root)

    @property
    def errors(self) -> int:
        """Number of findings that break the build."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Number of findings that only warn."""
        return len(self.findings) - self.errors

    def fails(self, *, strict: bool) -> bool:
        """Whether this report means exit code 1."""
        return bool(self.findings) if strict or self.strict else self.errors > 0

    def lines(self, path: str) -> tuple[str, ...]:
        """The lines of a file, as places count them; none if it can't be read."""
        return read_lines(self.root / path) if self.root else ()


def read_lines(file: Path) -> tuple[str, ...]:
    """A file's lines without line ends and byte order mark; none if it can't be read."""
    try:
        text = file.read_bytes().decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return ()
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


@dataclass(slots=True)
class RuleBook:
    """The rules known to the tool, by id."""

    _known: dict[str, Rule] = field(default_factory=dict)
    _declare: Callable[[], object] | None = None

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules, sorted by id; those of modules that were not needed so far are declared now.

        Sorted, so that what lists them does not depend on which modules a run happened to need first.
        """
        declare, self._declare = self._declare, None
        if declare is not None:
            declare()
        return dict(sorted(self._known.items()))

    @property
    def is_complete(self) -> bool:
        """Whether every module has declared its rules."""
        return self._declare is None

    def declare_by(self, declare: Callable[[], object]) -> None:
        """What to do for the rest of the rules when somebody asks for all."""
        self._declare = declare

    def recall(self, rules: Iterable[Rule]) -> None:
        """Take all rules as an earlier run of the same code declared them; modules need not be imported for that."""
        self._declare = None
        self._known |= {rule.id: rule for rule in rules}

    def add(self, id_: str, severity: Severity, summary: str, explanation: str) -> Rule:
        """Declare a rule.

        Raises:
            ValueError: if the id is taken by another.
        """
        rule = Rule(id_, severity, summary, " ".join(explanation.split()))
        if self._known.setdefault(id_, rule) != rule:
            raise ValueError(f"rule {id_} is declared twice")
        return rule


RULES = RuleBook()
