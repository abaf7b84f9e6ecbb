"""The host and the port of an address → why no browser or server can be meant by them; empty if they are fine."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

_LOCAL_NAMES = re.compile(r"(?:.+\.)?localhost\.?|localhost\.localdomain|host\.docker\.internal", re.IGNORECASE)
_IN_NAMES = frozenset("-._~")


def split_authority(authority: str) -> tuple[str, str | None]:
    """Host and port (``None`` if there is none) of what stands between ``//`` and the path; a login is left out."""
    authority = authority.rpartition("@")[2]
    bracket = authority.find("]")
    host, colon, port = authority.partition(":") if bracket < 0 else _after_bracket(authority, bracket)
    return host, port if colon else None


def host_fault(host: str) -> str:
    """What is wrong with a host."""
    if not host:
        return "没有主机名"
    if host.startswith("["):
        return "" if _is_ipv6(host) else "方括号里不是 IPv6 地址"
    if any(one.isspace() for one in host):
        return "主机名里有空格"
    if ".." in host or host.startswith("."):
        return "主机名里有多余的点"
    if strange := next((one for one in host if not _is_host_character(one)), ""):
        return f"主机名里不能有 `{strange}`"
    labels = host.rstrip(".").split(".")
    if labels[-1].isascii() and labels[-1].isdigit() and not _is_ipv4(host.rstrip(".")):
        return "不是 IPv4 地址：要有四段，每段 0 到 255"
    if re.search(r"[a-z0-9][\u3400-\u9fff]|[\u3400-\u9fff][a-z0-9]", labels[-1], re.IGNORECASE) and len(labels) > 1:
        return "主机名里混进了后面的文字"
    return ""


def port_fault(port: str | None) -> str:
    """What is wrong with a port; an empty one is the scheme's own."""
    if not port:
        return ""
    if not (port.isascii() and port.isdigit()):
        return f"端口 `{port}` 不是数字"
    return "" if 0 < int(port[:9]) < 65536 else f"端口 {port[:9]} 不在 1 到 65535 之间"


def is_local(host: str) -> bool:
    """Whether it is the reader's own machine."""
    if _LOCAL_NAMES.fullmatch(host):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _after_bracket(authority: str, bracket: int) -> tuple[str, str, str]:
    rest = authority[bracket + 1 :]
    return (authority[: bracket + 1], ":", rest[1:]) if rest.startswith(":") else (authority, "", "")


def _is_host_character(one: str) -> bool:
    if one.isascii():
        return one.isalnum() or one in _IN_NAMES
    kind = unicodedata.category(one)
    return kind[0] in "LMNS" and unicodedata.normalize("NFKC", one) == one


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host[1:-1]).version == 6 and host.endswith("]")
    except ValueError:
        return False


def _is_ipv4(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 4
    except ValueError:
        return False
