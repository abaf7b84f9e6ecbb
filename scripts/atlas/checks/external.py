"""Addresses that leave the site, or were meant to: can a browser go there, and should a reader?

Nothing is asked of the network. An address is judged as a browser would read it; the text is looked at, too, where what
stands around an address was drawn into it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from atlas.checks.hosts import host_fault, is_local, port_fault, split_authority
from atlas.findings import RULES, Finding, Location, Rule, Severity
from atlas.model import Link, PageView
from atlas.scan import MASK
from atlas.wording import nearest

MALFORMED = RULES.add(
    "address-malformed",
    Severity.ERROR,
    "站外地址写错了，打不开",
    "协议拼错、少了冒号或斜线、主机名或端口不合法、百分号后面不是两位十六进制：读者点了没有反应，或看到错误页。",
)
FULL_WIDTH = RULES.add(
    "address-full-width",
    Severity.ERROR,
    "站外地址里有全角的标点或字母",
    "浏览器会把 `https：//` 当作站内的文件名，读者看到 404。地址里的冒号、斜线、问号和字母都写半角的。",
)
SWALLOWS = RULES.add(
    "address-swallows-text",
    Severity.ERROR,
    "地址把后面的文字或标点吞了进去",
    "裸地址到空格才结束，紧接着的中文也成了地址的一部分，读者会看到 404。写成 `[文字](地址)` 或 `<地址>`，或在后面空一格。",
)
LOCAL = RULES.add(
    "address-local",
    Severity.WARNING,
    "地址指向读者自己的电脑",
    "`localhost` 和 `file:` 只在作者的电脑上有东西，读者点了打不开。要读者照着输入的地址写成行内代码。",
)
MAIL = RULES.add(
    "address-mail-malformed",
    Severity.ERROR,
    "邮件地址不完整",
    "读者的邮件程序会打开一封寄不出去的信。写 `mailto:名字@主机`，没有斜线和空格。",
)
ACTIVE = RULES.add(
    "address-active",
    Severity.ERROR,
    "地址会执行代码",
    "`javascript:` 一类的地址在读者的浏览器里执行代码，许多浏览器和网站的安全策略会拦住它。写普通的地址。",
)

_SCHEMES = ("https", "http", "ftp")
_KNOWN = frozenset(
    {"about", "blob", "cid", "data", "dav", "dict", "dns", "doi", "ed2k", "feed", "file", "ftps", "geo", "git", "gopher"}
    | {"hdfs", "imap", "ipfs", "irc", "ircs", "jdbc", "ldap", "ldaps", "magnet", "matrix", "mid", "mms", "news", "nfs"}
    | {"nntp", "ntp", "redis", "rsync", "rtmp", "rtsp", "sftp", "sip", "sips", "sms", "smb", "smtp", "ssh", "svn", "tel"}
    | {"telnet", "tftp", "udp", "urn", "vnc", "vscode", "weixin", "wss", "xmpp", "zotero"}
)
"""Schemes of other programs; those unlike ``http`` need not be named."""
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_MEANT = re.compile(r"([a-z]{3,7})\s*(?::\s*[/\\]{1,3}:?|[;,.]\s*[/\\]{2}|[/\\]{2}:?|:)", re.IGNORECASE)
"""How an address begins that was meant to leave the site, once full-width characters are made narrow."""
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_BAD_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_WIDE = re.compile(r"(?<=[!-~])[／？＆＃＝％．：～＿－](?=[!-~])")
_WIDE_LETTERS = re.compile(r"(?<=[!-~])[Ａ-Ｚａ-ｚ０-９]+")
_STOPS = "，。；、：！？"
_CLOSERS = {"）": "（", "】": "【", "」": "「", "』": "『", "》": "《", "”": "“", "’": "‘", "〉": "〈", "］": "［"}
_DOCUMENTS = re.compile(
    r"\s*data:\s*(?:text/(?:html|xml)|application/xhtml\+xml|image/svg\+xml|text/javascript)", re.IGNORECASE
)
_HOSTING = frozenset({"a", "area", "iframe", "embed", "object", "form"})
"""Elements in which a document of its own would run."""
_STARTS = re.compile(
    r"^[ \t>]*(?:[$#%>] +)?[a-z@.][^\s]*[ \t](?:.*[ \t])?"
    r"(?:serve|server|runserver|http\.server|start|dev|up|run|lab|notebook|preview|port-forward)(?=[ \t]|$)"
    r"|\b(?:uvicorn|gunicorn|hypercorn|jupyter-lab|tensorboard|\w+-server)[ \t]"
    r"|(?:^|[ \t])(?:-p|--port)[ =]\d|\b(?:serving|listening|running)\b.*\bhttp://",
    re.IGNORECASE | re.MULTILINE,
)
"""A command, or what it prints, that starts a server."""
_MAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an address and what to write instead."""

    rule: Rule
    reason: str
    hint: str


def check(view: PageView) -> Iterator[Finding]:
    """Every link of the page, whatever element it stands in."""
    for link in view.rendered.links:
        fault = judge(link.target, link.element, is_bare=(bare := _is_bare(view, link)), is_spaced=_is_angled(view, link))
        if fault and not (fault.rule is LOCAL and _is_started(view, link)):
            written = link.written or link.target
            place = link.place or view.places.anywhere((link.target, unquote(link.target)))
            hint = "在地址后面空一格，或写成 `[文字](地址)`" if bare and fault.rule is SWALLOWS else fault.hint
            if fault.rule is LOCAL and _is_its_own_text(view, link):
                continue
            yield Finding(fault.rule, place, f"地址 `{_short(written)}` {fault.reason}", hint)


def leaves(link: Link) -> bool:
    """Whether an address that looks like one of the site's files was meant to leave the site and is judged here."""
    return judge(link.target, link.element) is not None


def judge(target: str, element: str = "a", *, is_bare: bool = False, is_spaced: bool = False) -> Fault | None:
    """What is wrong with an address; ``is_bare``: it has no marks around it, ``is_spaced``: it may contain spaces."""
    plain = target.strip(" \t\r\n\f")
    heard = re.sub(r"[\t\r\n\x00-\x1f]", "", plain)  # browsers drop these wherever they stand
    if re.match(r"(?:javascript|vbscript|livescript):", heard.lstrip(), re.IGNORECASE):
        return Fault(ACTIVE, "会在读者的浏览器里执行代码", "写一个普通的地址；要按钮就用站点自己的脚本")
    if element in _HOSTING and _DOCUMENTS.match(heard):
        return Fault(ACTIVE, "把一整页代码写进了地址，浏览器会拦住或执行它", "把内容放进站内的文件再链接")
    narrow = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", plain))
    if re.match(r"mail\s*to\s*[:;]", narrow, re.IGNORECASE):
        return _mail(plain)
    if found := _MEANT.match(narrow):
        meant = _meant_scheme(found[1], narrow)
        if meant == "mailto":
            return Fault(MAIL, f"里的协议 `{found[1]}` 拼错了，点了没有反应", "写 `mailto:名字@主机`")
        if meant:
            return _web(plain, narrow, found, meant, is_bare=is_bare, is_spaced=is_spaced)
    if plain.lower().startswith("file:"):
        return Fault(LOCAL, "是作者电脑上的文件，读者打不开", "把文件放进 docs/，写相对路径")
    if plain.startswith("//") and not plain.startswith("///"):
        return _authority(plain, plain[2:], is_bare=is_bare, is_spaced=is_spaced)
    return None


def _meant_scheme(word: str, narrow: str) -> str:
    """The scheme that an author meant by a word; empty if it is one of another program's, or a file's name."""
    lower = word.lower()
    if lower in _SCHEMES:
        return lower
    if lower in _KNOWN or not re.match(r"\w+(?:\s*:|[;,.]?[/\\]{2})", narrow):
        return ""
    if set(lower) <= set("htps") and len(lower) > 2:
        return "https" if lower.endswith("s") else "http"
    if "@" in narrow:
        return nearest(lower, ["mailto"]) if lower != "mailto" else ""
    for scheme in ("https", "http"):
        if _SCHEME.match(narrow) and "//" in narrow[:12] and _is_one_off(lower, scheme):
            return scheme
    return ""


def _web(plain: str, narrow: str, found: re.Match[str], meant: str, *, is_bare: bool, is_spaced: bool) -> Fault | None:
    head = found[0]
    correct = f"{meant}://"
    hint = f"写 `{correct}{_short(narrow[found.end() :].lstrip(' /:'), 40)}`"
    if not plain.lower().startswith(head.lower()):
        if _ZERO_WIDTH.search(plain[: len(head) + 1]):
            return Fault(MALFORMED, "里有看不见的零宽字符，浏览器不认识这个协议", "删掉零宽字符，重新输入这个地址")
        return Fault(FULL_WIDTH, "里有全角字符，浏览器会当它是站内的文件", hint)
    if found[1].lower() != meant:
        return Fault(MALFORMED, f"里的协议 `{found[1]}` 拼错了，点了没有反应", hint)
    if head.lower() != correct:
        return Fault(MALFORMED, f"的开头 `{head}` 写错了，到不了那里", hint)
    return _authority(plain, plain[len(head) :], is_bare=is_bare, is_spaced=is_spaced)


def _authority(plain: str, rest: str, *, is_bare: bool, is_spaced: bool) -> Fault | None:
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    after = rest[len(authority) :]
    host, port = split_authority(authority)
    if re.fullmatch(r"https?|ftp", host, re.IGNORECASE) and after.startswith("//"):
        return Fault(MALFORMED, "的协议写了两遍", "只留一个 `https://`")
    if rest.startswith("/"):
        return Fault(MALFORMED, "的协议后面多了斜线", f"写 `https://{_short(rest.lstrip('/'), 40)}`")
    if _ZERO_WIDTH.search(rest):
        return Fault(MALFORMED, "里有看不见的零宽字符，到的是另一个地址", "删掉零宽字符，重新输入这个地址")
    if swallowed := _swallowed_by_host(host if "[" not in host else ""):
        return Fault(SWALLOWS, f"把 `{_short(swallowed, 20)}` 吞了进去", f"地址到 `{swallowed[0]}` 之前为止")
    narrow = unicodedata.normalize("NFKC", authority)
    if narrow != authority and not host_fault(split_authority(narrow)[0]):
        return Fault(FULL_WIDTH, "的主机名里有全角字符", f"写 `https://{narrow}`")
    if reason := host_fault(host) or port_fault(port):
        return Fault(MALFORMED, f"打不开：{reason}", "改正主机名或端口，例如 `https://example.org:8080/`")
    if is_local(host):
        return Fault(LOCAL, "指向读者自己的电脑，那里没有这个服务", "要读者照着输入就写成行内代码；要链接就写公开的地址")
    return _path(after, is_bare=is_bare, is_spaced=is_spaced)


def _path(after: str, *, is_bare: bool, is_spaced: bool) -> Fault | None:
    """What is wrong from the path on; ``after`` begins with ``/``, ``?`` or ``#``, or is empty."""
    sent = after.partition("#")[0]
    if swallowed := _swallowed(after, is_bare=is_bare):
        return Fault(SWALLOWS, f"把 `{_short(swallowed, 20)}` 吞了进去", f"地址到 `{swallowed[0]}` 之前为止")
    if wide := _WIDE.search(after) or _WIDE_LETTERS.search(after.partition("?")[0]):
        return Fault(FULL_WIDTH, f"里有全角的 `{wide[0]}`，到的是另一个地址", "改成半角的")
    if found := _BAD_PERCENT.search(sent):
        piece = sent[found.start() : found.start() + 3]
        return Fault(MALFORMED, f"里的 `{piece}` 不是百分号编码，服务器会拒绝", "百分号本身写 `%25`")
    if not is_spaced and re.search(r"\s", after.strip()):
        return Fault(MALFORMED, "里有空格", "空格写 `%20`；地址后的标题要加半角引号")
    return None


def _swallowed(after: str, *, is_bare: bool) -> str:
    """The end of an address that is the text's, not the address's; nothing if all is the address's own."""
    path = after if is_bare else re.split(r"[?#]", after, maxsplit=1)[0]
    for found in re.finditer(rf"(?<=[!-~])[{_STOPS}]", path):
        rest = path[found.start() :]
        if found[0] in "：？" and re.match(r".[!-~]", rest):
            continue  # a full-width character in the address itself: another fault
        if is_bare or found[0] != "、" or not re.search(r"[!-~]", rest):  # files are named 1、甲.html
            return rest
    if after and (after[-1] in "，、；：" or (after[-1] in _STOPS and after[-2:-1].isascii())):
        return after[-1]
    if after and after[-1] in _CLOSERS and after.count(after[-1]) > after.count(_CLOSERS[after[-1]]):
        return after[-1]
    return _swallowed_by_bare(after) if is_bare else ""


def _swallowed_by_bare(after: str) -> str:
    """A bare address ends at the next blank: Chinese that follows a word without a slash, or that ends in a stop."""
    if aside := re.search(r"(?<=[!-.0-~])[（“「].*$", after):
        return aside[0]
    for found in re.finditer("|".join([rf"[{_STOPS}“‘]", *map(re.escape, _CLOSERS)]), after):
        opener = _CLOSERS.get(found[0])
        if opener is None or opener not in after[: found.start()]:
            start = re.search(r"(?<=[!-~])[\u3400-\u9fff][^/?#]*$", after[: found.start()])
            return after[start.start() :] if start and after[start.start() - 1] != "/" else after[found.start() :]
    mixed = re.search(r"/([^/?#\u3400-\u9fff]*)(?<=[a-z0-9_.])([\u3400-\u9fff][^/]*)$", after)
    return mixed[2] if mixed and not re.search(r"/(?:wiki|item|topic|tag)s?/", after) else ""


def _swallowed_by_host(host: str) -> str:
    """Chinese right behind a host's last letters."""
    found = re.search(rf"(?<=\.[a-z][a-z])[a-z]*([\u3400-\u9fff{_STOPS}）】」』》”].*)$", host, re.IGNORECASE)
    return found[1] if found and not re.search(r"[\u3400-\u9fff，、][a-z]*\.[a-z]|[：．]\d|[，、。][a-z]", host) else ""


def _mail(plain: str) -> Fault | None:
    if not re.match(r"mailto:", plain, re.IGNORECASE) or "＠" in plain:
        return Fault(MAIL, "不是邮件地址：冒号或 `@` 是全角的，或位置不对", "写 `mailto:名字@主机`，都用半角")
    recipients, question, headers = plain[len("mailto:") :].partition("?")
    if not recipients and question and headers:
        return None
    for one in recipients.split(","):
        address = unquote(one)
        if not _MAIL.fullmatch(address) or address.startswith("/") or host_fault(address.rpartition("@")[2]):
            return Fault(MAIL, "不是完整的邮件地址，信寄不出去", "写 `mailto:名字@主机`，没有斜线和空格")
    return None


def _is_started(view: PageView, link: Link) -> bool:
    """Whether the page, further up, has the reader start the server to which the link leads."""
    one = view.places.scans.get(link.place.path) if link.place else None
    if one is None or link.place is None or not (link.element == "a" and link.target.lower().startswith("http")):
        return False
    _, end = view.places.offset(link.place)
    seen = zip(one.text[:end], one.masked[:end], strict=True)
    code = "".join(char if mask == MASK and char != "`" else "\n" for char, mask in seen)
    return bool(_STARTS.search(code))


def _before(view: PageView, place: Location | None) -> str:
    """What stands on the line before a place."""
    one = view.places.scans.get(place.path) if place else None
    if one is None or place is None or place.line is None or place.column is None:
        return "("
    return one.lines[place.line - 1][: place.column - 1]


def _is_its_own_text(view: PageView, link: Link) -> bool:
    """Whether the author wrote the address as the link's text, too: it is what the reader is to see and to open."""
    return link.target.startswith("http") and _before(view, link.place).rstrip("<").endswith(f"[{link.written}](")


def _is_bare(view: PageView, link: Link) -> bool:
    before = _before(view, link.place)
    return link.element == "a" and not before.rstrip(" ").endswith(("(", "<", '"', "'", "=", "]:", "]: <"))


def _is_angled(view: PageView, link: Link) -> bool:
    return _before(view, link.place).endswith("<")


def _is_one_off(word: str, scheme: str) -> bool:
    """Whether one letter was dropped, added, changed or two were exchanged."""
    shorter, longer = sorted((word, scheme), key=len)
    if len(longer) - len(shorter) == 1:
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    return len(word) == len(scheme) and sum(a != b for a, b in zip(word, scheme, strict=True)) == 1


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
