"""The same sources with the engine that is to come."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, SOURCES

FIGURE = '<figure class="atlas-figure"'


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["mkdocs", "zensical"])
def test_engine_draws_all_diagrams_and_formulas(engine: str, site: Path, tmp_path: Path) -> None:
    """Plain `mkdocs build` and `zensical build` show as much as `atlas build`, links resolved, data to download."""
    for name in SOURCES:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, tmp_path / name)
    done = subprocess.run(
        [str(Path(sys.executable).parent / engine), "build"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for page in site.rglob("index.html"):
        ours = page.read_text("utf-8")
        theirs = (tmp_path / "site" / page.relative_to(site)).read_text("utf-8")
        marks = (FIGURE, "<math", 'class="atlas-facts"', 'class="atlas-value"', 'class="atlas-term"', "atlas-download")
        for mark in (*marks, "data-calculator=", "data-example=", "assets/calculators/"):
            assert theirs.count(mark) == ours.count(mark), page
        figures = re.findall(r'<figure class="atlas-figure".*?</figure>', theirs, re.DOTALL)
        assert not [figure for figure in figures if re.search(r'href="(?!https?:)[^"]*\.md[#"]', figure)], page
        assert not re.search(r'<a class="atlas-term" href="[^"]*\.md', theirs), page
        for script in re.findall(r'<script [^>]*src="([^"]*/calculators/[^"]*)"', theirs):
            assert (tmp_path / "site" / page.relative_to(site)).parent.joinpath(script).is_file(), script
        for link in re.findall(r"<a [^>]*atlas-download[^>]*>", theirs):
            href = re.search(r'href="([^"]+)"', link)
            assert href, link
            file = (tmp_path / "site" / page.relative_to(site)).parent / href[1]
            assert file.is_file(), file
