"""What a card must hold → every device of the data, with whether it fits, the smallest that does first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.calculators.data import Data
from atlas.calculators.declaration import Form
from atlas.calculators.numbers import show

UNKNOWN = "显存未公开或没有查到"
_GB = 1e9
_SIZE = Form("bytes", 3)
_SHARE = Form("number", 3, "%")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A device with its memory (``None``: not known); ``rank`` is 0 if all fits well, 1 barely, 2 not, 3 if unknown."""

    key: str
    label: str
    memory: float | None
    rank: int
    sentence: str


def memory_of(key: str, data: Data) -> float | None:
    """Bytes that one device as software sees it has, what is usable where that is known."""
    stated = data.number("devices", key, "memory_usable") or data.number("devices", key, "memory")
    return None if stated is None else stated * _GB / (data.number("devices", key, "devices_seen") or 1)


def label_of(key: str, data: Data) -> str:
    """A device's name, with what a reader must know of its being sold and counted."""
    said = ["每个软件看到的设备"] if data.number("devices", key, "devices_seen") else []
    said += {"announced": ["未上市"], "discontinued": ["已停产"]}.get(data.text("devices", key, "status"), [])
    return data.name("devices", key) + (f"［{'，'.join(said)}］" if said else "")


def fitted(needed: float, share: float, data: Data) -> list[Fitted]:
    """All devices for a card that must hold ``needed`` bytes, of whose memory ``share`` (0–1) is to be planned with."""
    return ranked([_fitted(key, needed, share, data) for key in data.keys("devices")])


def ranked(found: Sequence[Fitted]) -> list[Fitted]:
    """The best first; of those that fit the smallest, of those that don't the largest."""
    return sorted(found, key=lambda one: (one.rank, _order(one)))


def _order(one: Fitted) -> float:
    memory = one.memory or 0.0
    return memory if one.rank < 2 else -memory


def _fitted(key: str, needed: float, share: float, data: Data) -> Fitted:
    memory = memory_of(key, data)
    label = label_of(key, data)
    if memory is None:
        return Fitted(key, label, None, 3, UNKNOWN)
    used = show(100 * needed / memory, _SHARE)
    if needed <= memory * share:
        return Fitted(key, label, memory, 0, f"放得下，占 {used}")
    if needed <= memory:
        return Fitted(key, label, memory, 1, f"勉强放得下，占 {used}，超过了规划线")
    return Fitted(key, label, memory, 2, f"放不下，差 {show(needed - memory, _SIZE)}")


def counted(devices: Sequence[Fitted]) -> str:
    """How many fit, as a sentence."""
    known = [one for one in devices if one.rank < 3]
    well = sum(one.rank == 0 for one in devices)
    barely = sum(one.rank == 1 for one in devices)
    unknown = len(devices) - len(known)
    tail = f"；另有 {unknown} 个显存未公开或没有查到" if unknown else ""
    return f"本站 {len(known)} 个查到显存的型号里，{well} 个放得下，{barely} 个勉强放得下{tail}。"
