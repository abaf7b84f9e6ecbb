"""A finished site behind a real web server on the loopback, configured by the file in ``deploy/`` that people copy.

Used by tests and measurements; the configuration runs as it stands, but for the lines that everybody changes.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
NGINX = """{user}daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes auto;
{modules}
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types; default_type application/octet-stream; access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  {server}
}}
"""
"""The least around our file that makes a whole configuration."""
CADDY = "{\n\tadmin off\n\tauto_https off\n}\n"
_MODULES = Path("/usr/lib/nginx/modules")


class ServerError(Exception):
    """A server does not start; the text is what it said."""


def find(program: str) -> str | None:
    """Where a server's program lies; Debian keeps some where a user's path does not lead."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin")


@contextmanager
def nginx(site: Path) -> Iterator[str]:
    """The address of the site behind nginx.

    Raises:
        ServerError: if it does not start.
    """
    port = _free_port()
    lines = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "    listen [::]:80;\n": "",
        "root /var/www/llm-atlas;": f"root {site.resolve()};",
    }
    modules = "\n".join(f"load_module {path};" for path in sorted(_MODULES.glob("*brotli_static*.so")))
    user = "user root;\n" if os.geteuid() == 0 else ""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "nginx.conf")
        server = _changed("nginx.conf", lines)
        written.write_text(NGINX.format(user=user, folder=folder, modules=modules, server=server), "utf-8")
        with _running([find("nginx") or "nginx", "-c", str(written)], port, {}) as address:
            yield address


@contextmanager
def caddy(site: Path) -> Iterator[str]:
    """The address of the site behind Caddy.

    Raises:
        ServerError: if it does not start.
    """
    port = _free_port()
    lines = {
        "llm-atlas.example {": f":{port} {{\n\tbind 127.0.0.1",
        "root * /var/www/llm-atlas": f"root * {site.resolve()}",
    }
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "Caddyfile")
        written.write_text(CADDY + _changed("Caddyfile", lines), "utf-8")
        command = [find("caddy") or "caddy", "run", "--config", str(written), "--adapter", "caddyfile"]
        places = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), folder)
        with _running(command, port, places) as address:
            yield address


def _changed(name: str, lines: Mapping[str, str]) -> str:
    text = (DEPLOY / name).read_text("utf-8")
    for theirs, ours in lines.items():
        if text.count(theirs) != 1:
            raise ServerError(f"deploy/{name}: {text.count(theirs)} × `{theirs}`")
        text = text.replace(theirs, ours)
    return text


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[str]:
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **environment})
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and process.poll() is None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                    break
                time.sleep(0.05)
            else:
                said.seek(0)
                raise ServerError(f"{command[0]}: {said.read()}")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait()
