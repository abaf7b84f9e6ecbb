"""A rendered site and what a project and its user want → the report that they get.

Rules are chosen and weighed by the settings and the command line, places by paths, and what a baseline knows is left out:
the same for checking, building and previewing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from atlas import baseline, checks
from atlas.findings import RULES, Finding, Report, Severity
from atlas.model import Page, Site
from atlas.settings import Settings


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is let through. ``paths`` are files or folders relative to the project's; none means all."""

    severities: Mapping[str, Severity] = field(default_factory=dict)
    """The rules that are wanted, each with how severe it is."""
    paths: tuple[str, ...] = ()
    known: Mapping[baseline.Entry, int] | None = None
    strict: bool = False

    @classmethod
    def of(
        cls,
        configuration: Path,
        *,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        known: Path | None = None,
        is_new: bool = False,
        strict: bool = False,
    ) -> Sieve:
        """By a project's settings and what was asked for in this run; rules that are selected here are wanted in any case.

        ``known`` is a baseline to read instead of the project's own; ``is_new`` says to read none.

        Raises:
            CannotCheckError: if the baseline can't be read.
        """
        settings = Settings.of(configuration)
        if select:
            levels = {name: level for name, level in settings.severity.items() if level}
            settings = replace(settings, select=tuple(select), ignore=tuple(ignore), severity=levels)
        else:
            settings = replace(settings, ignore=(*settings.ignore, *ignore))
        severities = {rule.id: level for rule in RULES.rules.values() if (level := settings.severity_of(rule))}
        file = known or (configuration.parent / settings.baseline if settings.baseline else None)
        return cls(severities, (), baseline.read(file) if file and not is_new else None, strict)

    def report(self, site: Site) -> Report:
        """What is left of all that is found.

        Raises:
            CannotCheckError: if a library failed on a page.
        """
        # Without any rule nothing would be chosen, which ``run`` takes for all.
        found = checks.run(replace(site, asked=self.paths), select=self.severities or ["-"])
        kept = [self._weighed(finding) for finding in found.findings if self.covers(finding.location.path)]
        report = replace(found, findings=tuple(kept), strict=self.strict)
        if self.paths:
            report = self._counted(report, [page for page in site.pages if self.covers(page.path)])
        return report if self.known is None else baseline.subtract(report, self.known, self._is_looked_at)

    def covers(self, path: str) -> bool:
        """Whether a path is among those asked for."""
        return not self.paths or any(one in {"", "."} or path == one or path.startswith(f"{one}/") for one in self.paths)

    def _counted(self, report: Report, pages: Sequence[Page]) -> Report:
        """The report with the counts of some pages only."""
        links, diagrams, formulas = (
            sum(page.counts.get(name, 0) for page in pages) for name in ("links", "diagrams", "formulas")
        )
        return replace(report, pages=len(pages), links=links, diagrams=diagrams, formulas=formulas, rows=0)

    def _weighed(self, finding: Finding) -> Finding:
        severity = self.severities[finding.rule.id]
        return finding if severity is finding.severity else replace(finding, rule=replace(finding.rule, severity=severity))

    def _is_looked_at(self, entry: baseline.Entry) -> bool:
        return entry.rule in self.severities and self.covers(entry.path)


def known_paths(site: Site) -> frozenset[str]:
    """Every file of the project in which something may be found, and every folder that holds one."""
    files = {page.path for page in site.pages} | {name for page in site.pages for name in page.snippets}
    files |= {f"{site.documents}/{entry.path}" for entry in site.entries if not entry.from_theme}
    files |= {site.configuration, *(one for one in ("pyproject.toml",) if (site.root / one).is_file())}
    data = checks.project_data(site)
    files |= {f"{site.data}/{file.name}" for file in (data.glob("*.yml") if data else ())}
    return frozenset(files | {folder for file in files for folder in _parents(file)})


def _parents(path: str) -> Iterable[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    yield "."
