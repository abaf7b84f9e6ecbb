"""An address in the configuration → what keeps a browser from opening it, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from atlas.wording import nearest

_SCHEMES = ("http", "https", "mailto", "ftp", "tel")
_ALMOST = re.compile(r"^(?P<scheme>[a-zA-Z]{3,6})(?P<marks>[:：;；]?[/／\\]{1,3}|[：；;])(?=\S)")
_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1"})
_ACTIVE = frozenset({"javascript", "vbscript", "data"})
_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")

Fault = tuple[str, str]
"""What is wrong, and a hint."""


def fault(address: str) -> Fault | None:
    """What is wrong with an address that leaves the site, or was meant to; ``None`` for all others."""
    bare = address.strip()
    try:
        parts = urlsplit(bare)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"`{bare}` 的主机名或端口写错了，浏览器打不开", "检查方括号与端口，例如 `https://example.org:8080/`"
    if parts.scheme in {"http", "https", "ftp"} and bare[len(parts.scheme) :].startswith("://"):
        return _host_fault(bare, host) or _rest_fault(bare)
    meant = _meant(bare)
    if meant:
        return f"`{bare}` 的协议写错了，浏览器打不开", f"改成 `{meant}`"
    if parts.scheme in _ACTIVE:
        return f"`{bare}` 会在读者的浏览器里执行代码，或被浏览器拦下", "写普通的网址"
    if parts.scheme == "file":
        return f"`{bare}` 是你电脑上的文件，读者打不开", "把文件放进文档文件夹，写它的相对路径"
    if parts.scheme == "mailto" and parts.path and not all(_MAIL.fullmatch(one) for one in parts.path.split(",")):
        return f"`{bare}` 不是完整的邮件地址", "写成 `mailto:name@example.org`"
    if bare.lower().startswith("www."):
        return f"`{bare}` 没写协议，会被当成站内的路径", f"改成 `https://{bare}`"
    return None


def _host_fault(address: str, host: str) -> Fault | None:
    if not host:
        return f"`{address}` 没有主机名，浏览器打不开", "在 `//` 后面写主机名"
    if re.match(r"(https?:?/*)+(https?)?$", host) or re.match(r"https?:/+https?[:/]", address):
        return f"`{address}` 写了两个协议，浏览器打不开", "只留一个 `https://`"
    if re.search(r"\s", host) or ".." in host or host.startswith((".", "-")):
        return f"`{address}` 的主机名里有空格或多余的点，浏览器打不开", "检查主机名的拼写"
    if unicodedata.normalize("NFKC", host) != host or re.search(r"[，。；：！？、（）]", host):
        return f"`{address}` 的主机名里有全角字符，浏览器打不开", f"改成 `{unicodedata.normalize('NFKC', address)}`"
    if host in _LOCAL or host.endswith(".localhost"):
        return f"`{address}` 指向读者自己的电脑，那里没有这个服务", "写公开的网址"
    return None


def _rest_fault(address: str) -> Fault | None:
    if re.search(r"\s", address):
        return f"`{address}` 里有空格，浏览器可能打不开", f"空格写成 `%20`：`{re.sub(chr(92) + 's', '%20', address)}`"
    if re.search(r"%(?![0-9a-fA-F]{2})", address.partition("?")[0]):
        return f"`{address}` 里的 `%` 后面不是两位十六进制数", "字面的百分号写成 `%25`"
    return None


def _meant(address: str) -> str:
    """The address with the scheme that its author meant; empty if it looks like none."""
    found = _ALMOST.match(address)
    if found is None:
        return ""
    scheme, rest = found["scheme"].lower(), address[found.end() :].lstrip("/／\\")
    right = scheme if scheme in _SCHEMES else nearest(scheme, ("http", "https", "mailto"))
    if not right:
        return ""
    if right == "mailto":
        return f"mailto:{rest}" if "@" in rest else ""
    looks_like_host = re.match(r"[\w-]+(\.[\w-]+)+([/:?#]|$)|localhost", rest)
    return f"{right}://{rest}" if looks_like_host or ":" in found["marks"] or "：" in found["marks"] else ""
