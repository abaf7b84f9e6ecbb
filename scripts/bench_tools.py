"""What the measurements share: the npm packages that they are compared with, and a server for files on the loopback.

The packages are pinned in ``scripts/bench/package-lock.json`` and installed into ``.cache/bench`` on first use, without a
browser of their own.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap import find_npm

ROOT = Path(__file__).resolve().parent.parent
PINS = Path(__file__).resolve().parent / "bench"
CACHE = ROOT / ".cache" / "bench"


def pinned() -> Path:
    """The folder of the pinned packages, which are installed if they are not there."""
    lock = (PINS / "package-lock.json").read_bytes()
    installed = CACHE / "installed.json"
    if not installed.is_file() or installed.read_bytes() != lock:
        print("安装用来对比的 npm 包 …", file=sys.stderr)
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(PINS / name, CACHE / name)
        npm = find_npm()
        environment = {**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1", "PATH": path_with(npm)}
        subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=CACHE, env=environment, check=True)
        installed.write_bytes(lock)
    return CACHE / "node_modules"


def node() -> str:
    """The program that runs them."""
    return shutil.which("node", path=path_with(find_npm())) or "node"


def path_with(npm: list[str]) -> str:
    """The search path with the folder of Node.js in front."""
    return os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])


def build(output: Path, folder: Path = ROOT, **environment: str) -> None:
    """A project as MkDocs builds it, into a folder of its own."""
    paths = os.pathsep.join(filter(None, [str(ROOT / "scripts"), os.environ.get("PYTHONPATH")]))
    modules = os.environ.get("ATLAS_NODE_MODULES") or str(ROOT / "node_modules")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(output)]
    known = {**os.environ, "PYTHONPATH": paths, "ATLAS_NODE_MODULES": modules}
    subprocess.run(command, cwd=folder, env={**known, **environment}, check=True)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """A folder on the loopback, texts compressed with gzip, each file kept for an hour: what a common host does."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressing, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@functools.cache
def compressed(file: Path) -> bytes:
    """A file's gzip, made once."""
    return gzip.compress(file.read_bytes(), 9)


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves every file with gzip."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the compressed file."""
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        packed = file.suffix in {".png", ".woff", ".woff2", ".zip"}
        body = file.read_bytes() if packed else compressed(file)
        self.send_response(200)
        kind = self.guess_type(str(file))
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        if not packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=3600")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Say nothing."""
