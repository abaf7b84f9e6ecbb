"""What a check says: rules, places and findings → a report.

Every check, whatever it looks at, speaks in these values, so that each reporter is written once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class CannotCheckError(Exception):
    """Checking itself is impossible; the text is one clear sentence for the user (exit code 3)."""


class Severity(StrEnum):
    """How much a finding matters: an error breaks the build, a warning does so only under ``--strict``."""

    ERROR = "error"
    WARNING = "warning"


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
class Finding:
    """One fault: which rule, where, what is wrong and what to write instead."""

    rule: Rule
    location: Location
    message: str
    hint: str = ""

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

    @classmethod
    def of(cls, findings: Iterable[Finding], **counts: int) -> Report:
        """Sort the findings and drop exact repetitions."""
        unique = dict.fromkeys(findings)
        ordered = sorted(unique, key=lambda f: (f.location.sort_key(), f.rule.id, f.message))
        return cls(tuple(ordered), **counts)

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
        return bool(self.findings) if strict else self.errors > 0


@dataclass(slots=True)
class RuleBook:
    """The rules known to the tool, by id, in the order in which the check modules declare them."""

    rules: dict[str, Rule] = field(default_factory=dict)

    def add(self, id_: str, severity: Severity, summary: str, explanation: str) -> Rule:
        """Declare a rule.

        Raises:
            ValueError: if the id is taken.
        """
        if id_ in self.rules:
            raise ValueError(f"rule {id_} is declared twice")
        rule = Rule(id_, severity, summary, " ".join(explanation.split()))
        self.rules[id_] = rule
        return rule


RULES = RuleBook()
