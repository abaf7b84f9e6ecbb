"""What a request costs and how errors add up in an application: tokens, card-seconds, money, chains of steps, an index."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_SERVED = ("gh-deepseek-ai-open-infra-index",)
_TAU = ("arxiv-2406.12045",)
_EMBEDDING = ("huggingface-bge-m3",)


@formula("一次请求的卡秒", unit="", tex="c\\left(\\frac{n_{in}}{r_{in}}+\\frac{n_{out}}{r_{out}}\\right)", sources=_SERVED)
def request_card_seconds(
    inputs: float, outputs: float, prefill_rate: float = 73_700, decode_rate: float = 14_800, cards: float = 8
) -> float:
    """Card-seconds of a request on a full node of ``cards`` cards; rates in tokens/s a node, DeepSeek's of 2025-02."""
    return cards * (inputs / prefill_rate + outputs / decode_rate)


@formula("一次请求的算力钱", unit="USD", tex="\\frac{\\text{card-seconds}}{3600}\\,p", sources=_SERVED)
def request_dollars(
    inputs: float,
    outputs: float,
    price: float = 2,
    prefill_rate: float = 73_700,
    decode_rate: float = 14_800,
    cards: float = 8,
) -> float:
    """Dollars for the card-seconds of a request at ``price`` dollars a card-hour; no idle time, no staff, no profit."""
    return request_card_seconds(inputs, outputs, prefill_rate, decode_rate, cards) / 3600 * price


@formula("按价目表的钱", unit="USD", tex="n_{in}\\,(h\\,p_{hit}+(1-h)\\,p_{miss})+n_{out}\\,p_{out}", sources=_SERVED)
def listed_dollars(
    inputs: float,
    outputs: float,
    hit: float = 0,
    miss_price: float = 0.55,
    hit_price: float = 0.14,
    output_price: float = 2.19,
) -> float:
    """Dollars by a price list in dollars a million tokens, the share ``hit`` (0–1) of the input cached; R1's of 2025-02."""
    return (inputs * (hit * hit_price + (1 - hit) * miss_price) + outputs * output_price) / 1e6


@formula("反复送入的词元", unit="tokens", tex="n s + g\\frac{n(n-1)}{2}", sources=_SERVED)
def resent_tokens(turns: float, start: float, growth: float) -> float:
    """Input tokens of ``turns`` calls that each send all history again: ``start`` first, ``growth`` more every time."""
    return turns * start + growth * turns * (turns - 1) / 2


@formula("反复送入时的缓存命中上限", unit="%", tex="1-\\frac{s+g(n-1)}{n s+g n(n-1)/2}", sources=_SERVED)
def resent_hit_rate(turns: float, start: float, growth: float) -> float:
    """Per cent of the tokens sent again that a prefix cache can save at most: all but those that are new each time."""
    return 100 * (1 - (start + growth * (turns - 1)) / resent_tokens(turns, start, growth))


@formula("连续做对的概率", unit="%", tex="p^{n}", sources=_TAU)
def chain_success(step: float, steps: float) -> float:
    """Per cent of runs in which all ``steps`` steps succeed, each with chance ``step`` (0–1), independently."""
    return float(100 * step**steps)


@formula("最多几步", unit="", tex="\\left\\lfloor\\ln q/\\ln p\\right\\rfloor", sources=_TAU)
def chain_steps(step: float, target: float) -> float:
    """The most steps of chance ``step`` (0–1) each with which the whole still succeeds with ``target`` (0–1)."""
    return math.floor(math.log(target) / math.log(step))


@formula("向量索引大小", unit="B", tex="\\left\\lceil\\frac{T-o}{l-o}\\right\\rceil d\\,w", sources=_EMBEDDING)
def vector_index_bytes(tokens: float, chunk: float, overlap: float, dimensions: float, width: float = 4) -> float:
    """Bytes of the bare vectors of a corpus of ``tokens`` tokens cut into overlapping chunks; links of a graph left out."""
    return math.ceil((tokens - overlap) / (chunk - overlap)) * dimensions * width
