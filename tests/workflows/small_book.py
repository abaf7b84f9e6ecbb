"""The repository with a book of four pages: everything is the real thing but the pages, so that it builds in seconds."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.conftest import REPOSITORY

FRONT = """\
---
title: {title}
description: {title}，给测试用的一页，只有几行字。
checked: 2026-11-27
---

# {title}
"""
PAGES = {
    "index.md": FRONT.format(title="首页")
    + """
见[设备](hardware/devices.md#table)、[更正](appendix/changes.md)和[许可](appendix/licences.md)。

```mermaid
flowchart LR
  accTitle: 甲到乙
  accDescr: 甲通向乙
  A["甲"]:::c1 --> B["乙"]:::c2
```
""",
    "hardware/devices.md": FRONT.format(title="设备")
    + """
## 表 {#table}

```facts
data: devices
where: key in [h100-sxm, h20]
columns: [memory, bandwidth]
title: 两张卡
```

每参数两字节：$2N$。

## 参考 {#references}
""",
}
CHANGES = """\
h20:
  name: H20 的稀疏算力更正
  date: 2026-11-26
  pages: [hardware/devices.md#table]
  was: 把 296 写成稀疏值。
  now: 296 是 FP8 的稠密值。
  why: 第二来源写明稠密。
  sources: [gh-pytorch-torchtitan]
"""


def plant(destination: Path) -> Path:
    """A clean clone of the repository as it stands in the working tree, with the small book in it, committed."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split("\0")
    for path in listed:
        if path and not (path.startswith("docs/") and path.endswith(".md")) and (REPOSITORY / path).is_file():
            (destination / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / path, destination / path)
    docs = destination / "docs"
    pages = dict(PAGES)
    for path in ("appendix/changes.md", "appendix/licences.md"):
        # Their own words; what they say of other chapters is not in this book.
        text = (REPOSITORY / "docs" / path).read_text("utf-8")
        pages[path] = re.sub(r"\[([^\]]*)\]\((?!\.\./(?:changes|licences)\.)[^)]*\.md[^)]*\)", r"\1", text)
    for path, text in pages.items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        (docs / path).write_text(text, "utf-8")
    for kind in ("benchmarks", "engines", "frameworks", "glossary", "methods", "models", "runs"):
        (docs / "_data" / f"{kind}.yml").unlink()
    (docs / "_data" / "changes.yml").write_text(CHANGES, "utf-8")
    (docs / "_data" / "redirects.yml").write_text(
        "old/devices.md: hardware/devices.md\nindex.md#cards: hardware/devices.md#table\n", "utf-8"
    )
    (docs / "_data" / "addresses.txt").write_text(
        "hardware/devices.md#table\nindex.md#cards\nold/devices.md#table\n", "utf-8"
    )
    configuration = (destination / "mkdocs.yml").read_text("utf-8")
    configuration = re.sub(r"(?ms)^nav:\n.*\Z", "", configuration)
    configuration = re.sub(r"(?m)^not_in_nav: \|\n(?: .*\n)+", "", configuration)
    configuration = re.sub(r"\n      glossary: \S+", "", configuration)
    assert configuration.count("\n  atlas:\n") == 1
    configuration = configuration.replace("\n  atlas:\n", "\n  atlas:\n    ignore: [source-unused, fact-due]\n")
    (destination / "mkdocs.yml").write_text(configuration, "utf-8")
    with (destination / ".github" / "lychee.toml").open("a", encoding="utf-8") as settings:
        settings.write("offline = true\n")
    changes = (destination / "CHANGELOG.md").read_text("utf-8")
    (destination / "CHANGELOG.md").write_text(changes + "\n## [0.1.0] - 2026-11-27\n\n### 新增\n\n- 第一版。\n", "utf-8")
    commit(destination, "Begin")
    return destination


def commit(folder: Path, message: str) -> None:
    """Commit everything in a folder, which becomes a repository if it is none; always at the same moment."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(
        folder,
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.invalid",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        message,
    )


def git(folder: Path, *arguments: str) -> str:
    """What git answers, whatever the user's own settings are."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout
