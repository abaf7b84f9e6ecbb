"""A project → ``site/``: validate, render into a scratch folder, check the finished HTML, then swap folders in one step.

Whatever fails, and whenever the process is killed, the last good ``site/`` stays whole.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace as _replace
from html import escape
from pathlib import Path

from atlas import checks, html, render
from atlas.checks import links, loads
from atlas.checks.addresses import is_external
from atlas.findings import CannotCheckError, Finding, Report
from atlas.finishing import compressing, finish
from atlas.locate import Places
from atlas.model import Page, PageView, Site, SiteFile, Written
from atlas.sieve import Sieve

_SCRATCH = ".atlas-build-"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class FindingsError(Exception):
    """The site has findings that stop the build; ``report`` holds them."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{len(report.findings)} findings")
        self.report = report


def build(configuration: Path, destination: Path, *, offline: bool, strict: bool, compressed: bool = False) -> Report:
    """Build into ``destination``, which changes only if everything went well; if asked, with texts compressed for a server.

    Raises:
        FindingsError: if the pages or the finished HTML have faults.
        CannotCheckError: if checking or building is impossible.
    """
    with scratch_folder(destination) as scratch:
        report = build_into(configuration, scratch, offline=offline, strict=strict)
        if compressed:
            compressing.compress(scratch)
        replace(scratch, destination)
    return report


def build_into(configuration: Path, output: Path, *, offline: bool, strict: bool) -> Report:
    """Validate, render, finish and check the finished HTML in an empty folder.

    Raises:
        FindingsError: if the pages or the finished HTML have faults.
        CannotCheckError: if checking or building is impossible.
    """
    reports: list[Report] = []
    sites: list[Site] = []

    sieve = Sieve.of(configuration, strict=strict)

    def look(site: Site) -> None:
        report = sieve.report(site)
        if report.fails(strict=strict):
            raise FindingsError(report)
        reports.append(report)
        sites.append(site)

    with _environment(OFFLINE="true" if offline else "false", SOURCE_DATE_EPOCH=_source_date(configuration)):
        render.build(configuration, output, checks.inspect, look)
    if sites[0].data:  # it uses our extension; other projects' files are left as they are
        finish(output, offline=offline, templates=sites[0].theme_folders)
    finished = check_output(output, sites[0])
    if wanted := tuple(finding for finding in finished.findings if finding.rule.id in sieve.severities):
        raise FindingsError(_replace(finished, findings=wanted))
    return reports[0]


def check_output(folder: Path, site: Site) -> Report:
    """What is wrong with a finished site: links, anchors and files that miss, and loads from other hosts.

    What was found in the pages already, and let through (silenced, known, or a warning here), is not found again.
    """
    judged = _judged(site)
    urls = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    findings: list[Finding] = []
    pages: list[Page] = []
    for url in (url for url in urls if url.endswith(".html")):
        text = (folder / url).read_text("utf-8")
        rendered = html.read(text)
        places = Places.of_text(url, text)
        placed = tuple(_replace(link, place=places.anywhere((link.target, escape(link.target)))) for link in rendered.links)
        written = Written(is_self_contained=bool(site.data))
        view = PageView(url, url, text, text, _replace(rendered, links=placed), written, places.scans[url], places)
        findings += (one for one in loads.check(view) if (url, one.message) not in judged)
        inside = tuple(
            link
            for link in placed
            if not is_external(link.target) and link.attribute not in {"style", "url"} and (url, link.target) not in judged
        )
        pages.append(Page(url, url, inside, rendered.ids))
    entries = tuple(SiteFile(url, url) for url in urls)
    finished = Site(folder, site.configuration, "", site.site_url, tuple(pages), entries)
    styles = loads.check_styles(folder) if site.data else ()
    return Report.of([*findings, *links.check(finished), *styles], root=folder, pages=len(pages))


def _judged(site: Site) -> frozenset[tuple[str, str]]:
    """The targets of links, and the messages, that stand for findings in the pages, with each page's file in the site."""
    places = {finding.location for finding in links.check(site)}
    found: set[tuple[str, str]] = set()
    for page in site.pages:
        url = page.url.removeprefix("./").removeprefix(".")
        url = f"{url}index.html" if not url or url.endswith("/") else url
        here = places | {finding.location for finding in page.findings}
        found |= {(url, link.target) for link in page.links if link.place in here}
        found |= {(url, finding.message) for finding in page.findings}
    return frozenset(found)


@contextlib.contextmanager
def scratch_folder(destination: Path) -> Iterator[Path]:
    """An empty folder beside ``destination``, on the same file system; gone in the end. Those of killed runs go too."""
    parent = destination.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.glob(f"{_SCRATCH}*"):
        if not _is_running(old.name.removeprefix(_SCRATCH).partition("-")[0]):
            shutil.rmtree(old, ignore_errors=True)
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-", dir=parent))
    except OSError as error:
        raise CannotCheckError(f"无法在 {parent} 写入：{error.strerror}。") from error
    scratch.chmod(0o755)
    try:
        yield scratch
    except OSError as error:
        raise CannotCheckError(f"写不下构建结果：{error.strerror or error}。") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def replace(new: Path, destination: Path) -> None:
    """Put ``new`` in the place of ``destination`` in one step; afterwards ``new`` is the old folder, or gone."""
    if not destination.exists():
        new.rename(destination)
    elif not _exchange(new, destination):
        # No exchange on this system: two renames, the shortest moment without a site that is possible.
        aside = new.with_name(new.name + "-old")
        destination.rename(aside)
        try:
            new.rename(destination)
        except OSError:
            aside.rename(destination)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders atomically, where the kernel can (Linux ``renameat2``, macOS ``renamex_np``)."""
    if os.name == "nt":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        return bool(library.renamex_np(first, second, _RENAME_EXCHANGE) == 0)
    if not hasattr(library, "renameat2"):
        return False
    return bool(library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE) == 0)


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        return True
    return True


def _source_date(configuration: Path) -> str:
    """The commit's time in seconds, so that the same commit gives the same bytes on any day."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return given
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        asked = subprocess.run(command, cwd=configuration.resolve().parent, capture_output=True, text=True, check=False)
    except OSError:
        return "1767225600"
    return asked.stdout.strip() or "1767225600"


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
