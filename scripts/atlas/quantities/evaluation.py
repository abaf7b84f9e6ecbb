"""What a score is worth: sampling errors, pass@k, ratings, perplexity."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_ERRORS = ("arxiv-2411.00640",)
_POWER = 1.96 + 0.8416
"""Standard errors between no gap and a gap that is seen in 80 of 100 tries at the 95 per cent level."""


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


@formula("成对比较的标准误", unit="%", tex="\\frac{100}{k}\\sqrt{b+c-(b-c)^2/k}", sources=_ERRORS)
def paired_standard_error(wins: float, losses: float, items: float) -> float:
    """Standard error, in percentage points, of the gap between two models on the same ``items``; others were ties."""
    return 100 * math.sqrt(wins + losses - (wins - losses) ** 2 / items) / items


@formula("成对比较的偶然概率", unit="", tex="2\\sum_{i\\le\\min(b,c)}\\binom{b+c}{i}2^{-(b+c)}", sources=_ERRORS)
def sign_test(wins: float, losses: float) -> float:
    """Chance (0–1) of a split of wins and losses at least this uneven if both models are equally good; exact, two-sided."""
    total, least = wins + losses, min(wins, losses)
    log_share = -total * math.log(2)  # of the outcome itself, as a logarithm: the binomial alone outgrows a float
    for number in range(1, int(least) + 1):
        log_share += math.log((total - least + number) / number)
    term = tail = math.exp(log_share)
    left = least
    while left > 0 and term > tail * 1e-17:
        term *= left / (total - left + 1)
        tail += term
        left -= 1
    return min(1.0, 2 * tail)


@formula("八成把握所需题数", unit="", tex="\\frac{(1.96+0.84)^2 v}{\\Delta^2}", sources=_ERRORS)
def items_for_power(variance: float, gap: float) -> float:
    """Questions to find a ``gap`` (0–1) in 80 of 100 tries at the 95 per cent level; ``variance`` is that of one question.

    Paired: the share of questions on which two models differ. Separate samples: the sum of both models' ``p(1-p)``.
    """
    return math.ceil(_POWER * _POWER * variance / (gap * gap))


def _wilson(correct: float, items: float, critical: float) -> tuple[float, float]:
    share, square = correct / items, critical * critical
    half = critical * math.sqrt(share * (1 - share) / items + square / (4 * items * items))
    centre, scale = share + square / (2 * items), 1 + square / items
    return (centre - half) / scale, (centre + half) / scale


@formula(
    "Wilson 区间下限",
    unit="%",
    tex="\\frac{q+\\frac{z^2}{2k}-z\\sqrt{\\frac{q(1-q)}{k}+\\frac{z^2}{4k^2}}}{1+\\frac{z^2}{k}}",
    sources=("gh-statsmodels-statsmodels",),
)
def wilson_low(correct: float, items: float, critical: float = 1.96) -> float:
    """Lower end, in per cent, of the Wilson interval of ``correct`` out of ``items``; 95 per cent unless told."""
    return 100 * _wilson(correct, items, critical)[0]


@formula(
    "Wilson 区间上限",
    unit="%",
    tex="\\frac{q+\\frac{z^2}{2k}+z\\sqrt{\\frac{q(1-q)}{k}+\\frac{z^2}{4k^2}}}{1+\\frac{z^2}{k}}",
    sources=("gh-statsmodels-statsmodels",),
)
def wilson_high(correct: float, items: float, critical: float = 1.96) -> float:
    """Upper end, in per cent, of the Wilson interval of ``correct`` out of ``items``; 95 per cent unless told."""
    return 100 * _wilson(correct, items, critical)[1]


def _newcombe(correct: float, items: float, correct2: float, items2: float, critical: float) -> tuple[float, float]:
    first, second = correct / items, correct2 / items2
    low, high = _wilson(correct, items, critical)
    low2, high2 = _wilson(correct2, items2, critical)
    below = math.sqrt((first - low) * (first - low) + (high2 - second) * (high2 - second))
    above = math.sqrt((high - first) * (high - first) + (second - low2) * (second - low2))
    return first - second - below, first - second + above


@formula(
    "两批题的差，区间下限",
    unit="%",
    tex="q_1-q_2-\\sqrt{(q_1-l_1)^2+(u_2-q_2)^2}",
    sources=("newcombe-1998",),
)
def newcombe_low(correct: float, items: float, correct2: float, items2: float, critical: float = 1.96) -> float:
    """Lower end, in percentage points, of the gap between two scores on separate questions, from their Wilson intervals.

    Newcombe's method 10, which holds for scores of nought and of all, too.
    """
    return 100 * _newcombe(correct, items, correct2, items2, critical)[0]


@formula(
    "两批题的差，区间上限",
    unit="%",
    tex="q_1-q_2+\\sqrt{(u_1-q_1)^2+(q_2-l_2)^2}",
    sources=("newcombe-1998",),
)
def newcombe_high(correct: float, items: float, correct2: float, items2: float, critical: float = 1.96) -> float:
    """Upper end, in percentage points, of the gap between two scores on separate questions, from their Wilson intervals."""
    return 100 * _newcombe(correct, items, correct2, items2, critical)[1]


@formula("零失误时的上限", unit="%", tex="100(1-0.05^{1/k})", sources=("gh-statsmodels-statsmodels",))
def zero_failure_bound(items: float) -> float:
    """Failure rate, in per cent, that none in ``items`` tries rules out at the 95 per cent level; about ``300/items``."""
    return 100 * (1 - math.exp(math.log(0.05) / items))


@formula("成组题的设计效应", unit="", tex="1+(m-1)\\rho", sources=("aievals-clustered-2026",))
def design_effect(size: float, correlation: float) -> float:
    """Factor on the variance of a score when questions come in groups of ``size`` with ``correlation`` within a group."""
    return 1 + (size - 1) * correlation


@formula("多次采样的标准误", unit="%", tex="100\\sqrt{(s^2+w/r)/k}", sources=_ERRORS)
def resampled_standard_error(spread: float, noise: float, items: float, samples: float = 1) -> float:
    """Standard error, in percentage points, of ``items`` asked ``samples`` times each.

    ``spread`` is the standard deviation (0–1) of the questions' own pass rates, ``noise`` the mean of ``p(1-p)`` over them.
    """
    return 100 * math.sqrt((spread**2 + noise / samples) / items)


@formula("pass^k", unit="", tex="\\binom{c}{k}/\\binom{n}{k}", sources=("gh-sierra-research-tau2-bench",))
def pass_hat_k(samples: float, correct: float, k: float) -> float:
    """Unbiased estimate (0–1) that all of ``k`` tries pass, from ``correct`` of ``samples`` that did."""
    return math.comb(int(correct), int(k)) / math.comb(int(samples), int(k))


@formula("胜率对应的分差", unit="", tex="400\\log_{10}\\frac{w}{1-w}", sources=("gh-lm-sys-FastChat",))
def rating_gap(win_rate: float) -> float:
    """Elo or Bradley–Terry points between two models of which one wins this share (0–1) of games."""
    return 400 * math.log10(win_rate / (1 - win_rate))


@formula("Cohen kappa", unit="", tex="\\frac{p_o-p_e}{1-p_e}", sources=("sklearn-cohen-kappa",))
def kappa(both: float, first: float, second: float, neither: float) -> float:
    """Agreement of two raters beyond chance, from counts: both pass, only the first, only the second, neither."""
    total = both + first + second + neither
    observed = (both + neither) / total
    expected = ((both + first) * (both + second) + (neither + first) * (neither + second)) / total**2
    return (observed - expected) / (1 - expected)


@formula("评委校正后的通过率", unit="", tex="\\frac{p+t-1}{s+t-1}", sources=("arxiv-2511.21140",))
def corrected_rate(observed: float, sensitivity: float, specificity: float) -> float:
    """True pass rate (0–1) behind an observed one, from how often the judge is right on true passes and true failures."""
    return (observed + specificity - 1) / (sensitivity + specificity - 1)


@formula("F 值", unit="", tex="\\frac{(1+\\beta^2)PR}{\\beta^2P+R}", sources=("gh-mjpost-sacrebleu",))
def f_score(precision: float, recall: float, beta: float = 1) -> float:
    """Weighted harmonic mean (0–1) of precision and recall; recall counts ``beta`` times as much."""
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


@formula("BLEU", unit="", tex="\\mathrm{BP}\\,(p_1p_2p_3p_4)^{1/4}", sources=("gh-mjpost-sacrebleu",))
def bleu(one: float, two: float, three: float, four: float, candidate: float = 1, reference: float = 1) -> float:
    """BLEU (0–1) of clipped n-gram precisions and the two lengths, without smoothing."""
    brevity = min(1.0, math.exp(1 - reference / candidate))
    return float(brevity * (one * two * three * four) ** 0.25)


@formula("流式回答的总时间", unit="s", tex="\\mathrm{TTFT}+(n-1)\\,\\mathrm{TPOT}", sources=("vllm-bench-cli-2026",))
def streamed_seconds(first: float, gap: float, tokens: float) -> float:
    """Seconds from sending a request to its last token: to the ``first``, then a ``gap`` before each other of ``tokens``."""
    return first + (tokens - 1) * gap


@formula("在途请求数", unit="", tex="\\lambda T", sources=("nvidia-nim-perf",))
def requests_in_flight(rate: float, seconds: float) -> float:
    """Requests inside the system on average (Little's law) at a ``rate`` per second that each stay ``seconds``."""
    return rate * seconds


@formula("每百万词元的价钱", unit="", tex="\\frac{10^6c}{3600\\,v}", sources=("nvidia-nim-perf",))
def price_per_million_tokens(hourly: float, rate: float) -> float:
    """Price of a million tokens, in the currency of ``hourly`` (all cards together), at ``rate`` tokens per second."""
    return 1e6 * hourly / (3600 * rate)
