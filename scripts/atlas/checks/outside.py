"""An address in the configuration → what keeps a browser from opening it, and what to write instead."""

from __future__ import annotations

from atlas.checks import external

Fault = tuple[str, str]
"""What is wrong, and a hint."""


def fault(address: str) -> Fault | None:
    """What is wrong with an address that leaves the site, or was meant to; ``None`` for all others."""
    bare = address.strip()
    if found := external.judge(bare):
        return f"`{bare}` {found.reason}", found.hint
    if bare.lower().startswith("www."):
        return f"`{bare}` 没写协议，会被当成站内的路径", f"写 `https://{bare}`"
    return None
