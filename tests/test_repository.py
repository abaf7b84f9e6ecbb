"""The promises of the repository: locks, one way to run the tests, every command documented."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from atlas.cli import main
from tests.conftest import REPOSITORY

COMMANDS = ("validate", "build", "bundle", "serve", "new", "rules")


def test_locks_have_hashes_and_no_addresses() -> None:
    """Every package of both registries is pinned by its contents."""
    for lock in ("package-lock.json", "scripts/bench/package-lock.json"):
        packages = json.loads((REPOSITORY / lock).read_text("utf-8"))["packages"]
        assert all("integrity" in package and "resolved" not in package for name, package in packages.items() if name)
    for file in (REPOSITORY / "requirements").glob("*.txt"):
        pinned = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", file.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        assert pinned
        assert all("==" in one and "--hash=sha256:" in one for one in pinned)


def test_ci_runs_the_tests_as_everybody_does() -> None:
    """`.ci/run` is `make test`."""
    lines = (REPOSITORY / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in lines if "make" in line] == ["exec make test"]


def test_help_lists_every_target() -> None:
    """What can be run can be found."""
    said = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for target in (
        "site",
        "serve",
        "bundle",
        "test",
        "lint",
        "format",
        "bench",
        "lock",
        "sbom",
        "links",
        "audit",
        "clean",
        "help",
    ):
        assert f"make {target} " in said


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_help_and_is_documented(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` answers, and the README and the contributors' page name the command."""
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out
    for page in ("README.md", "CONTRIBUTING.md"):
        if f"atlas {command}" in (REPOSITORY / page).read_text("utf-8"):
            return
    pytest.fail(f"atlas {command} is not documented")
