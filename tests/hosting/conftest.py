"""A small finished site behind real web servers on the loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlas.finishing import finish
from atlas.finishing.compressing import compress
from tests.conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
NGINX = """{user}daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
{modules}
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types; default_type application/octet-stream; access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  {server}
}}
"""
TEXT = "张量并行把一层里的矩阵切给几张卡。" * 200


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a style sheet, data, a download, the page for what is not found; finished and compressed."""
    site = tmp_path_factory.mktemp("hosting") / "site"
    page = f'<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="../assets/a.css"><p>{TEXT}</p>'
    for name, text in {
        "index.html": f"<!doctype html><p>首页{TEXT}</p>",
        "训练/index.html": page,
        "404.html": f'<!doctype html><link rel="stylesheet" href="/assets/a.css"><p>没有这一页{TEXT}</p>',
        "assets/a.css": "a{color:red}" * 100,
        "assets/data/devices.csv": "型号,显存\n" * 100,
        "assets/data/devices.json": '["型号"]' * 100,
        ".git/config": "secret",
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")
    (site / "atlas.zip").write_bytes(bytes(range(256)) * 400)
    finish(site, offline=False)
    compress(site)
    return site


def need(program: str) -> str:
    """The program's path; where it may be missing, the test says why it is skipped."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if not found:
        reason = f"没有 {program}：Debian 上以 root 运行 make test 会装好，或自己装"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return found


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[str]:
    """A server while it is needed, and its address; what it said if it does not start."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **environment}
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
                break
            if process.poll() is not None:
                pytest.fail(f"{command[0]}: {process.stdout.read() if process.stdout else ''}")
            time.sleep(0.05)
        else:
            pytest.fail(f"{command[0]} 没有开始监听 {port}")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def nginx_configuration(folder: Path, site: Path, port: int) -> Path:
    """Our file as it is, but for the two lines that everybody changes, inside the least around it."""
    server = (DEPLOY / "nginx.conf").read_text("utf-8")
    for theirs, ours in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("    listen [::]:80;\n", ""),
        ("root /var/www/llm-atlas;", f"root {site};"),
    ):
        assert server.count(theirs) == 1
        server = server.replace(theirs, ours)
    modules = "\n".join(f"load_module {path};" for path in sorted(Path("/usr/lib/nginx/modules").glob("*brotli_static*.so")))
    user = "user root;\n" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(user=user, folder=folder, modules=modules, server=server), "utf-8")
    return configuration


@pytest.fixture(scope="session", params=["nginx", "caddy"])
def server(request: pytest.FixtureRequest, small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small site behind each server, configured by the file in ``deploy/``."""
    program, port, folder = need(request.param), free_port(), tmp_path_factory.mktemp(request.param)
    if request.param == "nginx":
        with running([program, "-c", str(nginx_configuration(folder, small_site, port))], port) as address:
            yield address
        return
    text = (DEPLOY / "Caddyfile").read_text("utf-8")
    assert text.count("llm-atlas.example {") == text.count("root * /var/www/llm-atlas") == 1
    text = text.replace("llm-atlas.example {", f":{port} {{\n\tbind 127.0.0.1").replace(
        "/var/www/llm-atlas", str(small_site)
    )
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + text, "utf-8")
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with running(command, port, HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)) as address:
        yield address
