"""How much arithmetic a model takes, how long that lasts, and how well a run used its cards."""

from __future__ import annotations

from atlas.quantities.registry import formula

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600


@formula("训练计算量", unit="FLOP", tex="C \\approx 6ND", sources=("arxiv-2203.15556",))
def training_compute(parameters: float, tokens: float) -> float:
    """FLOPs of training: 2ND forward and 4ND backward; ``parameters`` active ones, attention's own FLOPs left out."""
    return 6 * parameters * tokens


@formula("前向计算量", unit="FLOP", tex="C \\approx 2ND", sources=("arxiv-2203.15556",))
def forward_compute(parameters: float, tokens: float) -> float:
    """FLOPs of a forward pass over ``tokens`` tokens, a third of training's."""
    return 2 * parameters * tokens


@formula("注意力每词元计算量（整个方阵）", unit="FLOP", tex="12\\,L\\,s\\,d", sources=("arxiv-2204.02311",))
def attention_compute_per_token(layers: float, heads: float, head_dim: float, sequence: float) -> float:
    """Training FLOPs per token of the score and value products, full square counted: 12·L·H·Q·T (PaLM, appendix B)."""
    return 12 * layers * heads * head_dim * sequence


@formula("训练天数", unit="days", tex="t = \\frac{C}{n F\\,\\mathrm{MFU}}", sources=("arxiv-2204.02311",))
def training_days(compute: float, cards: float, peak: float, mfu: float) -> float:
    """Days for ``compute`` FLOPs on ``cards`` cards of dense ``peak`` FLOP/s, of which the share ``mfu`` (0–1) is used."""
    return compute / (cards * peak * mfu) / SECONDS_PER_DAY


@formula("卡时", unit="card-hours", tex="\\frac{C}{F\\,\\mathrm{MFU}\\cdot 3600}", sources=("arxiv-2204.02311",))
def card_hours(compute: float, peak: float, mfu: float) -> float:
    """Card-hours for ``compute`` FLOPs at dense ``peak`` FLOP/s a card and the share ``mfu`` (0–1)."""
    return compute / (peak * mfu) / SECONDS_PER_HOUR


@formula("由卡时反推的利用率", unit="%", tex="\\frac{6ND}{3600\\,h\\,F}\\times 100", sources=("arxiv-2204.02311",))
def utilisation_of_hours(compute: float, hours: float, peak: float) -> float:
    """Per cent of dense ``peak`` FLOP/s that ``compute`` FLOPs in ``hours`` card-hours amount to, all idle time included."""
    return compute / (hours * SECONDS_PER_HOUR * peak) * 100


@formula("由每卡速率算的利用率", unit="%", tex="\\frac{F_{实}}{F}\\times 100", sources=("arxiv-2204.02311",))
def utilisation_of_rate(achieved: float, peak: float) -> float:
    """Per cent of ``peak`` that ``achieved`` is, both in the same unit and ``peak`` dense."""
    return achieved / peak * 100


@formula("算力配比词元数", unit="tokens", tex="D \\approx 20N", sources=("arxiv-2203.15556",))
def chinchilla_tokens(parameters: float) -> float:
    """Tokens for which a dense model of this size is compute-optimal, by the rule of thumb read off the paper's tables."""
    return 20 * parameters


@formula("拐点", unit="FLOP/B", tex="I^* = F/B", sources=("acm-roofline-2009", "gh-jax-ml-scaling-book"))
def roofline_ridge(peak: float, bandwidth: float) -> float:
    """FLOPs per byte at which a device turns from bandwidth-bound to compute-bound; FLOP/s and B/s in the same prefix."""
    return peak / bandwidth


@formula("可达算力", unit="FLOP/s", tex="\\min(F,\\, I B)", sources=("acm-roofline-2009",))
def roofline_attainable(peak: float, bandwidth: float, intensity: float) -> float:
    """FLOP/s that a kernel of ``intensity`` FLOPs per byte can reach at most on ``peak`` FLOP/s and ``bandwidth`` B/s."""
    return min(peak, intensity * bandwidth)


@formula("矩阵乘强度", unit="FLOP/B", tex="\\frac{2mnk}{w(mk+kn+mn)}", sources=("gh-jax-ml-scaling-book",))
def matmul_intensity(m: float, n: float, k: float, width: float = 2) -> float:
    """FLOPs per byte of an m×k by k×n product whose three matrices are moved once, ``width`` bytes a number."""
    return 2 * m * n * k / (width * (m * k + k * n + m * n))


@formula("解码一步的下限", unit="s", tex="\\frac{W + b K}{B}", sources=("gh-jax-ml-scaling-book",))
def decode_step_seconds(weight_bytes: float, bandwidth: float, batch: float = 1, cache_bytes: float = 0) -> float:
    """Seconds in which weights and ``batch`` KV caches of ``cache_bytes`` each are read once at ``bandwidth`` B/s."""
    return (weight_bytes + batch * cache_bytes) / bandwidth


@formula("预填充的下限", unit="s", tex="\\frac{2Ns}{nF\\,\\mathrm{MFU}}", sources=("gh-jax-ml-scaling-book",))
def prefill_seconds(parameters: float, tokens: float, peak: float, mfu: float = 1, cards: float = 1) -> float:
    """Seconds of compute for a prompt of ``tokens`` tokens; ``parameters`` active, dense ``peak`` FLOP/s a card."""
    return 2 * parameters * tokens / (cards * peak * mfu)


@formula("投机解码每步词元数", unit="tokens", tex="\\frac{1-\\alpha^{\\gamma+1}}{1-\\alpha}", sources=("arxiv-2211.17192",))
def speculative_tokens_per_step(acceptance: float, drafted: float) -> float:
    """Expected tokens a verification step yields; each drafted one is accepted with ``acceptance`` (0–1), independently."""
    if acceptance == 1:
        return drafted + 1
    return float((1 - acceptance ** (drafted + 1)) / (1 - acceptance))


@formula(
    "注意力每词元计算量（跳过看不见的一半）",
    unit="FLOP",
    tex="6\\,L\\,d\\,s",
    sources=("arxiv-2204.02311", "arxiv-2205.14135"),
)
def causal_attention_per_token(layer_tokens: float, width: float) -> float:
    """Training FLOPs per token of attention when what a token must not see is skipped: half of the full square's.

    ``layer_tokens`` is layers times the tokens each sees, ``width`` all heads together.
    """
    return 6 * layer_tokens * width


@formula("每秒训练词元", unit="tokens/s", tex="\\frac{nF\\,\\mathrm{MFU}}{c}", sources=("arxiv-2204.02311",))
def training_tokens_per_second(compute_per_token: float, cards: float, peak: float, mfu: float) -> float:
    """Tokens a second on ``cards`` cards of dense ``peak`` FLOP/s, of which the share ``mfu`` (0–1) is used."""
    return cards * peak * mfu / compute_per_token


@formula("转为算力受限的词元数", unit="tokens", tex="\\frac{wF}{2B}", sources=("gh-jax-ml-scaling-book",))
def compute_bound_tokens(peak: float, bandwidth: float, width: float = 2) -> float:
    """Tokens in one step from which on a dense model's arithmetic takes longer than reading its weights."""
    return width * peak / (2 * bandwidth)
