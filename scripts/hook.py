"""A check of changed files before a commit: ``hook.py validate|typography|ruff FILE…``, in the project's own environment.

``.pre-commit-config.yaml`` calls it, so that the same line works on Linux, macOS and Windows, from any Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CHECKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "validate": (("-m", "atlas", "validate"),),
    "typography": ((str(ROOT / "scripts" / "typography.py"),),),
    "ruff": (("-m", "ruff", "check"), ("-m", "ruff", "format", "--check")),
}


def main(arguments: Sequence[str]) -> int:
    """Run one check on some files; the greatest exit code of its commands."""
    if not arguments or arguments[0] not in CHECKS:
        print(f"用法：hook.py {'|'.join(CHECKS)} 文件…", file=sys.stderr)
        return 2
    if not PYTHON.is_file():
        print("还没有安装：先运行 `make install-test`（Windows：`py scripts\\bootstrap.py test`）。", file=sys.stderr)
        return 2
    name, files = arguments[0], list(arguments[1:])
    # A page may be fine and yet break a link elsewhere: what all pages share is looked at whole.
    wanted = [] if name == "validate" and any(not file.endswith(".md") for file in files) else files
    environment = {**os.environ, "PYTHONUTF8": "1"}
    runs = [
        subprocess.run([str(PYTHON), *command, *wanted], cwd=ROOT, env=environment, check=False) for command in CHECKS[name]
    ]
    return max(run.returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
