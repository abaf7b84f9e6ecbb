"""``mkdocs.yml`` against the files: what it names must exist, and what it sets must be understood."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from atlas.checks import near, outside
from atlas.checks.addresses import is_external, known_urls, resolve
from atlas.checks.suggestions import Suggestions
from atlas.configuration import Configuration, Value
from atlas.findings import RULES, Finding, Severity
from atlas.model import Site
from atlas.settings import Settings
from atlas.wording import nearest

FILE = RULES.add(
    "config-file-missing",
    Severity.ERROR,
    "mkdocs.yml 里写的样式、脚本、标志或图标不存在",
    "MkDocs 不会提醒：每一页都少了样式或脚本，页首是裂开的图。路径从文档文件夹（或 custom_dir）算起，区分大小写。",
)
ADDRESS = RULES.add(
    "config-address-malformed",
    Severity.ERROR,
    "mkdocs.yml 里的网址打不开",
    "协议拼错、全角冒号、主机名里有空格，或指向 localhost：每一页上的这个链接、样式或脚本都打不开。",
)
REPEATED = RULES.add(
    "config-key-duplicate",
    Severity.ERROR,
    "mkdocs.yml 里同一个键写了两次",
    "YAML 悄悄丢掉前一个，写在那里的设置不起作用。合成一个。",
)
UNKNOWN = RULES.add(
    "config-key-unknown",
    Severity.WARNING,
    "mkdocs.yml 里有 MkDocs 不认识的键",
    "多半是拼错了，这条设置不起作用。自己的数据写在 `extra:` 下面；只用来放 YAML 锚点的键以 `x-` 或 `_` 开头。",
)
_LINKS = (("repo_url",), ("extra", "homepage"))
_ANCHOR_HOLDERS = ("x-", "_", ".", "<<")
"""How keys begin that only hold YAML anchors, or merge them."""
_DEFAULT_THEMES = frozenset({"material", "readthedocs"})
"""Themes that are known to show ``logo`` and ``favicon`` as files."""


def check(site: Site) -> Iterator[Finding]:
    """Files, icons, addresses, keys, and the settings of the checks."""
    configuration = Configuration.of(site.root / site.configuration)
    yield from Settings.of(site.root / site.configuration).findings
    yield from _keys(site, configuration)
    yield from _files(site, configuration)
    for value in _linked(configuration):
        if problem := outside.fault(value.text or ""):
            yield Finding(ADDRESS, value.location, problem[0], problem[1])
    if site.theme == "material":
        yield from _icons(site, configuration)
    yield from _templates(site, configuration)


def _loaded(site: Site, configuration: Configuration) -> Iterator[tuple[str, Value]]:
    """Files that every page loads, with what each is."""
    for key, what in (("extra_css", "样式"), ("extra_javascript", "脚本")):
        found = configuration.find(key)
        for one in found.values() if found else ():
            yield what, one.get("path") or one
    if site.theme in _DEFAULT_THEMES:
        for key, what in (("logo", "标志"), ("favicon", "图标")):
            if found := configuration.find("theme", key):
                yield what, found


def _files(site: Site, configuration: Configuration) -> Iterator[Finding]:
    urls = known_urls(site)
    kept_out = {entry.url for entry in site.entries if not entry.is_published}
    assets = Suggestions(site.documents, (one.path for one in site.entries if one.is_published and not one.is_page))
    for what, value in _loaded(site, configuration):
        written = value.text or ""
        destination = None if is_external(written) else resolve(site, "", written)
        if problem := outside.fault(written):
            yield Finding(ADDRESS, value.location, f"{what} {problem[0]}", problem[1])
        elif not written or is_external(written) or (destination and destination.url in urls):
            continue
        elif destination and destination.url in kept_out:
            message = f"{what} `{written}` 被排除在站点之外，每一页都会缺它"
            yield Finding(FILE, value.location, message, "从 exclude_docs 里去掉它")
        else:
            hint = near.hint(assets, site.documents, written, "先把文件放进文档文件夹，路径从那里算起")
            yield Finding(FILE, value.location, f"{what} `{written}` 不存在，每一页都会缺它", hint)


def _linked(configuration: Configuration) -> Iterator[Value]:
    """Addresses that pages link to."""
    for keys in _LINKS:
        if found := configuration.find(*keys):
            yield found
    social = configuration.find("extra", "social")
    for one in social.values() if social else ():
        if found := one.get("link"):
            yield found


def _icons(site: Site, configuration: Configuration) -> Iterator[Finding]:
    """Icons of Material: without one its template fails, and with it the whole build."""
    for value in _icon_names(configuration):
        name = value.text or ""
        if not name or any((folder / ".icons" / f"{name}.svg").is_file() for folder in site.theme_folders):
            continue
        shelf = name.rpartition("/")[0]
        beside = [
            f"{shelf}/{file.stem}" for folder in site.theme_folders for file in (folder / ".icons" / shelf).glob("*.svg")
        ]
        close = nearest(name, beside)
        hint = f"最接近的图标是 `{close}`" if close else "写主题自带的图标，例如 `material/home`"
        yield Finding(FILE, value.location, f"没有图标 `{name}`，整站都构建不了", hint)


def _icon_names(configuration: Configuration) -> Iterator[Value]:
    icons = configuration.find("theme", "icon")
    yield from (one for one in icons.scalar_values() if one.text) if icons else ()
    palette = configuration.find("theme", "palette")
    for one in palette.values() if palette else ():
        if (toggle := one.get("toggle")) and (icon := toggle.get("icon")):
            yield icon
    social = configuration.find("extra", "social")
    for one in social.values() if social else ():
        if icon := one.get("icon"):
            yield icon


def _templates(site: Site, configuration: Configuration) -> Iterator[Finding]:
    """Templates that the engine would skip with a warning."""
    paths = {one.path for one in site.entries if not one.from_theme}
    extra, static = configuration.find("extra_templates"), configuration.find("theme", "static_templates")
    for value in extra.values() if extra else ():
        if value.text and value.text not in paths:
            hint = near.hint(Suggestions(site.documents, paths), site.documents, value.text, "路径从文档文件夹算起")
            yield Finding(FILE, value.location, f"模板 `{value.text}` 不存在，不会生成", hint)
    for value in static.values() if static else ():
        if value.text and not any((folder / value.text).is_file() for folder in site.theme_folders):
            yield Finding(FILE, value.location, f"模板 `{value.text}` 不在主题里，不会生成", "把它放进 custom_dir")


def _keys(site: Site, configuration: Configuration) -> Iterator[Finding]:
    for layer in configuration.layers:
        yield from _repeated(layer)
        for key, _ in layer.pairs():
            name = key.text or ""
            if site.known_keys and name not in site.known_keys and not name.startswith(_ANCHOR_HOLDERS):
                close = nearest(name, site.known_keys)
                hint = f"最接近的键是 `{close}`" if close else "自己的数据写在 `extra:` 下面"
                yield Finding(UNKNOWN, key.location, f"MkDocs 不认识键 `{name}`，这条设置不起作用", hint)


def _repeated(value: Value) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for key, one in value.pairs():
        name = key.text
        if isinstance(key.node, yaml.ScalarNode) and name is not None and name != "<<":
            if name in seen:
                message = f"键 `{name}` 写了两次，第 {seen[name]} 行的那个不起作用"
                yield Finding(REPEATED, key.location, message, "合成一个，或删掉一个")
            seen[name] = key.location.line or 0
        yield from _repeated(one)
    for one in value.values():
        yield from _repeated(one)
