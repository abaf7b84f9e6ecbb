"""What a project says of the checks, and what is said when it says it wrongly."""

from __future__ import annotations

import pytest

from atlas import checks  # declares the rules
from atlas.findings import RULES, Severity
from atlas.reporters.human import place
from atlas.settings import Settings, is_named
from tests.conftest import Project

MKDOCS = "site_name: 甲\nplugins: []\n"
assert checks.SITE_CHECKS


def read(project: Project, *, extra: str = "", toml: str = "", more: dict[str, str] | None = None) -> Settings:
    """The settings of a project with this ``extra`` and this ``pyproject.toml``."""
    return Settings.of(project({"mkdocs.yml": MKDOCS + extra, "pyproject.toml": toml, **(more or {})}))


def said(settings: Settings) -> list[tuple[str, str]]:
    """Place and hint of each finding."""
    return [(place(finding.location), finding.hint) for finding in settings.findings]


def test_nothing_said_means_every_rule_as_declared(project: Project) -> None:
    """Without settings each rule keeps its severity."""
    settings = read(project)
    assert settings == Settings()
    assert all(settings.severity_of(rule) is rule.severity for rule in RULES.rules.values())


def test_settings_in_mkdocs_yml(project: Project) -> None:
    """``extra: atlas:`` holds all four, and ``off`` needs no quotes."""
    extra = """extra:
  atlas:
    select: [link-*, nav-page-orphan]
    ignore: link-anchor-missing
    severity: {nav-*: off, nav-page-orphan: error, "link-target-missing": warning}
    baseline: known.json
"""
    settings = read(project, extra=extra)
    assert settings.findings == ()
    assert settings.select == ("link-*", "nav-page-orphan")
    assert settings.ignore == ("link-anchor-missing",)
    assert settings.baseline == "known.json"
    wanted = {rule.id: severity for rule in RULES.rules.values() if (severity := settings.severity_of(rule))}
    assert wanted["nav-page-orphan"] is Severity.ERROR, "the exact name wins over the prefix"
    assert wanted["link-target-missing"] is Severity.WARNING
    assert not {"link-anchor-missing", "nav-target-missing", "id-duplicate"} & set(wanted)


def test_settings_in_pyproject_toml(project: Project) -> None:
    """The same in TOML, tables and all."""
    toml = '[tool.atlas]\nignore = ["fact-*"]\nbaseline = "b.json"\n[tool.atlas.severity]\nid-duplicate = "warning"\n'
    settings = read(project, toml=toml)
    assert settings.findings == ()
    assert (settings.ignore, settings.baseline) == (("fact-*",), "b.json")
    assert settings.severity == {"id-duplicate": Severity.WARNING}


def test_mkdocs_yml_wins_key_by_key(project: Project) -> None:
    """What both set is taken from mkdocs.yml, the rest from either."""
    toml = '[tool.atlas]\nignore = ["fact-*"]\nbaseline = "b.json"\n'
    settings = read(project, extra="extra: {atlas: {ignore: [nav-*]}}\n", toml=toml)
    assert (settings.ignore, settings.baseline) == (("nav-*",), "b.json")


def test_settings_are_inherited(project: Project) -> None:
    """A configuration that inherits takes the settings along, its own first."""
    base = "site_name: 甲\nextra: {atlas: {ignore: [fact-*], baseline: base.json}}\n"
    settings = read(
        project, extra="INHERIT: conf/base.yml\nextra: {atlas: {ignore: [nav-*]}}\n", more={"conf/base.yml": base}
    )
    assert (settings.ignore, settings.baseline) == (("nav-*",), "base.json")


@pytest.mark.parametrize(
    ("extra", "where", "hint"),
    [
        pytest.param("  atlas: {ignor: [nav-*]}", "mkdocs.yml:4:11", "`ignore`", id="key"),
        pytest.param("  atlas: {ignore: [nav-*, 'nav-page-orfan']}", "mkdocs.yml:4:28", "`nav-page-orphan`", id="rule"),
        pytest.param("  atlas: {select: lnik-*}", "mkdocs.yml:4:19", "`link-*`", id="prefix"),
        pytest.param(
            "  atlas: {severity: {nav-page-orfan: off}}", "mkdocs.yml:4:22", "`nav-page-orphan`", id="severity of no rule"
        ),
        pytest.param("  atlas: {severity: {nav-page-orphan: eror}}", "mkdocs.yml:4:39", "`error`", id="severity"),
        pytest.param("  atlas: {severity: off}", "mkdocs.yml:4:11", "severity:", id="severity for all"),
        pytest.param("  atlas: {baseline: [a]}", "mkdocs.yml:4:11", "baseline:", id="baseline"),
        pytest.param("  atlas: {ignore: {a: b}}", "mkdocs.yml:4:11", "ignore:", id="no list"),
        pytest.param("  atlas: [nav-*]", "mkdocs.yml:4:10", "ignore:", id="no mapping"),
    ],
)
def test_misunderstood_setting_is_a_finding(project: Project, extra: str, where: str, hint: str) -> None:
    """At its place, with the nearest that is meant."""
    ((found, text),) = said(read(project, extra=f"extra:\n{extra}\n"))
    assert found == where
    assert hint in text


@pytest.mark.parametrize(
    ("toml", "where", "hint"),
    [
        pytest.param('[project]\nname = "ignor"\n[tool.atlas]\nignor = []\n', "pyproject.toml:4:1", "`ignore`", id="key"),
        pytest.param(
            '[tool.atlas]\nignore = [\n  "nav-*",\n  "idd-duplicate",\n]\n',
            "pyproject.toml:4:4",
            "`id-duplicate`",
            id="rule",
        ),
        pytest.param('[tool.atlas.severity]\nid-duplicate = "of"\n', "pyproject.toml:2:17", "`off`", id="severity"),
        pytest.param("[tool.atlas]\nignore = [\n", "pyproject.toml", "按报错", id="no TOML"),
    ],
)
def test_misunderstood_setting_in_toml(project: Project, toml: str, where: str, hint: str) -> None:
    """TOML has its place, too."""
    ((found, text),) = said(read(project, toml=toml))
    assert found.startswith(where)
    assert hint in text


def test_foreign_pyproject_says_nothing(project: Project) -> None:
    """A project's own tables are none of our business."""
    assert read(project, toml='[tool.other]\nignor = 1\n[project]\nname = "甲"\n') == Settings()


def test_patterns() -> None:
    """A star stands at the end only."""
    assert is_named("link-target-missing", ["link-*"])
    assert is_named("link-target-missing", ["*"])
    assert not is_named("link-target-missing", ["link", "*-missing"])
