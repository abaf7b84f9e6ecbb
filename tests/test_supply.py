"""What the site is made of and carries: licences, lists of parts, known vulnerabilities, links that go bad, a change of looks."""

from __future__ import annotations

import fnmatch
import http.server
import importlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from PIL import Image

from atlas import licences
from atlas.facts import load
from tests.conftest import REPOSITORY

for folder in ("scripts", "scripts/forge"):
    sys.path.append(str(REPOSITORY / folder))
compare_pages, preview, propose, sbom, upkeep = map(
    importlib.import_module, ("compare_pages", "preview", "propose", "sbom", "upkeep")
)

FACTS = load(REPOSITORY / "docs" / "_data")
ROWS = list(FACTS["licences"])


def unclaimed(site: Path) -> list[str]:
    """The site's files that neither the project wrote nor a row of the licences claims."""
    own = {file.relative_to(REPOSITORY / "docs").as_posix() for file in (REPOSITORY / "docs").rglob("*") if file.is_file()}
    generated = ("*.html", "assets/data/*", "assets/calculators/*", "search/*", "sitemap.xml*", "changes.xml", licences.FILE)
    patterns = [*generated, *(pattern for row in ROWS for pattern in row.texts("files"))]
    found = (file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file())
    foreign = (path for path in found if plain(path) not in own and not parts(plain(path), own))
    return [path for path in foreign if not any(fnmatch.fnmatch(path, one) for one in patterns)]


def parts(path: str, own: set[str]) -> list[str]:
    """The project's files of which a file's name says that it is made of these and of no others."""
    file = PurePosixPath(path)
    near = [one.stem for one in map(PurePosixPath, own) if one.parent == file.parent and one.suffix == file.suffix]
    found = re.findall(rf"(?:^|-)({'|'.join(map(re.escape, near))})(?=-|$)", file.stem) if near else []
    return found if "-".join(found) == file.stem else []


def plain(path: str) -> str:
    """A file's name without the digest that a build may put into it."""
    stem, *middle, suffix = path.split(".")
    kept = [part for part in middle if not (len(part) == 8 and set(part) <= set("0123456789abcdef"))]
    return ".".join([stem, *kept, suffix]) if suffix else path


def test_every_file_of_others_is_claimed(site: Path) -> None:
    """Nothing by others ships without its row."""
    assert unclaimed(site) == []


@pytest.mark.offline
def test_the_bundle_carries_the_licences(offline_site: Path) -> None:
    """As a file at its root; it claims all that it carries."""
    assert "Permission is hereby granted" in (offline_site / licences.FILE).read_text("utf-8")
    assert unclaimed(offline_site) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_licence_can_be_read(row: Any) -> None:
    """What is installed has its version and its text; the notice names holder and licence of all."""
    notice = licences.notice(FACTS)
    assert row.text("holder") in notice
    assert f"{row.text('licence')}. " in notice
    assert not row.text("package") or licences.version_of(row)
    for address in row.texts("text"):
        assert licences.text_of(address) in notice
        assert len(licences.text_of(address)) > 400, address


def test_a_text_that_several_share_stands_once() -> None:
    """The notice is read by people."""
    assert licences.notice(FACTS).count("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION") == 1


def test_lists_of_parts_name_every_locked_package() -> None:
    """CycloneDX, each part with version and hash; Python's is valid by its own tool, and licences are known."""
    made = sbom.python(REPOSITORY)
    pinned = upkeep.pins((REPOSITORY / "requirements" / "site.txt").read_text("utf-8"))
    assert {one["name"]: one["version"] for one in made["components"]} == pinned
    assert all(reference["hashes"] for one in made["components"] for reference in one["externalReferences"])
    assert sum("licenses" in one for one in made["components"]) >= 0.9 * len(pinned) - 2
    npm = sbom.javascript(REPOSITORY)
    assert npm["bomFormat"] == made["bomFormat"] == "CycloneDX"
    locked = json.loads((REPOSITORY / "package-lock.json").read_text("utf-8"))["packages"]
    assert len(npm["components"]) >= len({name.rpartition("node_modules/")[2] for name in locked if name}) - 1
    assert {"pele", "katex", "mermaid"} <= {one["name"] for one in npm["components"]}
    assert all(one["hashes"] for one in npm["components"])


def test_vulnerabilities_are_told_and_silence_is_no_answer() -> None:
    """A package that could not be looked up, or a registry that did not answer, is not the same as nothing found."""
    fault = {"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": []}]}
    assert upkeep.python_rows(1, json.dumps({"dependencies": [fault]})) == [("a", "1", "X-1", "还没有")]
    with pytest.raises(upkeep.CannotLookError, match="没有查到 b，共 1 个"):
        upkeep.python_rows(0, json.dumps({"dependencies": [{"name": "b", "skip_reason": "?"}]}))
    with pytest.raises(upkeep.CannotLookError, match="退出码 2"):
        upkeep.python_rows(2, "")
    found = {"c": {"range": "<2", "via": [{"url": "u"}, "d"], "fixAvailable": {"version": "2.0.0"}}}
    assert upkeep.javascript_rows(json.dumps({"vulnerabilities": found})) == [("c", "<2", "u", "2.0.0")]
    with pytest.raises(upkeep.CannotLookError, match="405"):
        upkeep.javascript_rows(json.dumps({"message": "405"}))
    with pytest.raises(upkeep.CannotLookError, match="没有回答"):
        upkeep.javascript_rows("")


@pytest.fixture
def loopback() -> Iterator[str]:
    """A host on which one address opens, one is gone and one does not let programs in."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response({"/ok": 200, "/shy": 403}.get(self.path, 404))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_links_that_no_longer_open_are_listed_once_with_their_pages(loopback: str, tmp_path: Path) -> None:
    """By the real lychee with our settings: gone is gone, shy is not; addresses of ours are not asked for."""
    (tmp_path / ".github").mkdir()
    settings = (REPOSITORY / ".github" / "lychee.toml").read_text("utf-8").replace("max_retries = 2", "max_retries = 0")
    (tmp_path / ".github" / "lychee.toml").write_text(settings, "utf-8")
    for page in ("a", "b"):
        (tmp_path / "site" / page).mkdir(parents=True)
        names = ["ok", "shy", "gone"]
        links = "".join(f'<a href="{loopback}/{name}">x</a>' for name in names)
        own = '<a href="https://llm-atlas.github.io/nowhere/">x</a><a href="../missing/">x</a>'
        (tmp_path / "site" / page / "index.html").write_text(f"{links}{own}", "utf-8")
    report = tmp_path / "reports" / "links.md"
    assert upkeep.main(["links", "--root", str(tmp_path), "--output", str(report)]) == 0
    assert report.read_text("utf-8").splitlines() == [
        "1 个外部链接打不开。",
        "",
        "| 地址 | 回答 | 在哪些页 |",
        "|---|---|---|",
        f"| {loopback}/gone | 404 | a、b |",
    ]


def test_what_cannot_be_looked_at_leaves_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So that its issue is not closed."""
    assert upkeep.main(["links", "--root", str(tmp_path), "--output", str(tmp_path / "links.md")]) == 3
    assert not (tmp_path / "links.md").exists()
    assert "先运行 `make site`" in capsys.readouterr().err


def test_facts_that_are_due_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Years from now much is due; on the day of the oldest check nothing is."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "_data").symlink_to(REPOSITORY / "docs" / "_data")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1900000000")
    assert "| `h100-sxm` | 2026-" in upkeep.due(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    assert upkeep.due(tmp_path) == ""


def picture(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> Image.Image:
    """A white picture with black boxes."""
    made = Image.new("RGB", size, "white")
    for box in boxes:
        made.paste((0, 0, 0), box)
    return made


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        pytest.param(picture((10, 10)), picture((10, 10)), 0, id="the same"),
        pytest.param(picture((10, 10)), picture((10, 10), (0, 0, 5, 2)), 0.1, id="a box more"),
        pytest.param(picture((10, 10)), picture((10, 20), (0, 10, 10, 20)), 0.5, id="longer by a box"),
        pytest.param(picture((10, 10)), Image.new("RGB", (10, 10), (240, 240, 240)), 0, id="smoothing"),
        pytest.param(Image.new("RGB", (9, 9), (200, 0, 0)), Image.new("RGB", (9, 9), (0, 0, 200)), 1, id="another colour"),
    ],
)
def test_differences_are_counted_and_shown(before: Image.Image, after: Image.Image, share: float) -> None:
    """The share of pixels, and a picture in which they are red."""
    found, shown = compare_pages.difference(before, after)
    assert found == pytest.approx(share)
    assert sum(count for count, colour in shown.getcolors() if colour == (220, 0, 0)) == round(
        share * shown.width * shown.height
    )


def test_the_summary_puts_first_what_differs_most() -> None:
    """And before that, what only one site has."""
    home, _, devices, *_ = compare_pages.PAGES
    kind = compare_pages.Comparison
    said = compare_pages.summary(
        [kind(home, 390, 0.01), kind(home, 1440, 0.0), kind(devices, 390, 0.5), kind(devices, 1440, None)]
    )
    rows = [
        line.split(" | ")[1:]
        for line in said.splitlines()
        if line.startswith("| ") and "px" not in line and "像素" not in line
    ]
    assert rows == [["1440", "只有一边有这一页 |"], ["390", "50.00% |"], ["390", "1.00% |"]]
    assert "拍了 4 张，3 张与原来不同" in said


def test_ten_pages_that_exist() -> None:
    """Each of the ten is a page of the book."""
    assert len(compare_pages.PAGES) == 10
    for page in compare_pages.PAGES:
        stem = page.removesuffix("index.html").strip("/") or "index"
        assert (REPOSITORY / "docs" / f"{stem}.md").is_file() or (REPOSITORY / "docs" / stem / "index.md").is_file(), page


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("run.sh", "echo", id="a program"),
        pytest.param(".git/config", "[core]", id="a hidden folder"),
        pytest.param("CNAME", "evil.example.org", id="another host's name"),
        pytest.param("a b.html", "x", id="a space"),
        pytest.param("--all.html", "x", id="an option"),
        pytest.param("a.html/../../b.html", None, id="a link"),
    ],
)
def test_a_preview_takes_a_site_and_nothing_else(name: str, text: str | None, tmp_path: Path) -> None:
    """One odd file, and all of it is refused; a site alone is taken, without modes."""
    site = tmp_path / "site"
    (site / "训练").mkdir(parents=True)
    for path in ("index.html", "训练/index.html", "assets.css"):
        (site / path).write_text("x", "utf-8")
        (site / path).chmod(0o755)
    preview.admit(site, tmp_path / "good")
    assert sorted(file.name for file in (tmp_path / "good").rglob("*") if file.is_file()) == [
        "assets.css",
        "index.html",
        "index.html",
    ]
    assert not any(os.access(file, os.X_OK) for file in (tmp_path / "good").rglob("*") if file.is_file())
    if text is None:
        (site / "link.html").symlink_to("/etc/passwd")
    else:
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text, "utf-8")
    with pytest.raises(preview.RefusedError, match="不收"):
        preview.admit(site, tmp_path / "bad")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"requirements/site.txt": "a==2\n"}, "", id="a lock"),
        pytest.param({"requirements/site.txt": "a==2\n", "Makefile": "x\n"}, "补丁不该改 `Makefile`", id="another file too"),
        pytest.param({"requirements/new.txt": "a==2\n"}, "只能改已有文件的文字", id="a new file"),
        pytest.param({".github/workflows/check.yml": "x\n"}, "补丁不该改", id="a workflow"),
    ],
)
def test_a_patch_may_change_locks_only(
    change: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made where anybody's code ran."""
    monkeypatch.chdir(tmp_path)
    for path, text in {"requirements/site.txt": "a==1\n", "Makefile": "y\n", ".github/workflows/check.yml": "y\n"}.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, "utf-8")
    run = ["git", "-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a"]):
        subprocess.run([*run, *command], check=True)
    for path, text in change.items():
        Path(path).write_text(text, "utf-8")
    subprocess.run(["git", "add", "-AN"], check=True)
    Path("p.patch").write_bytes(subprocess.run(["git", "diff"], capture_output=True, check=True).stdout)
    subprocess.run(["git", "checkout", "-q", "."], check=True)
    if said:
        with pytest.raises(propose.RefusedError, match=said):
            propose.touched(Path("p.patch"))
    else:
        assert propose.touched(Path("p.patch")) == list(change)
