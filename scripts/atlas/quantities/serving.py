"""What serving a model costs: steps of a batch, speculation, queues, exchange between experts, formats, money."""

from __future__ import annotations

from atlas.quantities.compute import speculative_tokens_per_step
from atlas.quantities.evaluation import price_per_million_tokens
from atlas.quantities.registry import formula

_SCALING = ("gh-jax-ml-scaling-book",)


@formula(
    "成批解码一步", unit="s", tex="\\frac{bK}{B} + \\max\\!\\left(\\frac{2qN_a}{F}, \\frac{W}{B}\\right)", sources=_SCALING
)
def batch_step_seconds(
    parameters: float, tokens: float, peak: float, bandwidth: float, weight_bytes: float, cached_bytes: float = 0
) -> float:
    """Seconds of a step that computes ``tokens`` tokens (one a request, more with chunks or drafts) of all requests.

    ``parameters`` active; ``peak`` FLOP/s and ``bandwidth`` B/s of all cards together; ``weight_bytes`` are read once and
    ``cached_bytes`` are the KV caches of the whole batch.
    """
    return cached_bytes / bandwidth + max(2 * tokens * parameters / peak, weight_bytes / bandwidth)


@formula("显存放得下的请求数", unit="", tex="\\frac{M-W}{K}", sources=("gh-stas00-ml-engineering",))
def requests_in_memory(memory: float, weight_bytes: float, cache_bytes: float) -> float:
    """Requests whose caches of ``cache_bytes`` each fit beside the weights in ``memory`` usable bytes, not rounded."""
    return (memory - weight_bytes) / cache_bytes


@formula(
    "投机解码加速", unit="", tex="\\frac{1-\\alpha^{\\gamma+1}}{(1-\\alpha)(\\gamma c+v)}", sources=("arxiv-2211.17192",)
)
def speculative_speedup(acceptance: float, drafted: float, draft_cost: float, verify_cost: float = 1) -> float:
    """Times faster than plain decoding; ``draft_cost`` a drafted token and ``verify_cost`` in units of a plain step."""
    return speculative_tokens_per_step(acceptance, drafted) / (drafted * draft_cost + verify_cost)


@formula("单服务台平均排队", unit="s", tex="\\frac{\\rho}{2(1-\\rho)}\\,S", sources=("saylor-md1",))
def queue_wait_seconds(service: float, utilisation: float) -> float:
    """Mean seconds in an M/D/1 queue: random arrivals, each served in ``service`` seconds, busy ``utilisation`` (0–1)."""
    return utilisation / (2 * (1 - utilisation)) * service


@formula("专家并行每层交换", unit="s", tex="\\frac{(w_d+w_c)\\,b\\,k\\,h}{B}", sources=("arxiv-2505.09343",))
def expert_exchange_seconds(
    tokens: float, copies: float, hidden: float, bandwidth: float, dispatch_width: float = 1, combine_width: float = 2
) -> float:
    """Seconds to send ``tokens`` hidden states to ``copies`` experts each and to get them back, at ``bandwidth`` B/s."""
    return (dispatch_width + combine_width) * tokens * copies * hidden / bandwidth


@formula("分块量化每权重位数", unit="", tex="b + \\frac{b_s}{g}", sources=("intel-nvfp4", "gh-ggml-org-llama.cpp"))
def bits_per_weight(bits: float, block: float, scale_bits: float = 16) -> float:
    """Bits a weight takes with ``scale_bits`` of scales (and minima) for every ``block`` weights."""
    return bits + scale_bits / block


@formula(
    "每百万词元成本", unit="USD", tex="\\frac{10^6\\,n\\,p}{3600\\,T\\,u}", sources=("gh-deepseek-ai-open-infra-index",)
)
def dollars_per_million(price: float, cards: float, tokens_per_second: float, utilisation: float = 1) -> float:
    """Dollars a million tokens cost on ``cards`` cards at ``price`` dollars an hour; ``utilisation`` (0–1) of full speed."""
    return price_per_million_tokens(price * cards, tokens_per_second * utilisation)
