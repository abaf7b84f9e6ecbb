"""The installation, with stand-ins for Python, npm and the browsers: no network, no real package."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import bootstrap

REPOSITORY = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.setup,
    pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts"),
]

FAKE_PYTHON = """#!/bin/sh
echo "$@" >> {calls}
case "$*" in
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *"--target "*) mkdir -p {node}/bin {node}/npm && echo node > {node}/bin/node && echo npm > {node}/npm/npm-cli.js ;;
  *"pip install"*) cat {output} 2>/dev/null; [ ! -e {output} ] ;;
esac
"""
FAKE_NPM = """#!/bin/sh
if [ "$1" = --version ]; then echo 11.0.0; exit; fi
echo "npm $@" >> {calls}
cat {output} 2>/dev/null
[ ! -e {output} ] && mkdir -p node_modules
"""


class Machine(NamedTuple):
    """A folder that stands for a fresh clone on a machine whose programs are all made up."""

    root: Path
    programs: Path
    calls: Path

    def install(self, group: str = "site") -> int:
        """Run the installation."""
        return bootstrap.main([group])

    def called(self) -> list[str]:
        """What was run since the last question."""
        said = self.calls.read_text("utf-8").splitlines() if self.calls.exists() else []
        self.calls.unlink(missing_ok=True)
        return [line for line in said if line != "-m pip --version"]

    def program(self, name: str, text: str) -> Path:
        """Put a program on the path."""
        file = self.programs / name
        file.write_text(text, "utf-8")
        file.chmod(0o755)
        return file

    def fails_with(self, tool: str, output: str) -> None:
        """From now on the tool prints this and fails."""
        (self.root / f"{tool}.fails").write_text(output, "utf-8")

    def recovers(self, tool: str) -> None:
        """From now on the tool works again."""
        (self.root / f"{tool}.fails").unlink()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A fresh clone on a machine with Python, npm, Chromium and a Chinese font."""
    root = tmp_path / "带空格 的路径"
    root.mkdir()
    made = Machine(root, tmp_path / "bin", tmp_path / "calls")
    made.programs.mkdir()
    (root / "requirements").mkdir()
    for group in ("site", "test", "node"):
        (root / "requirements" / f"{group}.txt").write_text("setuptools==1 \\\n    --hash=sha256:0\n", "utf-8")
    (root / "pyproject.toml").write_text("", "utf-8")
    (root / "package-lock.json").write_text("{}", "utf-8")
    cache = root / ".cache"
    for name, value in {
        "ROOT": root,
        "CACHE": cache,
        "LOG": cache / "bootstrap.log",
        "VENV": root / ".venv",
        "BIN": root / ".venv" / "bin",
        "NODE_VENV": cache / "node",
    }.items():
        monkeypatch.setattr(bootstrap, name, value)
    fill = {"calls": shlex.quote(str(made.calls)), "node": shlex.quote(str(cache / "node"))}
    python = FAKE_PYTHON.format(output=shlex.quote(str(root / "pip.fails")), **fill)
    npm = FAKE_NPM.format(output=shlex.quote(str(root / "npm.fails")), calls=fill["calls"])
    base = made.program("base-python", python)
    monkeypatch.setattr(bootstrap, "base_python", lambda: str(base))
    monkeypatch.setattr(bootstrap, "MAC_BROWSERS", ())
    made.program("npm", npm)
    made.program("node", f"#!/bin/sh\necho node-of-the-package >> {fill['calls']}\nmkdir -p node_modules\n")
    made.program("chromium", "#!/bin/sh\necho Chromium 1\n")
    made.program("fc-list", "#!/bin/sh\necho Noto\n")
    for tool in ("sh", "mkdir", "cp", "cat", "echo"):
        (made.programs / tool).symlink_to(f"/bin/{tool}")
    monkeypatch.setenv("PATH", str(made.programs))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return made


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        pytest.param("ProxyError('Cannot connect to proxy.', NewConnectionError(…))", "代理", id="pip-proxy"),
        pytest.param("npm error tunneling socket could not be established", "代理", id="npm-proxy"),
        pytest.param("Temporary failure in name resolution", "连不上软件源", id="pip-offline"),
        pytest.param("npm error code EAI_AGAIN", "连不上软件源", id="npm-offline"),
        pytest.param("Temporary failure resolving 'mirror.invalid'", "连不上软件源", id="apt-offline"),
        pytest.param("Read timed out.\nERROR: No matching distribution found", "连不上软件源", id="offline-first"),
        pytest.param("SSLError(… CERTIFICATE_VERIFY_FAILED …)", "证书", id="pip-certificate"),
        pytest.param("npm error code SELF_SIGNED_CERT_IN_CHAIN", "证书", id="npm-certificate"),
        pytest.param("THESE PACKAGES DO NOT MATCH THE HASHES", "哈希不符", id="pip-hash"),
        pytest.param("npm error code EINTEGRITY", "哈希不符", id="npm-hash"),
        pytest.param("error: command 'gcc' failed", "编译器", id="no-compiler"),
        pytest.param("error: command 'x86_64-linux-gnu-gcc' failed: No such file", "编译器", id="debian-compiler"),
        pytest.param("No matching distribution found for x==1", "锁定的版本", id="no-distribution"),
        pytest.param("OSError: [Errno 28] No space left on device", "磁盘满了", id="pip-disk"),
        pytest.param("npm error code ENOSPC", "磁盘满了", id="npm-disk"),
        pytest.param("E: You don't have enough free space in /var/cache/", "磁盘满了", id="apt-disk"),
        pytest.param("ensurepip is not available", "venv 模块", id="no-venv"),
        pytest.param("can only install packages when your package.json and", "make lock", id="npm-out-of-step"),
        pytest.param("Permission denied: '/x'", "写入权限", id="permission"),
        pytest.param("something else", "", id="unknown"),
    ],
)
def test_output_becomes_a_sentence(output: str, sentence: str) -> None:
    said = bootstrap.explain(output)
    assert sentence in said
    assert bool(said) == bool(sentence)


def test_one_package_of_a_lock_file() -> None:
    lock = "a==1 \\\n  --hash=sha256:1\nsetuptools==2 \\\n  --hash=sha256:2 \\\n  --hash=sha256:3\nz==4\n"
    assert bootstrap.pinned(lock, "setuptools") == "setuptools==2 \\\n  --hash=sha256:2 \\\n  --hash=sha256:3\n"


@pytest.mark.parametrize("group", ["site", "test"])
def test_locks_pin_the_backend_that_builds_them(group: str) -> None:
    """A package without a wheel for the machine would else be built by a setuptools that no lock knows."""
    lock = (REPOSITORY / "requirements" / f"{group}.txt").read_text("utf-8")
    for name in ("setuptools", "hatchling", "editables"):
        assert "--hash=sha256:" in bootstrap.pinned(lock, name)


def test_first_run_installs_and_second_does_nothing(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.install("test") == 0
    first = machine.called()
    assert [line.split()[1] for line in first] == ["venv", "pip", "pip", "pip", "ci"]
    assert sum("--require-hashes" in line for line in first) == 2
    assert all("--no-build-isolation" in line for line in first[1:4])
    assert (machine.root / ".cache" / "chromium").read_text("utf-8") == str(machine.programs / "chromium")
    capsys.readouterr()
    assert machine.install("test") == 0
    assert machine.called() == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("file", ["requirements/site.txt", "package-lock.json"])
def test_changed_lock_is_installed(machine: Machine, file: str) -> None:
    machine.install()
    machine.called()
    with (machine.root / file).open("a", encoding="utf-8") as lock:
        lock.write("\n")
    assert machine.install() == 0
    assert machine.called()


def _without_python(machine: Machine) -> None:
    (machine.root / ".venv" / "bin" / "python").unlink()


def _moved(machine: Machine) -> None:
    (machine.root / ".venv" / ".home").write_text("cpython-311 /elsewhere/.venv", "utf-8")


def _interrupted(machine: Machine) -> None:
    (machine.root / ".venv" / ".installing").touch()


@pytest.mark.parametrize("breakage", [_without_python, _moved, _interrupted])
def test_broken_environment_is_made_anew(machine: Machine, breakage: Callable[[Machine], None]) -> None:
    machine.install()
    machine.called()
    breakage(machine)
    assert machine.install() == 0
    assert machine.called()[0].startswith("-m venv")


@pytest.mark.parametrize("tool", ["pip", "npm"])
def test_failure_is_one_sentence_and_is_repaired(machine: Machine, tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    machine.fails_with(tool, "Traceback …\ngetaddrinfo ENOTFOUND mirror.invalid\n")
    assert machine.install() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("安装没有完成：连不上软件源")
    assert ".cache/bootstrap.log" in said
    assert "ENOTFOUND" in (machine.root / ".cache" / "bootstrap.log").read_text("utf-8")
    machine.recovers(tool)
    assert machine.install() == 0


def test_full_disk_is_one_sentence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_group: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(bootstrap, "install_python", full)
    assert machine.install() == 1
    assert "磁盘满了" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["npm", "node"])
def test_npm_of_the_package_where_there_is_none(machine: Machine, missing: str) -> None:
    (machine.programs / missing).unlink()
    machine.install()
    assert any("--target" in line and "--require-hashes" in line for line in machine.called())


def test_npm_of_the_package_where_it_is_too_old(machine: Machine) -> None:
    machine.program("npm", "#!/bin/sh\necho 6.14.0\n")
    machine.install()
    assert any("--target" in line for line in machine.called())


def test_npm_of_the_machine_is_preferred(machine: Machine) -> None:
    machine.install()
    called = machine.called()
    assert any(line.startswith("npm ci --ignore-scripts") for line in called)
    assert not any("--target" in line for line in called)


def test_old_python_is_refused(machine: Machine) -> None:
    bootstrap.require_python((3, 11))
    with pytest.raises(bootstrap.BootstrapError, match="需要 Python"):
        bootstrap.require_python((3, 8))


def test_unknown_group_is_refused(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.install("nothing") == 1
    assert "`nothing`" in capsys.readouterr().err


def test_chromium_of_the_environment_comes_first(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = machine.program("my-chrome", "#!/bin/sh\n")
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert bootstrap.find_browser() == str(mine)
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(bootstrap.BootstrapError, match="CHROMIUM"):
        bootstrap.find_browser()


def test_browser_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.program("chromium", "#!/bin/sh\necho 'requires the chromium snap' >&2; exit 1\n")
    assert bootstrap.find_browser() is None
    mine = machine.program("google-chrome", "#!/bin/sh\necho Google Chrome 1\n")
    assert bootstrap.find_browser() == str(mine)


def test_no_browser_says_what_to_do(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    (machine.programs / "chromium").unlink()
    assert machine.install("test") == 1
    said = capsys.readouterr().err
    assert "CHROMIUM=" in said
    assert said.count("\n") == 1


def _make(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"PATH": path} if path else {})}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


def test_make_takes_the_first_python_that_is_new_enough(tmp_path: Path) -> None:
    for name, status in {"old": 1, "new": 0}.items():
        (tmp_path / name).write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit {status}\necho "{name} $@"\n', "utf-8")
        (tmp_path / name).chmod(0o755)
    done = _make("install", f"PYTHON={tmp_path}/none {tmp_path}/old {tmp_path}/new")
    assert done.stdout == "new scripts/bootstrap.py site\n"
    done = _make("install", f"PYTHON={tmp_path}/old")
    assert done.returncode == 2
    assert done.stderr.startswith("需要 Python 3.11 或更新")


def test_two_installations_wait_for_one_another(machine: Machine) -> None:
    """The second starts when the first is done."""
    bootstrap.CACHE.mkdir()
    ask = (
        f"import fcntl, sys; f = open({str(bootstrap.CACHE / 'bootstrap.lock')!r}, 'w')\n"
        "try: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "except BlockingIOError: sys.exit(7)"
    )
    with bootstrap.only_one():
        assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 7
    assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 0
