"""The files of a site against one another: two that want one address, and assets that nobody uses.

An asset is called unused only if nothing could mean it: no page links to it, and its name stands in no text of the project
(pages, styles, scripts, templates, hooks, configuration), nor in code that would put the name together.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from atlas.checks.addresses import resolve
from atlas.configuration import Configuration, Value
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Inclusion, Site, SiteFile
from atlas.scan import scan

ADDRESS = RULES.add(
    "page-address-duplicate",
    Severity.ERROR,
    "两个文件抢同一个地址",
    """`a.md` 与 `a/index.md`、`README.md` 与 `index.md` 都会成为同一个网页，只有一个留下，另一个读者永远看不到。
    只差大小写的两个地址，在 Windows 和 macOS 上也是同一个文件。""",
)
UNUSED = RULES.add(
    "asset-unused",
    Severity.WARNING,
    "文档文件夹里有没人用的图片、样式或附件",
    "没有页面、样式、脚本、模板或配置提到它，读者却要跟着下载或打包。引用它，或删掉它；有意留给外部链接的，写进一页里。",
)
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")
_MEDIA = (".mp4", ".webm", ".ogv", ".mov", ".mp3", ".ogg", ".wav", ".m4a")
_FONTS = (".woff", ".woff2", ".ttf", ".otf", ".eot")
_PAPERS = (".pdf", ".zip", ".gz", ".tgz", ".7z", ".rar", ".docx", ".xlsx", ".pptx", ".csv")
_KINDS = frozenset((*_IMAGES, *_MEDIA, *_FONTS, *_PAPERS, ".css", ".js", ".mjs"))
"""What somebody must link to, or it is lost; data, texts and HTML may be asked for by their address from anywhere."""
_KNOWN = re.compile(
    r"^(favicon|apple-touch-icon|android-chrome|mstile|safari-pinned-tab|og-image|social|logo|icon)\b|^(sw|service-?worker)\.m?js$|\.min\.\w+$",
    re.IGNORECASE,
)
"""Names that browsers, search engines, hosts and themes ask for by themselves, or that come with others."""
_CODE = frozenset(
    {".py", ".js", ".mjs", ".ts", ".html", ".htm", ".jinja", ".j2", ".yml", ".yaml", ".json", ".toml", ".css", ".xml"}
)
_MARKDOWN = frozenset({".md", ".markdown"})
_PROSE = frozenset({".md", ".markdown", ".svg", ".txt", ".csv", ".webmanifest", ".tex", ".bib"})
_SKIPPED = frozenset({"node_modules", "site", "dist", "build", "venv", "__pycache__"})
_LONGEST = 4_000_000
"""Bytes of a text beyond which nobody wrote it by hand."""
_FEW = 200
"""Only so few names are also sought inside of words."""
_PREFIX = re.compile(r"""([\w\-]{3,})(?:\$?\{|%[sd]|["'`]\s*[+~])""")
"""The beginning of a name that code goes on with: ``page-${n}``, ``page-{n}``, ``page-%d``, ``"page-" + n``."""
_BUILT = ("/*", "/{", "/$", "/%", "/'", '/"', "'", '"')
"""What stands behind a folder's name in code that puts a file's name together."""
_WORD = re.compile(r"[^\s\"'`()<>\[\]{}|,;=\\/?#&:!*，。；：、（）《》“”]+")


def check(site: Site) -> Iterator[Finding]:
    """Addresses that two files want, and assets that nobody uses."""
    if site.documents:
        yield from _addresses(site)
        yield from _unused(site)


def _addresses(site: Site) -> Iterator[Finding]:
    wanted: dict[str, list[SiteFile]] = defaultdict(list)
    for entry in site.entries:
        if not entry.from_theme and (entry.is_published or entry.inclusion is Inclusion.DISPLACED):
            wanted[unicodedata.normalize("NFC", _file_name(entry.url)).casefold()].append(entry)
    for rivals in wanted.values():
        # Static files are copied first, then pages are written in order: the last one stays.
        order = sorted(rivals, key=lambda one: (one.inclusion is not Inclusion.DISPLACED, one.is_page))
        for loser in order[:-1]:
            winner = order[-1]
            place = Location(f"{site.documents}/{loser.path}", 1, 1)
            if _file_name(loser.url) == _file_name(winner.url):
                message = f"`{loser.path}` 与 `{winner.path}` 的地址都是 `{_file_name(loser.url)}`，读者只看得到后者"
            else:
                message = f"`{loser.path}` 与 `{winner.path}` 的地址只差大小写，在 Windows 和 macOS 上是同一个文件"
            yield Finding(ADDRESS, place, message, "给其中一个改名，或合成一页")


def _file_name(url: str) -> str:
    plain = unquote(url).removeprefix("./").removeprefix(".")
    return f"{plain}index.html" if not plain or plain.endswith("/") else plain


def _unused(site: Site) -> Iterator[Finding]:
    left = [entry for entry in site.entries if _may_be_unused(site, entry)]
    if left:
        used = _linked(site)
        left = [entry for entry in left if unquote(entry.url) not in used]
    for entry in _unmentioned(site, left):
        place = Location(f"{site.documents}/{entry.path}")
        yield Finding(UNUSED, place, f"没有任何地方用到 `{entry.path}`", "引用它，或删掉它")


def _may_be_unused(site: Site, entry: SiteFile) -> bool:
    path = PurePosixPath(entry.path)
    if entry.is_page or entry.from_theme or not entry.is_published or path.suffix.lower() not in _KINDS:
        return False
    if _KNOWN.search(path.name) or any(part.startswith((".", "_")) for part in path.parts):
        return False
    if any((folder / entry.path).is_file() for folder in site.theme_folders):
        return False  # it stands in for the theme's own
    return (site.root / site.documents / entry.path).is_file()


def _linked(site: Site) -> set[str]:
    """The urls of everything that a page links to or loads."""
    used: set[str] = set()
    for page in site.pages:
        base = "" if page.url in {".", "./"} else page.url
        for target in {link.target for link in page.links}:
            destination = resolve(site, base, target)
            if destination is not None:
                used.add(destination.url)
    return used


def _unmentioned(site: Site, left: list[SiteFile]) -> list[SiteFile]:
    """Those that no text of the project names; texts are read one after the other until none is left."""
    drawn = _drawn_fences(site) if left else frozenset()
    for file in _texts(site) if left else ():
        try:
            text = file.read_text("utf-8", "replace") if file.stat().st_size <= _LONGEST else ""
            text = _shown(text, left, drawn) if file.suffix.lower() in _MARKDOWN else text
        except OSError:
            continue
        is_code = file.suffix.lower() in _CODE
        words = {word.rstrip(".") for word in _WORD.findall(text)}
        closely = text if len(left) <= _FEW else ""
        starts = tuple(set(_PREFIX.findall(text))) if is_code else ()
        left = [entry for entry in left if not _mentions(PurePosixPath(entry.path), words, starts, closely, is_code=is_code)]
        if not left:
            break
    return left


def _shown(text: str, names: Sequence[SiteFile], drawn: frozenset[str]) -> str:
    """What of a Markdown text may show an asset: neither comments nor code, unless something is drawn from it."""
    if not any(PurePosixPath(entry.path).stem in text or quote(PurePosixPath(entry.path).stem) in text for entry in names):
        return ""  # most texts name none of them, and need no closer look
    seen = scan(text.replace("\r\n", "\n"))
    head = seen.lines[: seen.front_matter]
    fences = (line for one in seen.fences if one.language in drawn for line in seen.lines[one.line : one.end])
    return "\n".join((*head, seen.masked, *fences))


def _drawn_fences(site: Site) -> frozenset[str]:
    """The languages of fences that are more to the project than code to be read: those with a ``name`` in its options."""
    extensions = Configuration.of(site.root / site.configuration).find("markdown_extensions")
    return frozenset({"mermaid", *(_names(extensions) if extensions else ())})


def _names(options: Value) -> Iterator[str]:
    for key, value in options.pairs():
        if key.text == "name" and value.text:
            yield value.text
        yield from _names(value)
    for one in options.values():
        yield from _names(one)


def _mentions(path: PurePosixPath, words: set[str], starts: tuple[str, ...], text: str, *, is_code: bool) -> bool:
    """Whether an asset's name stands in a text, or code names it without its suffix, or builds names in its folder."""
    names = (path.name, quote(path.name))
    if not words.isdisjoint(names) or any(name in text for name in names):
        return True
    if not is_code:
        return False
    folder = path.parent.as_posix()
    if path.stem in words or path.name.startswith(starts):
        return True
    return folder != "." and any(f"{folder}{end}" in text for end in _BUILT)


def _texts(site: Site) -> list[Path]:
    """Every text that may name a file: the project's own, the documents, snippets, the theme's overrides."""
    configuration = Configuration.of(site.root / site.configuration)
    files = {site.root / layer.path for layer in configuration.layers}
    files |= {site.root / name for page in site.pages for name in page.snippets}
    folders = {site.root, site.root / site.documents}
    theme, hooks = configuration.find("theme", "custom_dir"), configuration.find("hooks")
    folders |= {site.root / theme.text} if theme and theme.text else set()
    files |= {site.root / one.text for one in hooks.values() if one.text} if hooks else set()
    for folder in folders:
        files |= set(_texts_in(folder, top=folder == site.root))
    return sorted(files, key=lambda file: (file.suffix == ".md", file))  # the few that name much come first


def _texts_in(folder: Path, *, top: bool) -> Iterator[Path]:
    """Text files below a folder; of the project's own only code and Markdown, and nothing installed or built."""
    kinds = _CODE | ({".md"} if top else _PROSE)
    for path, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".") and not (top and one in _SKIPPED)]
        yield from (Path(path, name) for name in names if PurePosixPath(name).suffix.lower() in kinds)
