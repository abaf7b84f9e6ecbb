"""What a score is worth: sampling errors, pass@k, ratings, perplexity."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_ERRORS = ("arxiv-2411.00640",)


@formula("分数的标准误", unit="%", tex="100\\sqrt{q(1-q)/k}", sources=_ERRORS)
def standard_error(accuracy: float, items: float) -> float:
    """Standard error, in percentage points, of an ``accuracy`` (0–1) measured on ``items`` independent questions."""
    return 100 * math.sqrt(accuracy * (1 - accuracy) / items)


@formula("95% 区间半宽", unit="%", tex="1.96\\,\\mathrm{SE}", sources=_ERRORS)
def confidence_half_width(accuracy: float, items: float) -> float:
    """Half the width of the 95 per cent interval, in percentage points, by the normal approximation."""
    return 1.96 * standard_error(accuracy, items)


@formula("分辨差距所需题数", unit="", tex="k \\ge \\frac{2 q(1-q)\\,1.96^2}{\\Delta^2}", sources=_ERRORS)
def items_to_resolve(accuracy: float, gap: float) -> float:
    """Questions needed for a ``gap`` (0–1) between two models on separate samples to leave the 95 per cent interval."""
    return math.ceil(2 * accuracy * (1 - accuracy) * 1.96**2 / gap**2)


@formula("pass@k", unit="", tex="1-\\binom{n-c}{k}/\\binom{n}{k}", sources=("gh-openai-human-eval",))
def pass_at_k(samples: float, correct: float, k: float) -> float:
    """Unbiased estimate (0–1) that one of ``k`` tries passes, from ``correct`` of ``samples`` that did."""
    wrong = samples - correct
    if wrong < k:
        return 1.0
    return 1 - math.comb(int(wrong), int(k)) / math.comb(int(samples), int(k))


@formula("Elo 胜率", unit="", tex="\\frac{1}{1+10^{(R_j-R_i)/400}}", sources=("gh-lm-sys-FastChat",))
def elo_win_rate(rating: float, opponent: float) -> float:
    """Expected share (0–1) of wins of a rating over another."""
    return 1 / (1 + 10 ** ((opponent - rating) / 400))


@formula("困惑度", unit="", tex="e^{H}", sources=("gh-EleutherAI-lm-evaluation-harness",))
def perplexity(loss: float) -> float:
    """Perplexity of a mean loss in nats per token; comparable between models with the same tokenizer only."""
    return math.exp(loss)


@formula("每字节比特", unit="", tex="\\frac{H}{\\ln 2}\\cdot\\frac{T}{B}", sources=("gh-EleutherAI-lm-evaluation-harness",))
def bits_per_byte(loss: float, tokens: float, size: float) -> float:
    """Bits per byte of a text of ``size`` bytes in ``tokens`` tokens at a mean loss in nats per token; any tokenizer."""
    return loss / math.log(2) * tokens / size
