"""``pyproject.toml`` → ``requirements/*.txt`` with hashes, each ``package.json`` → ``package-lock.json``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from bootstrap import find_npm

ROOT = Path(__file__).resolve().parent.parent
FLAGS = "--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --upgrade -q"


def main() -> int:
    """Write all lock files anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    site = [*project["project"]["dependencies"], *groups["build"]]
    wanted = {"site": site, "test": [*site, *groups["test"]], "node": groups["node"], "audit": groups["audit"]}
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        subprocess.run([f"{folder}/bin/pip", "install", "-q", "uv"], check=True)
        for name, requirements in wanted.items():
            source = Path(folder) / f"{name}.in"
            source.write_text("\n".join(requirements) + "\n", "utf-8")
            target = ROOT / "requirements" / f"{name}.txt"
            command = [f"{folder}/bin/uv", "pip", "compile", *FLAGS.split(), str(source), "-o", str(target)]
            subprocess.run(command, check=True)
    npm = [*find_npm(), "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
    for folder_of_pins in (ROOT, ROOT / "scripts" / "bench"):
        subprocess.run([*npm, "--omit-lockfile-registry-resolved"], cwd=folder_of_pins, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
