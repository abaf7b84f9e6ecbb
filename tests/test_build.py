"""Building: the last good site survives whatever happens, and the same sources give the same bytes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atlas import build, bundle
from atlas.cli import main
from tests.conftest import Project

GOOD = {"docs/index.md": "# 旧\n"}


def test_a_fault_leaves_the_old_site(project: Project) -> None:
    """Exit code 1, and not a byte changes."""
    configuration = project(GOOD)
    assert main(["build", "--config-file", str(configuration)]) == 0
    page = configuration.parent / "site" / "index.html"
    before = page.read_bytes()
    project({"docs/index.md": "# 新\n\n[坏](missing.md)\n"})
    assert main(["build", "--config-file", str(configuration)]) == 1
    assert page.read_bytes() == before
    assert not list(configuration.parent.glob(".atlas-build-*"))


def test_a_template_that_loads_from_elsewhere_is_refused(project: Project) -> None:
    """The finished HTML is checked too, not only the pages' own content."""
    configuration = project(
        {
            **GOOD,
            "overrides/main.html": '{% extends "base.html" %}{% block libs %}<script src="https://example.org/a.js"></script>{% endblock %}',
        }
    )
    text = configuration.read_text("utf-8").replace("locale: en}", "locale: en, custom_dir: overrides}")
    configuration.write_text(text, "utf-8")
    assert main(["build", "--config-file", str(configuration)]) == 1
    assert not (configuration.parent / "site").exists()


@pytest.mark.parametrize("seconds", [0.15, 0.4, 0.7, 1.0])
def test_a_kill_leaves_a_whole_site(project: Project, seconds: float) -> None:
    """Killed at any moment: the old site or the new one, never a mixture; the next run sweeps up."""
    configuration = project(GOOD)
    assert main(["build", "--config-file", str(configuration)]) == 0
    project({"docs/index.md": "# 新\n"})
    process = subprocess.Popen(
        [sys.executable, "-m", "atlas", "build"],
        cwd=configuration.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    html = (configuration.parent / "site" / "index.html").read_text("utf-8")
    assert "旧" in html or "新" in html
    assert (configuration.parent / "site" / "sitemap.xml").exists()
    assert main(["build", "--config-file", str(configuration)]) == 0
    assert not list(configuration.parent.glob(".atlas-build-*"))


def test_folders_are_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the kernel's help or without."""
    for can in (True, False):
        new, old = tmp_path / "new", tmp_path / "old"
        for folder in (new, old):
            folder.mkdir()
            (folder / "name").write_text(folder.name, "utf-8")
        if not can:
            monkeypatch.setattr(build, "_exchange", lambda *_: False)
        build.replace(new, old)
        assert (old / "name").read_text("utf-8") == "new"
        shutil.rmtree(old)
        shutil.rmtree(new, ignore_errors=True)


def test_same_files_same_zip(tmp_path: Path) -> None:
    """Neither the place nor the dates of files matter."""
    archives = []
    for place, date in (("one", 1_000_000_000), ("two/deeper", 1_700_000_000)):
        folder = tmp_path / place / "site"
        folder.mkdir(parents=True)
        for name in ("b.html", "a.html", "404.html"):
            (folder / name).write_text(name, "utf-8")
            os.utime(folder / name, (date, date))
        archive = tmp_path / place / "x.zip"
        bundle.pack(folder, archive, folder="x")
        archives.append(archive.read_bytes())
    assert archives[0] == archives[1]


def test_same_sources_same_bundle(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two builds of one commit, in two folders, give the same bytes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    configuration = project(GOOD)
    copy = tmp_path / "elsewhere"
    shutil.copytree(configuration.parent / "docs", copy / "docs")
    shutil.copyfile(configuration, copy / "mkdocs.yml")
    assert main(["bundle", "--config-file", str(configuration)]) == 0
    assert main(["bundle", "--config-file", str(copy / "mkdocs.yml")]) == 0
    (one,), (other,) = ((folder / "dist").glob("*.zip") for folder in (configuration.parent, copy))
    assert Path(one).read_bytes() == Path(other).read_bytes()


def test_a_missing_style_sheet_is_seen_in_the_finished_site(project: Project) -> None:
    """What the template refers to must be in the finished site."""
    template = """{% extends "base.html" %}{% block extrahead %}<link rel="stylesheet" href="missing.css">{% endblock %}"""
    configuration = project(GOOD | {"主题/main.html": template})
    text = configuration.read_text("utf-8")
    configuration.write_text(text.replace("{name: mkdocs,", "{name: mkdocs, custom_dir: 主题,"), "utf-8")
    with pytest.raises(build.FindingsError) as caught:
        build.build(configuration, configuration.parent / "site", offline=False, strict=False)
    findings = caught.value.report.findings
    assert {finding.rule.id for finding in findings} == {"asset-missing"}
    assert any("missing.css" in finding.message for finding in findings)
    assert not (configuration.parent / "site").exists()


def test_only_leftovers_of_dead_runs_are_removed(tmp_path: Path) -> None:
    """A scratch folder of a process that is gone goes; that of a living one stays."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    gone, alive = tmp_path / f".atlas-build-{dead.pid}-x", tmp_path / f".atlas-build-{os.getpid()}-y"
    gone.mkdir()
    alive.mkdir()
    with build.scratch_folder(tmp_path / "site") as scratch:
        assert not gone.exists()
        assert alive.exists()
    assert not scratch.exists()
