"""A small finished site behind real web servers on the loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import servers
from atlas.finishing import finish
from atlas.finishing.compressing import compress

TEXT = "张量并行把一层里的矩阵切给几张卡。" * 200
FILES = {
    "index.html": f"<!doctype html><p>首页{TEXT}</p>",
    "训练/index.html": f'<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="../assets/a.css"><p>{TEXT}</p>',
    "404.html": f'<!doctype html><link rel="stylesheet" href="/assets/a.css"><p>没有这一页{TEXT}</p>',
    "assets/a.css": "a{color:red}" * 100,
    "search/0123456789/w1.js": "words()" * 100,
    "assets/data/devices.csv": "型号,显存\n" * 100,
    "assets/data/devices.json": '["型号"]' * 100,
    ".git/config": "secret",
}


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a style sheet, data, a download, the page for what is not found; finished and compressed."""
    site = tmp_path_factory.mktemp("hosting")
    for name, text in FILES.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")
    (site / "atlas.zip").write_bytes(bytes(range(256)) * 400)
    finish(site, offline=False)
    compress(site)
    return site


@pytest.fixture(scope="session", params=["nginx", "caddy"])
def server(request: pytest.FixtureRequest, small_site: Path) -> Iterator[str]:
    """The small site behind each server, configured by the file in ``deploy/``."""
    if not servers.find(request.param):
        reason = f"没有 {request.param}：Debian 上以 root 运行 make test 会装好，或自己装"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with {"nginx": servers.nginx, "caddy": servers.caddy}[request.param](small_site) as address:
        yield address
