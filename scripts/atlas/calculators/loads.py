"""What a card holds when it serves requests, and the formulas of it with the numbers put in."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.calculators.caches import Cache
from atlas.calculators.declaration import Form
from atlas.calculators.numbers import show
from atlas.quantities.memory import kv_cache_bytes

_SIZE = Form("bytes", 3)
_BINARY = Form("binary", 4)
_PLAIN = Form("number", 10)


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes, and how they came about."""

    size: float
    shown: str


@dataclass(frozen=True, slots=True)
class Load:
    """Bytes of all weights and of a request's cache, of which a card keeps one of so many ``parts``."""

    weights: float
    request: float
    cards: float
    requests: float
    parts: float
    here: float
    """Requests of which a card keeps something."""
    separate: bool
    """Each card keeps the whole caches of its own requests."""
    overhead: float

    @property
    def held(self) -> float:
        """Bytes that a request takes on a card that keeps any of it."""
        return self.request / self.parts

    @property
    def caches(self) -> float:
        """Bytes of all caches on a card."""
        return kv_cache_bytes(self.held, 1, self.here)

    @property
    def card(self) -> float:
        """Bytes on a card."""
        return self.weights / self.cards + self.caches + self.overhead

    def steps(self) -> list[str]:
        """What a card keeps of a request, and in all."""
        held, here, cards = show(self.held, _SIZE), show(self.here, _PLAIN), show(self.cards, _PLAIN)
        said = []
        if self.parts > 1:
            said.append(f"每个请求在一张卡上 = {show(self.request, _SIZE)} ÷ {show(self.parts, _PLAIN)} = {held}")
        if self.separate and self.cards > 1:
            said.append(f"一张卡上的请求 = {show(self.requests, _PLAIN)} ÷ {cards}，进一 = {here}")
        split = f" ÷ {cards}" if self.cards > 1 else ""
        pieces = f"{show(self.weights, _SIZE)}{split} + {here} × {held} + {show(self.overhead, _SIZE)}"
        return [*said, f"每张卡 = {pieces} = {show(self.card, _SIZE)}"]


def cache_steps(cache: Cache, tokens: float, width: float) -> list[str]:
    """A token's cache and a request's."""
    layers = cache.full + cache.sliding
    token = show(cache.per_token(layers, width), _BINARY)
    kept = f"（{show(cache.rank, _PLAIN)} + {show(cache.rope, _PLAIN)}）"
    if cache.kv_heads:
        kept = f" {show(cache.kv_heads, _PLAIN)} × {show(cache.head_dim, _PLAIN)} "
    twice = "2 × " if cache.kv_heads else ""
    said = [f"每词元的缓存 = {twice}{show(layers, _PLAIN)} 层 ×{kept}× {show(width, _PLAIN)} 字节 = {token}"]
    request = cache.request(tokens, width)
    sum_ = f"{show(cache.per_token(cache.full, width), _BINARY)} × {show(tokens, _PLAIN)}"
    if cache.sliding:
        windowed = show(cache.per_token(cache.sliding, width), _BINARY)
        sum_ += f" + 滑动窗口层 {windowed} × {show(min(tokens, cache.window), _PLAIN)}"
    return [*said, f"一个请求的缓存 = {sum_} = {show(request, _BINARY)}，即 {show(request, _SIZE)}"]
