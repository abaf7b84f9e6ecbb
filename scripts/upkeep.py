"""What goes bad by itself → one Markdown report each, empty if there is nothing: ``upkeep.py links|due|audit|changes``.

External links that no longer open, facts whose shelf life is over, known vulnerabilities of what is locked; and what a
new lock file changes. Nothing here blocks anybody: a report is for an issue. If something could not be looked at, the exit
code is 3 and there is no report, so that its issue stays as it was.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bootstrap import find_npm

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
AUDIT = ROOT / ".cache" / "audit"
LOCKS = ("requirements/site.txt", "requirements/test.txt", "requirements/node.txt")


class CannotLookError(Exception):
    """A report can't be made; the text says why."""


def links(root: Path) -> str:
    """The external addresses in the built site that don't open, and the pages that lead there."""
    pages = sorted(str(file) for file in (root / "site").rglob("*.html"))
    if not pages:
        raise CannotLookError("site/ 里没有页面：先运行 `make site`")
    command = [str(BIN / "lychee"), "--config", str(root / ".github" / "lychee.toml"), "--format", "json"]
    done = subprocess.run(
        [*command, "--root-dir", str(root / "site"), *pages], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode not in {0, 2}:  # 2: some links failed
        raise CannotLookError(f"lychee 以退出码 {done.returncode} 结束")
    found = json.loads(done.stdout)
    if not found["total"]:
        raise CannotLookError("一个链接也没有查到")
    return broken_links({**found["error_map"], **found["timeout_map"]}, root / "site")


def broken_links(failures: Mapping[str, list[dict[str, Any]]], site: Path) -> str:
    """Lychee's failures as a table: each address once, with the pages it stands on."""
    places: dict[str, set[str]] = {}
    reasons: dict[str, str] = {}
    for page, entries in failures.items():
        for entry in entries:
            if entry["url"].startswith("http"):
                places.setdefault(entry["url"], set()).add(Path(page).relative_to(site).parent.as_posix())
                reasons[entry["url"]] = str(entry["status"].get("code") or entry["status"]["text"])
    rows = [(url, reasons[url], "、".join(sorted(places[url])[:5])) for url in sorted(places)]
    return table(f"{len(rows)} 个外部链接打不开。", ("地址", "回答", "在哪些页"), rows)


def due(root: Path) -> str:
    """The rows of the data that are to be looked at again."""
    from atlas.facts import due_rows, load, today

    found = due_rows(load(root / "docs" / "_data"), today())
    rows = [(one.table.schema.label, f"`{one.row.key}`", str(one.checked), str(one.since)) for one in found]
    said = f"{len(rows)} 行数据过了期限。认领一行：对照来源逐格看一遍，再改日期。"
    return table(said, ("类", "行", "上次核对", "从哪天起该看"), rows)


def audit(root: Path) -> str:
    """The known vulnerabilities of every locked package, Python's and JavaScript's."""
    rows = [*_python(root), *_javascript(root)]
    said = f"{len(rows)} 处已知漏洞。能升级的，“更新依赖”会提合并请求；不能的，在这里写明为什么不受影响。"
    return table(said, ("包", "版本", "漏洞", "修好的版本"), rows)


def _python(root: Path) -> Iterable[tuple[str, ...]]:
    program = Path(os.environ.get("ATLAS_PIP_AUDIT") or AUDIT / "bin" / "pip-audit")
    if not program.exists():
        venv.create(AUDIT, with_pip=True, clear=True)
        pip = [str(AUDIT / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes", "-r"]
        subprocess.run([*pip, str(root / "requirements" / "audit.txt")], check=True)
    command = [str(program), "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    asked = [argument for lock in LOCKS for argument in ("-r", str(root / lock))]
    done = subprocess.run([*command, *asked], stdout=subprocess.PIPE, text=True, check=False)
    return python_rows(done.returncode, done.stdout)


def python_rows(code: int, said: str) -> list[tuple[str, ...]]:
    """What pip-audit found.

    Raises:
        CannotLookError: if it failed, or knows nothing of a package: that is not the same as no vulnerability.
    """
    if code not in {0, 1}:
        raise CannotLookError(f"pip-audit 以退出码 {code} 结束")
    packages = json.loads(said)["dependencies"]
    if unknown := [one["name"] for one in packages if "skip_reason" in one]:
        raise CannotLookError(f"pip-audit 没有查到 {'、'.join(unknown[:5])}，共 {len(unknown)} 个")
    return [
        (one["name"], one["version"], fault["id"], "、".join(fault["fix_versions"]) or "还没有")
        for one in packages
        for fault in one["vulns"]
    ]


def _javascript(root: Path) -> Iterable[tuple[str, ...]]:
    for folder in (root, root / "scripts" / "bench"):
        command = [*find_npm(), "audit", "--package-lock-only", "--json"]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
        yield from javascript_rows(done.stdout)


def javascript_rows(said: str) -> list[tuple[str, ...]]:
    """What npm found.

    Raises:
        CannotLookError: if the registry did not answer.
    """
    answer = json.loads(said or "{}")
    if "vulnerabilities" not in answer:
        raise CannotLookError(f"npm audit 没有查成：{answer.get('message', '没有回答')}")
    rows: list[tuple[str, ...]] = []
    for name, one in sorted(answer["vulnerabilities"].items()):
        titles = [via["url"] for via in one["via"] if isinstance(via, dict)] or [str(via) for via in one["via"]]
        fix = one["fixAvailable"]
        fixed = fix["version"] if isinstance(fix, dict) else "升级即可" if fix else "还没有"
        rows.append((name, one["range"], "、".join(titles), fixed))
    return rows


def changes(root: Path) -> str:
    """What the working tree's lock files change, for the pull request that proposes it."""
    rows = []
    for lock in LOCKS:
        before = subprocess.run(["git", "show", f"HEAD:{lock}"], cwd=root, stdout=subprocess.PIPE, text=True, check=False)
        old, new = pins(before.stdout), pins((root / lock).read_text("utf-8"))
        rows += [
            (f"`{lock}`", name, old.get(name, "没有"), new.get(name, "去掉"))
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ]
    said = "每周一次的更新。检查里的全部测试和“十页前后对比”通过、看过对比报告，就可以合并。"
    return table(said, ("锁文件", "包", "原来", "现在"), rows) or f"{said}\n\n依赖没有变化，只更新了地址清单。\n"


def pins(lock: str) -> dict[str, str]:
    """The version of each package in a lock file."""
    return dict(re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", lock, re.MULTILINE))


def table(said: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A sentence and a table; nothing for no rows."""
    if not rows:
        return ""
    lines = [f"| {' | '.join(cell.replace('|', '%7C') for cell in row)} |" for row in rows]
    return "\n".join([said, "", f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *lines]) + "\n"


REPORTS: Mapping[str, Callable[[Path], str]] = {"links": links, "due": due, "audit": audit, "changes": changes}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one report."""
    parser = argparse.ArgumentParser(description="查会自己变坏的东西：外部链接、到期的数据、已知漏洞")
    parser.add_argument("report", choices=REPORTS)
    parser.add_argument("--output", type=Path, help="写到文件里，而不是标准输出")
    parser.add_argument("--root", type=Path, default=ROOT, help="项目的文件夹")
    options = parser.parse_args(arguments)
    try:
        text = REPORTS[options.report](options.root.resolve())
    except (CannotLookError, OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"::warning::没能查成 {options.report}：{error}", file=sys.stderr)
        return 3
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, "utf-8")
    else:
        print(text or "没有要报告的。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
