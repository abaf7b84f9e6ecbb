"""The last steps between what MkDocs writes and what readers get."""

from __future__ import annotations

from atlas.cli import main
from tests.conftest import Project

PAGE = {"docs/index.md": "# 甲\n", "docs/assets/a.js.map": "{}"}


def test_a_site_is_finished_before_it_is_checked(project: Project) -> None:
    """What no reader loads is not in the site."""
    configuration = project(PAGE)
    assert main(["build", "--config-file", str(configuration)]) == 0
    assert not list((configuration.parent / "site").rglob("*.map"))


def test_another_project_is_left_as_it_is(project: Project) -> None:
    """A site that does not use our extension keeps every file."""
    plain = "site_name: 别家\ntheme: {name: mkdocs, highlightjs: false}\nplugins: []\n"
    configuration = project(PAGE | {"mkdocs.yml": plain})
    assert main(["build", "--config-file", str(configuration)]) == 0
    assert (configuration.parent / "site" / "assets" / "a.js.map").is_file()
