"""What a server bears: 64 connections for 20 seconds on the loopback, over the whole site and over one file.

nginx with ``deploy/nginx.conf`` serves the site compressed beforehand; wrk asks for every page and all that pages load, as a
browser that takes brotli. The same nginx then serves one small file to as many connections: the most that it could do here.
Every answer must be 200, and no connection may fail.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import servers
from bench_tools import build

CONNECTIONS, SECONDS = 64, 20
SCRIPT = """
local paths = {{{paths}}}
local number = 0
request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number], {{["Accept-Encoding"] = "gzip, deflate, br"}})
end
"""


def main(arguments: Iterable[str] | None = None) -> int:
    """Print both numbers; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, help="built before, with --compress")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    options = parser.parse_args(None if arguments is None else list(arguments))
    if missing := [program for program in ("nginx", "wrk") if not servers.find(program)]:
        print(
            f"没有 {'、'.join(missing)}：Debian 上 apt-get install nginx-light libnginx-mod-http-brotli-static wrk。",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory() as folder:
        site = options.site or Path(folder, "site")
        if not options.site:
            from atlas.finishing.compressing import compress

            build(site)
            compress(site)
        (site / "one.txt").write_text("一个文件", "utf-8")
        try:
            with servers.nginx(site) as address:
                results = [ask(address, what, options.seconds) for what in (list(loaded(site)), ["/one.txt"])]
        finally:
            (site / "one.txt").unlink()
    for name, (rate, failed) in zip(("全站", "一个文件"), results, strict=True):
        print(f"{name:<10}{rate:>12,.0f} 次/秒   失败 {failed}")
    return int(any(failed for _, failed in results))


def loaded(site: Path) -> Iterator[str]:
    """The addresses of all pages and of all that has a digest in its name."""
    for file in sorted(site.rglob("*")):
        path = f"/{quote(file.relative_to(site).as_posix())}"
        if file.name == "index.html":
            yield path.removesuffix("index.html")
        elif re.search(r"\.[0-9a-f]{8}\.[a-z0-9]+$", path):
            yield path


def ask(address: str, paths: list[str], seconds: int) -> tuple[float, int]:
    """Requests a second, and how many failed."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT.format(paths=", ".join(f'"{path}"' for path in paths)))
        script.flush()
        command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script.name, address]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s*([\d.]+)", said)
    assert rate, said
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    return float(rate[1]), int(wrong[1] if wrong else 0) + sum(map(int, broken.groups() if broken else ()))


if __name__ == "__main__":
    sys.exit(main())
