"""What a contributor has at a desk: checks before a commit, tasks of the editor, schemas, a container."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from atlas.facts import SCHEMAS
from tests.conftest import REPOSITORY, Project, call_atlas

TASKS = json.loads((REPOSITORY / ".vscode" / "tasks.json").read_text("utf-8"))
HOOKS = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]


def matchers() -> list[re.Pattern[str]]:
    """Every pattern with which the editor reads what the commands say."""
    found = []
    for task in TASKS["tasks"]:
        given = task["problemMatcher"]
        found += [re.compile(one["pattern"]["regexp"]) for one in ([given] if isinstance(given, dict) else given)]
    return found


def test_editor_understands_every_finding(project: Project) -> None:
    """A finding with a place, and one that has only a file, each match one pattern of the task that checks."""
    folder = project({"docs/index.md": "# 页\n\n[坏](nowhere.md)\n", "docs/two.md": b"\xff".decode("latin-1")}).parent
    (folder / "docs/two.md").write_bytes(b"\xff\xfe\xfa")
    said = call_atlas(folder, "validate").stdout
    heads = [line for line in said.splitlines() if " 错误 " in line or " 警告 " in line]
    assert len(heads) >= 2
    for line in heads:
        assert any(pattern.match(line) for pattern in matchers()), line
    assert re.search(TASKS["tasks"][-1]["problemMatcher"]["background"]["endsPattern"], said.splitlines()[-1])


def test_editor_knows_a_schema_for_each_kind_of_data(tmp_path: Path) -> None:
    """The files that the setting names are those that the command writes."""
    done = call_atlas(tmp_path, "facts", "--schemas", "out")
    assert done.returncode == 0
    assert {file.stem for file in (tmp_path / "out").iterdir()} == set(SCHEMAS)
    settings = json.loads((REPOSITORY / ".vscode" / "settings.json").read_text("utf-8"))
    for schema, path in settings["yaml.schemas"].items():
        assert Path(schema).stem in SCHEMAS
        assert (REPOSITORY / path).is_file()
    assert len(settings["yaml.schemas"]) == len(SCHEMAS)


def test_every_task_is_a_command_that_exists() -> None:
    """A task that fails for a wrong option would be worse than none."""
    for task in TASKS["tasks"]:
        if task["command"] == "atlas":
            done = call_atlas(REPOSITORY, task["args"][0], "--help")
            assert done.returncode == 0
            for option in (one for one in task["args"][1:] if one.startswith("--")):
                assert option in done.stdout


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hook_runs_a_check_that_is_there(hook: dict[str, str]) -> None:
    """Each names a check of ``hook.py``, and files that exist."""
    script, check = hook["entry"].removeprefix("python ").split()
    done = subprocess.run([sys.executable, str(REPOSITORY / script)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert check in done.stderr
    pattern = hook.get("files")
    if pattern:
        assert re.search(pattern, "docs/training/cost.md")
        assert not re.search(pattern, "scripts/atlas/cli.py")


def test_hook_finds_what_is_wrong(tmp_path: Path) -> None:
    """A page that is badly set stops the commit; one that is not does not."""
    page = tmp_path / "page.md"
    page.write_text("显存80GB,不够。\n", "utf-8")
    sys.path.insert(0, str(REPOSITORY / "scripts"))
    import hook

    if not hook.PYTHON.is_file():
        hook.PYTHON = Path(sys.executable)
    assert hook.main(["typography", str(page)]) == 1
    page.write_text("显存 80GB，不够。\n", "utf-8")
    assert hook.main(["typography", str(page)]) == 0


def test_container_installs_what_the_readme_asks_for() -> None:
    """Python new enough, make and git."""
    text = (REPOSITORY / ".devcontainer" / "Dockerfile").read_text("utf-8")
    version = re.search(r"^FROM python:3\.(\d+)", text, re.MULTILINE)
    assert version
    assert int(version[1]) >= 11
    assert {"make", "git"} <= set(text.split())
    made = json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert "make install-test" in made["postCreateCommand"]
