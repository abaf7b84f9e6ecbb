"""The cache makes a run faster and changes nothing else, whatever state it is in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas import dependencies, render
from tests.conftest import CONFIGURATION, Project, call_atlas

FILES = {
    "docs/index.md": """\
# 首页

见[训练](Training.md)与[数据](training.md#date)，显存是 $\\fracc{1}{2}$。<!-- atlas-ignore link-target-missing: 下个月写 -->

```mermaid
flowchart LR
  A[甲（一）] --> B["乙"] -->
```

<!-- atlas-ignore formula-syntax: 用不上 -->
末尾。
""",
    "docs/training.md": "\ufeff# 训练\n\n## 数据 {#data}\n",
}
SNIPPETS = CONFIGURATION.replace("  - tables\n", "  - tables\n  - pymdownx.snippets:\n      base_path: [parts]\n")


def check(folder: Path, *more: str) -> str:
    """The report, which has findings."""
    done = call_atlas(folder, "validate", "--format", "sarif", *more)
    assert (done.returncode, done.stderr) == (1, "")
    return done.stdout


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are rendered, as it happens."""
    seen: list[str] = []
    populate = render._populate

    def note(page: object, *rest: object) -> None:
        seen.append(page.file.src_uri)  # type: ignore[attr-defined]
        populate(page, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "_populate", note)
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # all in this process, so that it can be seen
    return seen


def test_known_pages_report_the_same(project: Project, rendered: list[str]) -> None:
    """Findings, their places, what mends them and what silences them come out of the cache as they went in."""
    folder = project(FILES).parent
    fresh = check(folder, "--no-cache")
    assert not (folder / ".cache").exists()
    first = check(folder)
    rendered.clear()
    assert check(folder) == first == fresh
    assert rendered == []
    assert "silence-unused" in first


def test_only_what_changed_is_rendered(project: Project, rendered: list[str]) -> None:
    """A page is known by its content, so changing it back makes it known again."""
    folder = project(FILES).parent
    page = folder / "docs" / "training.md"
    first, before = check(folder), page.read_bytes()
    rendered.clear()
    page.write_text("# 训练\n\n## 日期 {#date}\n", "utf-8")
    assert "link-anchor-missing" not in check(folder).partition('"results"')[2]
    assert rendered == ["training.md"]
    page.write_bytes(before)
    assert check(folder) == first
    assert rendered == ["training.md"]


def scribble(text: bytes) -> Callable[[Path], None]:
    """Replaces the store by some bytes."""

    def spoil(store: Path) -> None:
        for file in store.parent.glob("pages.db*"):
            file.unlink()
        store.write_bytes(text)

    return spoil


def foreign(store: Path) -> None:
    """Replaces the store by another program's database."""
    for file in store.parent.glob("pages.db*"):
        file.unlink()
    with sqlite3.connect(store) as connection:
        connection.execute("CREATE TABLE pages (name TEXT)")
        connection.execute("CREATE TABLE notes (name TEXT)")


def values(text: str) -> Callable[[Path], None]:
    """Replaces every value in the store."""

    def spoil(store: Path) -> None:
        with sqlite3.connect(store) as connection:
            for table in ("pages", "notes"):
                connection.execute(f"UPDATE {table} SET value = ?", (text,))

    return spoil


def truncate(store: Path) -> None:
    """Cuts the store in the middle."""
    for file in store.parent.glob("pages.db*"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(scribble(b""), id="empty"),
        pytest.param(scribble(b"not a database at all" * 1000), id="garbage"),
        pytest.param(scribble(b"SQLite format 3\0" + b"\xff" * 5000), id="a broken header"),
        pytest.param(truncate, id="cut"),
        pytest.param(foreign, id="of another program"),
        pytest.param(values("{"), id="values that are no JSON"),
        pytest.param(values("[]"), id="values of another kind"),
        pytest.param(values('{"snippets": []}'), id="values of another version"),
        pytest.param(values("[" * 50_000), id="values without end"),
        pytest.param(values('{"folders": 1, "files": {"a": 2}, "pages": [[1]], "site": 3, "common": "zz"}'), id="odd notes"),
    ],
)
def test_broken_store_only_means_rendering_again(project: Project, spoil: Callable[[Path], None]) -> None:
    """Nobody is told, and the next run has a whole store."""
    folder = project(FILES).parent
    expected = check(folder)
    spoil(folder / ".cache" / "atlas" / "pages.db")
    assert check(folder) == expected
    assert check(folder) == expected


def test_store_that_can_not_be_written(project: Project) -> None:
    """Where there is no room for a cache (here: a file is in its way) everything works without."""
    folder = project({**FILES, ".cache": "a file"}).parent
    assert check(folder) == check(folder, "--no-cache")
    assert (folder / ".cache").read_text("utf-8") == "a file"


def test_read_only_store(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with a store that may be read only."""
    folder = project(FILES).parent
    expected = check(folder)
    connect = sqlite3.connect

    def read_only(path: Path, **more: float) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, **more)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr("atlas.cache.sqlite3.connect", read_only)
    (folder / "docs" / "training.md").write_text("# 训练\n\n## 数据 {#data}\n\n新的一段\n", "utf-8")
    assert check(folder) == check(folder, "--no-cache") != expected


def test_snippet_is_part_of_the_page(project: Project, rendered: list[str]) -> None:
    """A page is rendered again when a file that it pulls in changes."""
    folder = project(
        {"mkdocs.yml": SNIPPETS, "docs/index.md": '# 页\n\n--8<-- "a.md"\n', "parts/a.md": "[x](no.md)\n"}
    ).parent
    assert "no.md" in check(folder)
    (folder / "parts" / "a.md").write_text("[x](other.md)\n", "utf-8")
    assert "other.md" in check(folder)
    assert rendered == ["index.md", "index.md"]


EXTENSION = """
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
class Turn(Preprocessor):
    def run(self, lines):
        return [line.replace("TARGET", "{}") for line in lines]
class Turned(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Turn(md), "turn", 100)
def makeExtension(**options):
    return Turned(**options)
def slug(text, separator):
    return "x"
"""


def test_local_extension_is_part_of_the_page(
    project: Project, rendered: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A page is rendered again when the file of an extension that is no package changes."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    name = f"turn_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(EXTENSION.format("no.md"), "utf-8")
    configuration = CONFIGURATION.replace("  - tables\n", f"  - tables\n  - {name}\n")
    folder = project({"mkdocs.yml": configuration, "docs/index.md": "# 页\n\n[x](TARGET)\n"}).parent
    assert check(folder) == check(folder)
    assert rendered == ["index.md"]
    (tmp_path / f"{name}.py").write_text(EXTENSION.format("other.md"), "utf-8")
    monkeypatch.delitem(__import__("sys").modules, name)
    assert "other.md" in check(folder)
    assert rendered == ["index.md", "index.md"]


def test_extension_that_is_a_package_is_never_known(
    project: Project, rendered: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What a package reads can't be told, so its pages are rendered each time."""
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"turn_{tmp_path.name}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text(EXTENSION.format("no.md"), "utf-8")
    configuration = CONFIGURATION.replace("  - tables\n", f"  - tables\n  - {name}\n")
    folder = project({"mkdocs.yml": configuration, "docs/index.md": "# 页\n\n[x](TARGET)\n"}).parent
    assert check(folder) == check(folder)
    assert rendered == ["index.md", "index.md"]


@pytest.mark.parametrize("package", dependencies.PACKAGES)
def test_version_of_a_package_is_part_of_the_key(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new release may render otherwise."""
    now, version = dependencies.tools(), dependencies.version
    monkeypatch.setattr(dependencies, "version", lambda name: "0" if name == package else version(name))
    assert dependencies.tools.__wrapped__() != now


@pytest.mark.parametrize("library", dependencies.LIBRARIES)
def test_version_of_a_library_is_part_of_the_key(library: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So may a new release of what draws and typesets."""
    for name in dependencies.LIBRARIES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "package.json").write_text('{"version": "1"}', "utf-8")
    monkeypatch.setattr(dependencies, "NODE_MODULES", tmp_path)
    before = dependencies.tools.__wrapped__()
    (tmp_path / library / "package.json").write_text('{"version": "2"}', "utf-8")
    assert dependencies.tools.__wrapped__() != before


def test_our_own_code_is_part_of_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever writes a check sees it at work at once."""
    (tmp_path / "javascript").mkdir()
    monkeypatch.setattr(dependencies, "__file__", str(tmp_path / "dependencies.py"))
    keys = {dependencies.tools.__wrapped__()}
    for name in ("check.py", "javascript/draw.js"):
        (tmp_path / name).write_text("1", "utf-8")
        keys.add(dependencies.tools.__wrapped__())
    assert len(keys) == 3


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The projects for which the engine is started, as it happens."""
    seen: list[str] = []
    start = render.render

    def note(configuration: Path, *rest: object, **more: object) -> object:
        seen.append(configuration.name)
        return start(configuration, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "render", note)
    return seen


def test_engine_is_not_started_when_nothing_changed(project: Project, started: list[str]) -> None:
    """The answer is the same without it; any file that may matter, new or changed, starts it again."""
    folder = project(FILES).parent
    first = check(folder)
    assert (check(folder), started) == (first, ["mkdocs.yml"])
    for number, file in enumerate(("docs/new.md", "docs/look.css", "docs/picture.png"), start=2):
        (folder / file).write_text("a\n", "utf-8")
        check(folder)
        assert len(started) == number
    (folder / "docs" / "look.css").write_text(".b {}\n", "utf-8")
    check(folder)
    (folder / "mkdocs.yml").write_text(f"{(folder / 'mkdocs.yml').read_text('utf-8')}\nsite_author: 某人\n", "utf-8")
    check(folder)
    assert len(started) == 6


@pytest.mark.parametrize("is_ours", [True, False])
def test_hook_that_may_change_the_list_of_pages(project: Project, started: list[str], is_ours: bool) -> None:
    """What somebody's hook does can't be told; what this package's does follows from what is looked at anyway."""
    hook = Path(render.__file__).parents[1] / "hooks.py"
    configuration = f"{CONFIGURATION}hooks: [{hook.as_posix() if is_ours else 'hook.py'}]\n"
    folder = project(
        {**FILES, "mkdocs.yml": configuration, "hook.py": "def on_files(files, config):\n    return files\n"}
    ).parent
    first = check(folder)
    assert check(folder) == first
    assert len(started) == (1 if is_ours else 2)


def test_folder_of_an_installed_theme_is_known_by_its_version(tmp_path: Path) -> None:
    """Thousands of icons need not be listed on every run; a theme of the project's own has no version that tells."""
    from importlib.util import find_spec

    found = find_spec("material")
    assert found
    assert found.origin
    assert dependencies.has_version(Path(found.origin).parent / "templates")
    assert not dependencies.has_version(tmp_path / "material")
