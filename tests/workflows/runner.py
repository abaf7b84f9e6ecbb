"""A workflow's job, run step by step as GitHub's runner would: a clean clone, bash, its files for outputs and summaries.

``run:`` steps are executed. ``uses:`` steps are played by small functions here; those that only GitHub can do are named in
:data:`NEEDS_GITHUB`, with what is checked in their place. What would take minutes or the network is named in
:data:`SUBSTITUTED`; it has tests of its own.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import REPOSITORY
from tests.workflows.expressions import Expressions

NEEDS_GITHUB = {
    "actions/attest": "签名要 GitHub 发的身份；这里核对它要签的文件都在",
    "actions/deploy-pages": "部署要 GitHub 的 Pages；这里核对交给它的网站有首页",
    "actions/setup-python": "运行器装的 Python；这里用跑测试的 Python",
    "sudo apt-get": "要管理员和网络；这里记下命令",
}
SUBSTITUTED = {
    "test": "整套测试，十几分钟：它自己就是这套测试",
    "lint": "一分钟；每个检查器在别的测试里各跑一次",
    "lock": "要联网；这里改一个锁定的版本",
    "pdf": "两分钟；它有自己的测试",
    "epub": "它有自己的测试",
}
"""Targets of ``make`` that are not run; everything else a step says is."""
AWAITED: frozenset[str] = frozenset()
"""Those of them that the Makefile does not have yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was run, played or skipped: its name, its exit code and what it printed."""

    name: str
    code: int | None
    output: str = ""


@dataclass(slots=True)
class Job:
    """A finished job."""

    result: str = "success"
    steps: list[Step] = field(default_factory=list)
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)

    def step(self, name: str) -> Step:
        """A step by its name."""
        return next(step for step in self.steps if step.name == name)


@dataclass(slots=True)
class Runner:
    """The host: a bare repository to clone, a store of artifacts, and what the repository is set up with."""

    origin: Path
    home: Path
    event: Mapping[str, Any]
    name: str = "pull_request"
    ref: str = "main"
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def workflow(self, name: str) -> dict[str, Any]:
        """A workflow of the repository, as in the working tree."""
        read: dict[str, Any] = yaml.safe_load((REPOSITORY / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))
        return read

    def job(self, workflow: str, name: str, needs: Mapping[str, Job] | None = None) -> Job:
        """Run one job after those it needs."""
        return _Run(self, self.workflow(workflow), name, needs or {}).run()

    @property
    def artifacts(self) -> Path:
        """What jobs hand to each other."""
        return self.home / "artifacts"

    @property
    def calls(self) -> list[list[str]]:
        """Every call of ``gh`` so far."""
        log = self.home / "gh.log"
        return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []


class _Run:
    def __init__(self, runner: Runner, workflow: Mapping[str, Any], name: str, needs: Mapping[str, Job]) -> None:
        self._runner, self._workflow, self._name = runner, workflow, name
        self._definition: Mapping[str, Any] = workflow["jobs"][name]
        self._folder = runner.home / "jobs" / name
        shutil.rmtree(self._folder, ignore_errors=True)
        self._work, self._files = self._folder / "repository", self._folder / "files"
        self._files.mkdir(parents=True)
        self._work.mkdir()
        self._job = Job()
        github = {
            "event": runner.event,
            "event_name": runner.name,
            "ref_name": runner.ref,
            "ref": f"refs/heads/{runner.ref}",
            "repository": "llm-atlas/llm-atlas",
            "server_url": "https://github.com",
            "run_id": "1",
            "token": "t0",
            "base_ref": "main" if runner.name == "pull_request" else "",
            "workflow": workflow["name"],
        }
        self._contexts: dict[str, Any] = {
            "github": github,
            "vars": runner.variables,
            "secrets": runner.secrets,
            "runner": {"temp": str(self._files)},
            "needs": {one: {"result": job.result, "outputs": job.outputs} for one, job in needs.items()},
            "steps": {},
        }

    def run(self) -> Job:
        needs_failed = any(need["result"] != "success" for need in self._contexts["needs"].values())
        if not self._expressions(failed=needs_failed).holds(self._definition.get("if", "success()")):
            self._job.result = "skipped"
            return self._job
        for step in self._definition["steps"]:
            self._step(step)
        outputs = self._definition.get("outputs", {})
        self._job.outputs = {name: self._expressions().fill(text) for name, text in outputs.items()}
        summary = self._files / "summary"
        self._job.summary = summary.read_text("utf-8") if summary.exists() else ""
        return self._job

    def _expressions(self, *, failed: bool | None = None) -> Expressions:
        return Expressions(self._contexts, failed=self._job.result == "failure" if failed is None else failed)

    def _step(self, step: Mapping[str, Any]) -> None:
        name = str(step.get("name") or step.get("uses", "").partition("@")[0] or step.get("id"))
        if not self._expressions().holds(step.get("if", "success()")):
            self._job.steps.append(Step(name, None))
            return
        fill = self._expressions().fill
        if "uses" in step:
            given = {key: fill(value) for key, value in step.get("with", {}).items()}
            code, said, outputs = self._play(step["uses"].partition("@")[0], given)
        else:
            shell = self._workflow.get("defaults", {}).get("run", {}).get("shell")
            code, said, outputs = self._execute(fill(step["run"]), step.get("env", {}), strict=shell == "bash")
        if code and not step.get("continue-on-error"):
            self._job.result = "failure"
        self._job.steps.append(Step(name, code, said))
        if "id" in step:
            self._contexts["steps"][step["id"]] = {"outputs": outputs, "outcome": "failure" if code else "success"}

    def _execute(self, script: str, env: Mapping[str, Any], *, strict: bool) -> tuple[int, str, dict[str, str]]:
        file, output = self._files / "script.sh", self._files / "output"
        file.write_text(script, "utf-8")
        output.write_text("", "utf-8")
        fill = self._expressions().fill
        layers = (self._workflow.get("env", {}), self._definition.get("env", {}), env)
        given = {name: fill(value) for layer in layers for name, value in layer.items()}
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if strict else ["bash", "-e"]
        done = subprocess.run(
            [*shell, str(file)],
            cwd=self._work,
            env=self._environment() | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        pairs = (line.partition("=") for line in output.read_text("utf-8").splitlines())
        return done.returncode, done.stdout, {name: value for name, _, value in pairs}

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        modules = os.environ.get("ATLAS_NODE_MODULES") or str(REPOSITORY / "node_modules")
        files = {f"GITHUB_{name}": str(self._files / name.lower()) for name in ("OUTPUT", "ENV", "PATH")}
        return {
            **kept,
            **files,
            "GITHUB_STEP_SUMMARY": str(self._files / "summary"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "llm-atlas/llm-atlas",
            "GITHUB_WORKSPACE": str(self._work),
            "RUNNER_TEMP": str(self._files),
            "CI": "true",
            "PATH": os.pathsep.join([str(self._runner.home / "bin"), os.environ["PATH"]]),
            "PYTHON": str(self._runner.home / "bin" / "python-with-bootstrap"),
            "PYTHONPATH": str(self._work / "scripts"),
            "PYTHONUTF8": "1",
            "ATLAS_NODE_MODULES": modules,
            **self._runner.environment,
        }

    def _play(self, action: str, given: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
        players: Mapping[str, Callable[[Mapping[str, str]], str]] = {
            "actions/checkout": self._checkout,
            "actions/setup-python": lambda given: given["python-version"],
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
            "actions/upload-pages-artifact": lambda given: str((self._work / given["path"] / "index.html").stat().st_size),
            "actions/deploy-pages": lambda given: "",
            "actions/attest": self._attest,
        }
        try:
            return 0, players[action](given), {"page_url": "https://llm-atlas.github.io/"}
        except (OSError, subprocess.CalledProcessError) as error:
            return 1, str(error), {}

    def _checkout(self, given: Mapping[str, str]) -> str:
        assert given["persist-credentials"] == "false"
        # Copies of unchanged files, hard links of objects: a clone costs nothing.
        ref = given.get("ref") or self._runner.ref
        subprocess.run(
            ["git", "clone", "--quiet", "--branch", ref, str(self._runner.origin), "."], cwd=self._work, check=True
        )
        return ref

    def _upload(self, given: Mapping[str, str]) -> str:
        store = self._runner.artifacts / given["name"]
        shutil.rmtree(store, ignore_errors=True)
        found = [self._work / given["path"]] if "*" not in given["path"] else sorted(self._work.glob(given["path"]))
        if not found or not found[0].exists():
            raise FileNotFoundError(given["path"])
        for one in found:
            if one.is_dir():
                shutil.copytree(one, store, dirs_exist_ok=True, copy_function=os.link)
            else:
                store.mkdir(parents=True, exist_ok=True)
                shutil.copy2(one, store)
        return given["name"]

    def _download(self, given: Mapping[str, str]) -> str:
        target = self._work / given["path"]
        shutil.copytree(self._runner.artifacts / given["name"], target, dirs_exist_ok=True)
        return given["name"]

    def _attest(self, given: Mapping[str, str]) -> str:
        for name in ("subject-checksums", "sbom-path"):
            assert name not in given or (self._work / given[name]).read_text("utf-8").strip()
        assert "subject-path" not in given or list(self._work.glob(given["subject-path"]))
        return ""


def programs(home: Path) -> None:
    """What stands in for the host's programs: ``gh``, ``sudo``, an installer that links what is installed, slow targets."""
    folder = home / "bin"
    folder.mkdir(parents=True)
    python, installed = sys.executable, Path(sys.prefix)
    make = shutil.which("make")
    substituted = "|".join(SUBSTITUTED)
    texts = {
        "gh": f"""#!{python}
import json, sys
arguments = sys.argv[1:]
with open({str(home / "gh.log")!r}, "a", encoding="utf-8") as log:
    log.write(json.dumps(arguments, ensure_ascii=False) + "\\n")
try:
    answers = json.load(open({str(home / "gh.json")!r}, encoding="utf-8"))
except FileNotFoundError:
    answers = {{}}
print(answers.get(" ".join(arguments[:2]), ""))
""",
        # The registry's answer to `npm audit` is made up; all else is the real npm, if there is one.
        "npm": f"""#!/bin/bash
if [ "$1" = audit ]; then echo '{{"vulnerabilities": {{}}}}'; else exec {_npm()} "$@"; fi
""",
        "node": "#!/bin/bash\nexit 1\n",
        "sudo": '#!/bin/bash\n[ "$1" = apt-get ] && echo "sudo $*"\n',
        # Whatever the scripts for the host need must be in the standard library: -S leaves out everything installed.
        "python3": f'#!/bin/bash\nunset PYTHONPATH\nexec {python} -S "$@"\n',
        "python-with-bootstrap": f"""#!/bin/bash
if [ "$1" = scripts/bootstrap.py ]; then
  [ -e .venv ] || ln -s {installed} .venv
  mkdir -p .cache
  [ -e .cache/node ] || ! [ -d {REPOSITORY}/.cache/node ] || ln -s {REPOSITORY}/.cache/node .cache/node
  printf %s "$ATLAS_CHROMIUM" > .cache/chromium
else
  exec {python} "$@"
fi
""",
        "make": f"""#!/bin/bash
# Each target that is asked for must be one; the slow ones are then left out, and the same tree is built once.
set -e
folder=.
[ "$1" != -C ] || {{ folder=$2; shift 2; }}
cd "$folder"
export PYTHONPATH="$PWD/scripts"
for target in "$@"; do
  case $target in {"|".join(sorted(AWAITED)) or "-"}) ;; *) {make} -n "$target" > /dev/null ;; esac
  case $target in
    {substituted}) echo "（没有运行 make $target）" ;;
  esac
  case $target in
    lock) {make} -s install-test; sed -i 's/^zizmor==.*\\\\/zizmor==99.0 \\\\/' requirements/test.txt ;;
    pdf|epub) mkdir -p dist; echo "$target" > "dist/llm-atlas.$target" ;;
    {substituted}) ;;
    site|bundle)
      kept={home}/built/$(git rev-parse 'HEAD^{{tree}}')-$target
      folder=$([ $target = site ] && echo site || echo dist)
      {make} -s install
      if [ -d "$kept" ]; then cp -al "$kept" $folder; else {make} -s $target; mkdir -p {home}/built; cp -al $folder "$kept"; fi ;;
    *) {make} -s "$target" ;;
  esac
done
""",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
        (folder / name).chmod(0o755)


def _npm() -> str:
    """The machine's npm, or the one that was installed for this project."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return f"env PATH={shlex.quote(os.environ['PATH'])} {found}"
    folder = REPOSITORY / ".cache" / "node"
    node, cli = (next(folder.rglob(name), None) for name in ("bin/node", "npm-cli.js"))
    return f"{node} {cli}"


def steps(workflow: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every step of a workflow with its job's name."""
    for name, job in workflow["jobs"].items():
        for step in job.get("steps", []):
            yield name, step
