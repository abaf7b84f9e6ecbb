"""The offline zip: same contents, same bytes."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from atlas import bundle
from atlas.cli import main
from tests.conftest import CONFIGURATION, write_project

FILES = {"index.html": "首页", "训练/index.html": "训练", "assets/a.css": "a{}", "404.html": "x", "sitemap.xml": "x"}


def finished(folder: Path, date: int, names: list[str]) -> Path:
    """A finished site whose files were written in this order and dated so."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FILES[name], "utf-8")
        os.utime(file, (date, date))
    return folder


def test_place_order_dates_and_modes_do_not_matter(tmp_path: Path) -> None:
    """Two copies that differ in path, order of writing, dates and modes give the same bytes."""
    one = finished(tmp_path / "one", 1_000_000_000, list(FILES))
    other = finished(tmp_path / "two" / "deeper", 1_700_000_000, list(reversed(FILES)))
    (other / "index.html").chmod(0o600)
    archives = tmp_path / "one.zip", tmp_path / "dist" / "two.zip"
    for site, archive in zip((one, other), archives, strict=True):
        bundle.pack(site, archive, folder="atlas")
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_one_folder_without_what_only_servers_use(tmp_path: Path) -> None:
    """Everything lies in one folder; the sitemap and the lost page stay out; Chinese names survive."""
    bundle.pack(finished(tmp_path / "site", 1_000_000_000, list(FILES)), tmp_path / "a.zip", folder="atlas")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.namelist() == ["atlas/assets/a.css", "atlas/index.html", "atlas/训练/index.html"]
        assert packed.read("atlas/训练/index.html").decode("utf-8") == "训练"


def test_failure_leaves_the_old_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive appears whole or not at all, and nothing half-written stays behind."""
    archive = tmp_path / "dist" / "a.zip"
    archive.parent.mkdir()
    archive.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(bundle, "_add", fail)
    with pytest.raises(OSError, match="disk full"):
        bundle.pack(finished(tmp_path / "site", 1_000_000_000, list(FILES)), archive, folder="atlas")
    assert [file.name for file in archive.parent.iterdir()] == ["a.zip"]
    assert archive.read_bytes() == b"old"


def test_same_project_same_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``atlas bundle`` in two folders on two days gives the same bytes, for the same commit's date."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    page = "# 首页\n\n```mermaid\nflowchart LR\n  accTitle: 甲\n  accDescr: 乙\n  A --> B\n```\n\n$a^2$\n"
    made = []
    for place, date in (("one", 1_000_000_000), ("two/deeper", 1_700_000_000)):
        configuration = write_project(tmp_path / place, {"docs/index.md": page, "mkdocs.yml": CONFIGURATION})
        for file in (configuration, configuration.parent / "docs" / "index.md"):
            os.utime(file, (date, date))
        assert main(["bundle", "--config-file", str(configuration)]) == 0
        (archive,) = (configuration.parent / "dist").glob("*.zip")
        made.append(archive.read_bytes())
    assert made[0] == made[1]
