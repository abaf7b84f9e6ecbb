"""The workflows, run: every ``run:`` step in a clean clone of the repository (with a small book in it), as the host would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.workflows.runner import AWAITED, NEEDS_GITHUB, SUBSTITUTED, Job, Runner, programs, steps
from tests.workflows.small_book import commit, git, plant

pytestmark = pytest.mark.xdist_group("workflows")

WORKFLOWS = sorted(file.stem for file in (REPOSITORY / ".github" / "workflows").glob("*.yml"))
PULL_REQUEST = {"repository": {"default_branch": "main"}}
BAD_PAGE = "\n见[表](hardware/devices.md#tabel)。\n\n```mermaid\nflowchart LR\n  accTitle: 坏\n  accDescr: 坏\n  A[甲（乙)] --> B\n  C(( --> D\n```\n"


def read(name: str) -> dict[str, Any]:
    """A workflow."""
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Runner:
    """A host with the repository; a pull request's branch changes how pages look and moves nothing."""
    home = tmp_path_factory.mktemp("host")
    work, origin = home / "work", home / "origin.git"
    work.mkdir()
    plant(work)
    git(work, "switch", "--quiet", "--create", "request")
    with (work / "docs" / "assets" / "atlas.css").open("a", encoding="utf-8") as style:
        style.write("\n#table { border: 9px solid red; }\n")
    commit(work, "Frame the table")
    git(work, "switch", "--quiet", "--create", "broken")
    with (work / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write(BAD_PAGE)
    commit(work, "Break a link and a diagram")
    git(work, "clone", "--quiet", "--bare", str(work), str(origin))
    programs(home)
    return Runner(origin, home, PULL_REQUEST, environment={"ATLAS_CHROMIUM": chromium_path})


@pytest.fixture(scope="module")
def checked(host: Runner) -> dict[str, Job]:
    """All jobs of the check on the good pull request."""
    runner = replace(host, ref="request")
    jobs = {name: runner.job("check", name) for name in ("pages", "code", "tests", "build", "compare")}
    return {**jobs, "passed": runner.job("check", "passed", jobs)}


def test_a_good_request_passes(checked: dict[str, Job]) -> None:
    """Every job succeeds, the gate says so, and both sites are there to be taken away."""
    assert {name: job.result for name, job in checked.items()} == dict.fromkeys(checked, "success"), [
        step for job in checked.values() for step in job.steps if step.code
    ]
    assert "检查了 4 页" in checked["pages"].summary
    assert "没有发现问题" in checked["pages"].summary
    assert "compare：success" in checked["passed"].summary


def test_the_site_and_the_bundle_are_artifacts(host: Runner, checked: dict[str, Job]) -> None:
    """What reviewers download is the site, and a zip to double-click."""
    assert checked["build"].result == "success"
    assert (host.artifacts / "site" / "hardware" / "devices" / "index.html").is_file()
    assert [file.suffix for file in (host.artifacts / "offline").iterdir()] == [".zip"]


def test_pages_are_photographed_before_and_after(host: Runner, checked: dict[str, Job]) -> None:
    """A change of a style sheet shows in the table of differences, and in pictures of the page that has the frame."""
    assert re.search(r"最长的数据表.*\| 390 \| \d+\.\d+%", checked["compare"].summary)
    assert "首页" not in checked["compare"].summary
    assert (host.artifacts / "comparison" / "hardware-devices-390-difference.png").is_file()


def test_a_bad_request_is_annotated_on_the_very_lines(host: Runner) -> None:
    """In Chinese, with the hint; the table has the same; the job fails and so does the gate."""
    job = replace(host, ref="broken").job("check", "pages")
    said = job.step("检查全站")
    assert said.code == 1
    page = (host.home / "jobs" / "pages" / "repository" / "docs" / "index.md").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(page, 1) if "tabel" in text)
    expected = (
        f"::error file=docs/index.md,line={line},col=6,title=link-anchor-missing::"
        "`hardware/devices.md#tabel` 里的锚点 `#tabel` 在目标页不存在，读者会停在页首%0A提示：最接近的锚点是 `#table`"
    )
    assert any(line.startswith(expected) for line in said.output.splitlines())
    assert re.search(rf"^::error file=docs/index.md,line={line + 7},col=\d+,title=diagram-", said.output, re.MULTILINE)
    assert f"| `docs/index.md:{line}:6` | 错误 | `link-anchor-missing` |" in job.summary
    assert job.result == "failure"
    good = Job()
    gate = host.job("check", "passed", {**dict.fromkeys(["code", "tests", "build", "compare"], good), "pages": job})
    assert gate.result == "failure"
    assert "pages：failure" in gate.summary


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped"])
def test_the_gate_lets_only_success_pass(host: Runner, result: str) -> None:
    """A job that failed, was cancelled or never ran stops a merge."""
    jobs = {**dict.fromkeys(["pages", "code", "build", "compare"], Job()), "tests": Job(result)}
    assert host.job("check", "passed", jobs).result == "failure"


def test_main_is_published(host: Runner, checked: dict[str, Job]) -> None:
    """What was checked is what goes up; nothing goes up after a check that failed, or from another branch."""
    runner = replace(host, name="push", event={"repository": {"default_branch": "main"}})
    assert runner.job("publish", "deploy", {"check": checked["passed"]}).result == "success"
    assert runner.job("publish", "deploy", {"check": Job("failure")}).result == "skipped"
    assert replace(runner, ref="request").job("publish", "deploy", {"check": Job()}).result == "skipped"


@pytest.fixture
def previews(host: Runner, tmp_path: Path) -> Runner:
    """A host whose repository has a place for previews, with one of a request that is closed by now."""
    place, seed = tmp_path / "previews" / "llm-atlas-previews" / "pages", tmp_path / "seed"
    (seed / "pr-3").mkdir(parents=True)
    (seed / "pr-3" / "index.html").write_text("旧", "utf-8")
    commit(seed, "Old")
    git(tmp_path, "clone", "--quiet", "--bare", str(seed), str(place))
    (host.home / "gh.log").unlink(missing_ok=True)
    answers = {"api --method": json.dumps([{"number": 7, "head": {"sha": "abc1234"}}]), "pr list": '[{"number": 7}]'}
    (host.home / "gh.json").write_text(json.dumps(answers), "utf-8")
    run = {"event": "pull_request", "conclusion": "success", "id": 5, "head_sha": "abc1234", "head_branch": "request"}
    event = {**PULL_REQUEST, "workflow_run": {**run, "head_repository": {"owner": {"login": "somebody"}}}}
    instead = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{tmp_path}/previews/.insteadOf"}
    return replace(
        host,
        event=event,
        name="workflow_run",
        variables={"PREVIEW_REPOSITORY": "llm-atlas-previews/pages", "PREVIEW_URL": "https://previews.example.org/"},
        secrets={"PREVIEW_TOKEN": "secret"},
        environment={**host.environment, **instead, "GIT_CONFIG_VALUE_0": "https://github.com/"},
    )


def test_a_preview_goes_up_and_closed_ones_come_down(previews: Runner, checked: dict[str, Job], tmp_path: Path) -> None:
    """The artifact lies below the request's number, the request is told, and what is closed goes."""
    assert checked["build"].result == "success"
    job = previews.job("preview", "deploy")
    assert job.result == "success", job.steps
    git(tmp_path, "clone", "--quiet", str(tmp_path / "previews" / "llm-atlas-previews" / "pages"), "seen")
    assert (tmp_path / "seen" / "pr-7" / "hardware" / "devices" / "index.html").is_file()
    assert not (tmp_path / "seen" / "pr-3").exists()
    assert "Disallow: /" in (tmp_path / "seen" / "robots.txt").read_text("utf-8")
    comment = next(call for call in previews.calls if call[:2] == ["pr", "comment"])
    assert "https://previews.example.org/pr-7/" in comment[-1]


def test_no_preview_without_a_host_or_for_an_old_commit(previews: Runner) -> None:
    """Without the variable nothing happens; a run of a commit that is not the newest any more changes nothing."""
    assert replace(previews, variables={}).job("preview", "deploy").result == "skipped"
    (previews.home / "gh.json").write_text(json.dumps({"api --method": "[]"}), "utf-8")
    job = previews.job("preview", "deploy")
    assert job.result == "success"
    assert job.step("放到预览站").code is None


def test_a_preview_that_is_no_site_is_refused(previews: Runner, checked: dict[str, Job]) -> None:
    """One odd file in the artifact, and nothing is pushed."""
    assert checked["build"].result == "success"
    try:
        (previews.artifacts / "site" / "run.sh").write_text("echo", "utf-8")
        job = previews.job("preview", "deploy")
    finally:
        (previews.artifacts / "site" / "run.sh").unlink()
    assert job.result == "failure"
    assert "不收 `run.sh`" in job.step("核对产物").output
    assert job.step("放到预览站").code is None


@pytest.fixture
def quiet(host: Runner) -> Runner:
    """The host on a schedule, with nothing said to ``gh`` so far, and registries that know of one vulnerability."""
    (host.home / "gh.log").unlink(missing_ok=True)
    (host.home / "gh.json").unlink(missing_ok=True)
    fault = {"name": "markdown", "version": "3.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.2"]}]}
    program = host.home / "pip-audit"
    program.write_text(f"#!/bin/bash\necho '{json.dumps({'dependencies': [fault]})}'\nexit 1\n", "utf-8")
    program.chmod(0o755)
    return replace(host, name="schedule", environment={**host.environment, "ATLAS_PIP_AUDIT": str(program)})


def test_the_weekly_look_keeps_one_issue_for_each_thing(quiet: Runner) -> None:
    """What was found opens an issue with its label; what was not found opens none."""
    looked = quiet.job("weekly", "look")
    assert looked.result == "success", looked.steps
    assert "PYSEC-1" in looked.summary
    assert quiet.job("weekly", "tell", {"look": looked}).result == "success"
    opened = {call[call.index("--label") + 1] for call in quiet.calls if call[:2] == ["issue", "create"]}
    assert opened == {"依赖漏洞"}


def test_updates_are_proposed_by_a_job_that_runs_none_of_them(quiet: Runner) -> None:
    """The locks' changes come as a patch; the branch is pushed, the request opened and its checks started."""
    prepared = quiet.job("update", "prepare")
    assert prepared.result == "success", prepared.steps
    assert prepared.outputs == {"changed": "true"}
    proposed = quiet.job("update", "propose", {"prepare": prepared})
    assert proposed.result == "success", proposed.steps
    changed = git(quiet.origin, "diff", "--name-only", "main", "upkeep/locks").split()
    assert changed == ["docs/_data/addresses.txt", "requirements/test.txt"]
    assert ["workflow", "run", "check.yml", "--ref", "upkeep/locks"] in quiet.calls
    body = next(call for call in quiet.calls if call[:2] == ["pr", "create"])[-1]
    assert "| `requirements/test.txt` | zizmor |" in Path(body).read_text("utf-8")
    assert quiet.job("update", "propose", {"prepare": Job(outputs={"changed": "false"})}).result == "skipped"


def test_a_tag_is_released_with_everything(quiet: Runner) -> None:
    """Zip, PDF, EPUB, both lists of parts and their sums; a tag that is not the version is not released."""
    git(quiet.origin, "tag", "--force", "v0.1.0", "request")  # its bundle was built already
    tagged = replace(quiet, name="push", ref="v0.1.0")
    built = tagged.job("release", "build", {"check": Job()})
    assert built.result == "success", built.steps
    done = tagged.job("release", "publish", {"build": built})
    assert done.result == "success", done.steps
    released = next(call for call in quiet.calls if call[:2] == ["release", "create"])
    kinds = {
        name.partition(".")[2] if "cdx" in name else Path(name).suffix for name in released if name.startswith("release/")
    }
    assert kinds == {".zip", ".pdf", ".epub", "cdx.json", ".md", ""}
    assert (quiet.artifacts / "release" / "NOTES.md").read_text("utf-8").startswith("### 新增\n\n- 第一版。")
    git(quiet.origin, "tag", "--force", "v9.9.9", "main")
    wrong = replace(tagged, ref="v9.9.9").job("release", "build", {"check": Job()})
    assert wrong.steps[2].code
    assert "标签是 v9.9.9，pyproject.toml 里是 0.1.0" in wrong.steps[2].output


def targets() -> set[str]:
    """What ``make`` can make."""
    return set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_what_is_awaited_is_not_there_yet() -> None:
    """A target that has come is taken off the list, and is from then on one that a step may not misspell."""
    assert not AWAITED & targets()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_step_is_run_or_said_why_not(name: str) -> None:
    """Each action is one that the tests play; each target of make that they leave out is named with its reason."""
    played = {"actions/checkout", "actions/upload-artifact", "actions/download-artifact", "actions/upload-pages-artifact"}
    for _, step in steps(read(name)):
        action = step.get("uses", "").partition("@")[0]
        assert not action or action in played | set(NEEDS_GITHUB), action
        asked = re.findall(r"\bmake (?:-C \S+ )?((?:[a-z-]+ ?)+)", step.get("run", ""))
        assert {target for targets in asked for target in targets.split()} <= targets() | AWAITED
    assert all(NEEDS_GITHUB.values())
    assert all(SUBSTITUTED.values())


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_gives_no_more_than_it_must(name: str) -> None:
    """Nothing by default, each job says what it may; actions by commit with their version; every job ends some time."""
    workflow = read(name)
    assert workflow["permissions"] == {}
    text = (REPOSITORY / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
    for line in re.findall(r"uses: .*", text):
        assert re.fullmatch(r"uses: (\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/workflows/\w+\.yml)", line), line
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job or "uses" in job


def test_untrusted_code_sees_no_secret_and_may_write_nothing() -> None:
    """Whatever builds a pull request's code, or a fresh package's, can only read."""
    builders = [("check", name) for name in read("check")["jobs"]]
    builders += [("update", "prepare"), ("weekly", "look"), ("release", "build")]
    for workflow, name in builders:
        job = read(workflow)["jobs"][name]
        assert set(job.get("permissions", {}).items()) <= {("contents", "read")}, (workflow, name)
        assert "secrets." not in yaml.safe_dump(job)
        assert "github.token" not in yaml.safe_dump(job)


def test_the_same_action_is_the_same_everywhere() -> None:
    """One version of each action."""
    used: dict[str, set[str]] = {}
    for name in WORKFLOWS:
        for _, step in steps(read(name)):
            action, _, commit_ = step.get("uses", "").partition("@")
            used.setdefault(action, set()).add(commit_)
    assert all(len(commits) == 1 for action, commits in used.items() if action)


def test_linters_find_nothing() -> None:
    """As in ``make lint``: zizmor for what is unsafe, actionlint and shellcheck for what is wrong; both without network."""
    folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([folder, os.environ["PATH"]])}
    for command in (["zizmor", "--offline", "--no-progress", "--quiet", ".github"], ["actionlint"]):
        done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
