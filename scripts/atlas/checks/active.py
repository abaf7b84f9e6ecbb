"""Markup that could run, embed or submit something: readers never get it, so its author has to know.

What is left out is decided where pages are cleaned (:mod:`atlas.safety`); a site that does not use our extension is not
cleaned, and is not judged: others may embed a video or a form for good reasons.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import yaml

from atlas.checks import external
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView
from atlas.safety import Kind, LeftOut, is_clean_metadata, spot

SCRIPT = RULES.add(
    "html-script",
    Severity.ERROR,
    "页面里写了脚本",
    "`<script>` 和 `onclick` 这样的属性在成品里会被去掉：内容谁都能改，脚本却能冒充读者做任何事。"
    "交互由站点自己的脚本做；要给读者看代码，放进代码块。",
)
EMBED = RULES.add(
    "html-embed",
    Severity.ERROR,
    "页面嵌入了别的页面或程序",
    "`<iframe>`、`<object>`、`<embed>` 和 `srcdoc` 在成品里会被去掉：离线读者看不到，线上读者会被第三方看见。写成链接。",
)
FORM = RULES.add(
    "html-form",
    Severity.ERROR,
    "页面里写了表单",
    "`<form>` 和 `formaction` 在成品里会被去掉：静态网站没有地方收，填的内容只会去别人那里。请读者反馈就链接到 issue。",
)
REMOVED = RULES.add(
    "html-removed",
    Severity.ERROR,
    "这样的 HTML 不会出现在成品里",
    "`<style>`、`<link>`、`<meta>`、`<base>` 影响整个页面，`<animate>`、`<foreignObject>` 能改掉链接，"
    "`data-md-` 和 `__` 开头的编号是主题自己用的，`position`、`url()` 能盖住页面或加载文件：都会被去掉。换一种写法。",
)
METADATA = RULES.add(
    "front-matter-markup",
    Severity.ERROR,
    "元数据里有 HTML 或会执行的地址",
    "标题和描述会原样进入每一页的页头和导航，里面的标签会变成普通文字。写纯文字。",
)

_RULES = {Kind.SCRIPT: SCRIPT, Kind.EMBED: EMBED, Kind.FORM: FORM, Kind.OTHER: REMOVED, Kind.ADDRESS: external.ACTIVE}
_HINTS = {
    Kind.SCRIPT: "删掉它；要给读者看代码，放进代码块",
    Kind.EMBED: "写成普通链接 `[文字](地址)`，图片和视频放进 docs/",
    Kind.FORM: "删掉它，写成链接",
    Kind.OTHER: "删掉它；样式用站点已有的类",
    Kind.ADDRESS: "写一个普通的地址",
}
_ELEMENTS = frozenset(
    {"animate", "animatemotion", "animatetransform", "annotation-xml", "base", "bgsound", "canvas", "dialog", "discard"}
    | {"feimage", "foreignobject", "image", "isindex", "link", "maction", "marquee", "meta", "mglyph", "noembed", "noframes"}
    | {"plaintext", "set", "slot", "style", "template", "textarea", "xmp"}
)
"""Elements that an author may have meant; of any other unknown name, the text stays and nothing is lost."""
_ATTRIBUTES = frozenset(
    {"autofocus", "background", "class", "contenteditable", "fill", "filter", "id", "name", "ping", "popover"}
)
_DRIVE = re.compile(r"\s*[A-Za-z]:[\\/]")
"""No scheme: a path of the author's own computer, which another check speaks of."""
_FRONT_MATTER = re.compile(r"-{3}[ \t]*\n(.*?\n)(?:\.{3}|-{3})[ \t]*(?:\n|$)", re.DOTALL)


def check(view: PageView) -> Iterator[Finding]:
    """Everything that readers won't get of the page, if its site cleans its pages."""
    if not view.written.is_self_contained:
        return
    yield from _metadata(view)
    groups: dict[tuple[str, str], list[LeftOut]] = defaultdict(list)
    for one in spot(view.html):
        if _is_told(view, one):
            groups[one.element if not one.attribute else "", one.attribute].append(one)
    for (element, attribute), many in groups.items():
        places = _places(view, element, attribute, len(many))
        for number, one in enumerate(many):
            place = places[min(number, len(places) - 1)] if places else Location(view.path)
            yield Finding(_RULES[one.kind], place, _message(one), _HINTS[one.kind])


def _is_told(view: PageView, one: LeftOut) -> bool:
    """Whether an author should hear of it here: addresses have their own check, and much that goes nobody misses."""
    if one.kind is Kind.ADDRESS:
        return (
            bool(one.value.strip())
            and not _DRIVE.match(one.value)
            and not any(
                link.target == one.value and external.judge(link.target, link.element) for link in view.rendered.links
            )
        )
    if one.kind is not Kind.OTHER:
        return one.element != "noscript" or bool(one.attribute)
    if one.attribute == "style":
        return bool(re.search(r"position|url\(|expression|behavior|-moz-binding|image|z-index", one.value, re.IGNORECASE))
    if one.attribute:
        return one.attribute in _ATTRIBUTES or one.attribute.startswith("data-md-")
    return one.element in _ELEMENTS


def _message(one: LeftOut) -> str:
    if one.kind is Kind.ADDRESS:
        return f"地址 `{one.value.strip()[:80]}` 会执行代码或自带一页内容，成品里会被去掉"
    what = f"属性 `{one.attribute}`" if one.attribute else f"`<{one.element}>`"
    return f"{what} 在成品里会被去掉"


def _places(view: PageView, element: str, attribute: str, count: int) -> list[Location]:
    """Where it was written; where the text alone leaves a doubt, the page is rendered with marks."""
    wanted = rf"<{re.escape(element)}(?=[\s/>]|$)" if element else rf"(?<![\w-]){re.escape(attribute)}\s*=\s*[\"']?"
    pattern = re.compile(wanted, re.IGNORECASE | re.MULTILINE)
    prose = [(path, found) for path, scan in view.places.scans.items() for found in pattern.finditer(scan.masked)]
    if len(prose) == count:
        return [view.places.location(path, found.start()) for path, found in prose]
    every = [(path, found) for path, scan in view.places.scans.items() for found in pattern.finditer(scan.text)]
    if not every:  # nobody wrote it: it comes from an extension
        return []
    html, marks = view.places.marked([(path, found.start() if element else found.end()) for path, found in every])
    live: set[str] = set()
    if marks and html:
        stands = rf"([{marks}])<{re.escape(element)}" if element else rf"<[^<>]*?([{marks}])"
        live = {found[1] for found in re.finditer(stands, html, re.IGNORECASE)}
    sure = [one for mark, one in zip(marks, every, strict=True) if mark in live]
    return [view.places.location(path, found.start()) for path, found in sure or prose or every]


def _metadata(view: PageView) -> Iterator[Finding]:
    """Texts in the front matter that are markup, each where it begins."""
    head = _FRONT_MATTER.match(view.source)
    if not head:
        return
    try:
        node = yaml.compose(head[1], yaml.SafeLoader)
    except yaml.YAMLError:
        return  # another rule's business
    for key, scalar in _scalars(node):
        if not is_clean_metadata(scalar.value, key):
            mark = scalar.start_mark
            message = f"元数据 `{' '.join(scalar.value.split())[:60]}` 里有标签或会执行的地址，成品里只是普通文字"
            yield Finding(METADATA, Location(view.path, mark.line + 2, mark.column + 1), message, "写纯文字")


def _scalars(
    node: yaml.Node | None, key: str = "", around: tuple[yaml.Node, ...] = ()
) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Every text with the key that it belongs to; a value that holds itself, as YAML allows, ends there."""
    if node is None or any(node is one for one in around):
        return
    inside = (*around, node)
    if isinstance(node, yaml.ScalarNode):
        yield key, node
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _scalars(one, key, inside)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _scalars(value, str(name.value), inside)
