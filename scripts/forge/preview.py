"""A pull request's site → a folder of the repository with the previews. Everything in the site is somebody else's data.

``preview.py number``            which open pull request a finished run belongs to → ``GITHUB_OUTPUT``
``preview.py admit FROM TO``     copies what a site consists of and refuses the rest
``preview.py place SITE HOST N`` puts it into ``HOST/pr-N`` and takes away the previews of requests that are closed

It runs with a secret, so it never runs, imports or unpacks anything from the site: it copies plain files with known names.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

KINDS = frozenset(
    f".{kind}"
    for kind in (
        *("css", "csv", "epub", "gif", "gz", "br", "html", "ico", "jpg", "js", "json", "map", "mjs", "pdf"),
        *("png", "svg", "txt", "wasm", "webmanifest", "webp", "woff2", "xml"),
    )
)
FILES, BYTES = 5_000, 400_000_000
"""What the hosts take, and more than a site ever has."""
_NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff.,=+-]*")


class RefusedError(Exception):
    """The data is not what a site consists of."""


def number() -> None:
    """The open pull request whose head is the commit that was built; nothing if there is none any more."""
    repository, head = os.environ["GITHUB_REPOSITORY"], os.environ["HEAD_SHA"]
    branch = f"{os.environ['HEAD_OWNER']}:{os.environ['HEAD_BRANCH']}"
    asked = ["gh", "api", "--method", "GET", f"repos/{repository}/pulls", "-f", "state=open", "-f", f"head={branch}"]
    found = json.loads(subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout)
    numbers = [int(one["number"]) for one in found if one["head"]["sha"] == head]
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"number={numbers[0] if numbers else ''}\n")
    print(f"合并请求 #{numbers[0]}" if numbers else "这个提交已经不是哪个开着的合并请求的最新提交，不部署。")


def admit(source: Path, target: Path) -> None:
    """Copy a site's files, and refuse all of it if one is not such a file.

    Raises:
        RefusedError: for links, hidden or odd names, unknown kinds, too many or too large files.
    """
    count = total = 0
    for folder, folders, files in os.walk(source):
        for name in [*folders, *files]:
            file = Path(folder, name)
            if file.is_symlink() or not _NAME.fullmatch(name):
                raise RefusedError(f"不收 `{file.relative_to(source)}`")
        for name in files:
            file = Path(folder, name)
            count, total = count + 1, total + file.stat().st_size
            if not file.is_file() or file.suffix not in KINDS or count > FILES or total > BYTES:
                raise RefusedError(f"不收 `{file.relative_to(source)}`：只收网站的文件，至多 {FILES} 个、{BYTES:,} 字节")
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())  # not the mode: nothing may be executable
    if not (target / "index.html").is_file():
        raise RefusedError("没有 index.html，不是网站")
    print(f"收下 {count} 个文件，{total:,} 字节。")


def place(site: Path, host: Path, own: int, open_ones: Callable[[], Sequence[int]]) -> None:
    """Put a site into its folder and take away those of requests that are not open any more."""
    kept = {f"pr-{own}", *(f"pr-{one}" for one in open_ones())}
    for folder in host.glob("pr-*"):
        if folder.name not in kept or folder.name == f"pr-{own}":
            shutil.rmtree(folder)
    shutil.copytree(site, host / f"pr-{own}")
    (host / ".nojekyll").touch()
    (host / "robots.txt").write_text("User-agent: *\nDisallow: /\n", "utf-8")


def _open_requests() -> list[int]:
    asked = ["gh", "pr", "list", "--state", "open", "--limit", "1000", "--json", "number"]
    repository = ["--repo", os.environ["GITHUB_REPOSITORY"]]
    done = subprocess.run([*asked, *repository], check=True, stdout=subprocess.PIPE, text=True)
    return [int(one["number"]) for one in json.loads(done.stdout)]


def main(arguments: Sequence[str]) -> int:
    """Do one of the three."""
    try:
        if arguments[0] == "number":
            number()
        elif arguments[0] == "admit":
            admit(Path(arguments[1]), Path(arguments[2]))
        elif arguments[0] == "place":
            place(Path(arguments[1]), Path(arguments[2]), int(arguments[3]), _open_requests)
        else:
            raise RefusedError(f"没有 `{arguments[0]}` 这一步")
    except RefusedError as error:
        print(f"::error::预览没有部署：{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
