"""The lock files → lists of everything the site is made with, as CycloneDX: ``dist/llm-atlas-{site,npm}.cdx.json``.

Python's comes from ``cyclonedx-py``, JavaScript's from ``npm sbom``; both read the locks and no network. The hashes are the
locks'; Python's licences are what the installed packages say of themselves.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

from license_expression import get_spdx_licensing

from bootstrap import find_npm

ROOT = Path(__file__).resolve().parent.parent
SPDX = get_spdx_licensing()


def python(root: Path) -> dict[str, Any]:
    """What builds the site."""
    command = [str(Path(sys.executable).parent / "cyclonedx-py"), "requirements", str(root / "requirements" / "site.txt")]
    options = ["--pyproject", str(root / "pyproject.toml"), "--of", "JSON", "--output-reproducible", "--validate"]
    done = subprocess.run([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    for component in found["components"]:
        component.pop("description", None)  # the lines of the lock file once more
        if said := licence(component["name"]):
            component["licenses"] = [{"expression": said} if _is_expression(said) else {"license": {"name": said}}]
    return found


def licence(name: str) -> str:
    """What an installed package says of its licence; the classifier if it says no more."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classifiers = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    written = "".join(told.get_all("License-Expression", []) or told.get_all("License", [])).strip()
    return written if written and "\n" not in written and written != "UNKNOWN" else "、".join(classifiers)


def _is_expression(text: str) -> bool:
    return bool(re.fullmatch(r"[\w.+() -]+", text)) and not SPDX.validate(text).errors


def javascript(root: Path) -> dict[str, Any]:
    """What draws diagrams and formulas, and what readers' browsers load."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(root / "package-lock.json", folder)
        package = json.loads((root / "package.json").read_text("utf-8")) | {"version": version}
        Path(folder, "package.json").write_text(json.dumps(package), "utf-8")
        command = [*find_npm(), "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    """Write both."""
    (ROOT / "dist").mkdir(exist_ok=True)
    for name, made in (("site", python(ROOT)), ("npm", javascript(ROOT))):
        file = ROOT / "dist" / f"llm-atlas-{name}.cdx.json"
        file.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", "utf-8")
        print(f"已写好 {file.relative_to(ROOT)}（{len(made['components'])} 个部件）。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
