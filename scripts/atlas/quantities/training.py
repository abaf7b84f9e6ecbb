"""How a pre-training run is planned: scaling laws, data, batch sizes, checkpoints and energy."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_CHINCHILLA = ("arxiv-2203.15556", "arxiv-2404.10102")
_BATCH = ("arxiv-1812.06162",)
_CHECKPOINT = ("hal-young-daly-2020", "daly-2006")


@formula("预测损失", unit="", tex="E + A N^{-\\alpha} + B D^{-\\beta}", sources=_CHINCHILLA)
def scaling_loss(
    parameters: float,
    tokens: float,
    floor: float = 1.8172,
    a: float = 482.01,
    b: float = 2085.43,
    alpha: float = 0.3478,
    beta: float = 0.3658,
) -> float:
    """Loss in nats per token by the parametric law; the default coefficients are Epoch AI's refit, not the paper's."""
    return float(floor + a / parameters**alpha + b / tokens**beta)


@formula(
    "算力最优参数量",
    unit="parameters",
    tex="G\\left(C/6\\right)^{\\beta/(\\alpha+\\beta)},\\ G=(\\alpha A/\\beta B)^{1/(\\alpha+\\beta)}",
    sources=_CHINCHILLA,
)
def optimal_parameters(
    compute: float, a: float = 482.01, b: float = 2085.43, alpha: float = 0.3478, beta: float = 0.3658
) -> float:
    """Parameters that minimise the law's loss when ``compute`` = 6ND FLOPs are to be spent; the refit by default."""
    scale = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    return float(scale * (compute / 6) ** (beta / (alpha + beta)))


@formula("重复数据的等效词元", unit="tokens", tex="U + U R^*(1-e^{-R/R^*}),\\ R = D/U - 1", sources=("arxiv-2305.16264",))
def effective_tokens(unique: float, epochs: float, decay: float = 15.387756) -> float:
    """Fresh tokens that ``epochs`` passes over ``unique`` tokens are worth; ``decay`` is the paper's fitted R*."""
    return unique + unique * decay * (1 - math.exp(-(epochs - 1) / decay))


@formula("MinHash 判为重复的概率", unit="", tex="1-(1-s^{r})^{b}", sources=("gh-huggingface-datatrove", "arxiv-2406.17557"))
def minhash_match(similarity: float, hashes: float = 8, buckets: float = 14) -> float:
    """Chance (0–1) that two texts of Jaccard ``similarity`` share a bucket; FineWeb uses 14 buckets of 8 hashes."""
    return float(1 - (1 - similarity**hashes) ** buckets)


@formula("经验最优批大小", unit="tokens", tex="0.2920\\,C^{0.3271}", sources=("arxiv-2401.02954",))
def near_optimal_batch(compute: float) -> float:
    """Tokens a step that DeepSeek LLM's fit gives for ``compute`` FLOPs; valid for its data and architecture only."""
    return float(0.2920 * compute**0.3271)


@formula("经验最优学习率", unit="", tex="0.3118\\,C^{-0.1250}", sources=("arxiv-2401.02954",))
def near_optimal_learning_rate(compute: float) -> float:
    """Peak learning rate that DeepSeek LLM's fit gives for ``compute`` FLOPs; valid for its data and architecture only."""
    return float(0.3118 * compute**-0.1250)


@formula("批大小要多走的步数", unit="", tex="1 + B_{crit}/B", sources=_BATCH)
def batch_steps_factor(batch: float, critical: float) -> float:
    """Steps to a loss, over the fewest possible with a huge batch, by McCandlish's law."""
    return 1 + critical / batch


@formula("批大小要多读的数据", unit="", tex="1 + B/B_{crit}", sources=_BATCH)
def batch_data_factor(batch: float, critical: float) -> float:
    """Tokens to a loss, over the fewest possible with a tiny batch, by McCandlish's law."""
    return 1 + batch / critical


@formula("检查点间隔", unit="s", tex="\\sqrt{2\\delta M}", sources=_CHECKPOINT)
def checkpoint_interval(pause: float, mean_time: float) -> float:
    """Young and Daly's interval: ``pause`` seconds a checkpoint stops training, ``mean_time`` seconds between failures."""
    return math.sqrt(2 * pause * mean_time)


@formula(
    "检查点与重算的损失", unit="%", tex="100\\left(\\frac{\\delta}{\\tau}+\\frac{\\tau/2+R}{M}\\right)", sources=_CHECKPOINT
)
def checkpoint_loss(pause: float, interval: float, mean_time: float, restart: float = 0) -> float:
    """Per cent of the time lost to saving, to work done again and to ``restart`` seconds a failure; first order."""
    return 100 * (pause / interval + (interval / 2 + restart) / mean_time)


@formula("作业平均无故障时间", unit="", tex="M = m/n", sources=("arxiv-2410.21680",))
def job_mean_time(part_mean_time: float, parts: float) -> float:
    """Mean time between failures of a job that stops when any of ``parts`` independent parts fails, in the same unit."""
    return part_mean_time / parts


@formula("训练用电", unit="kWh", tex="h\\,P\\,\\mathrm{PUE}/1000", sources=("arxiv-2211.02001",))
def training_energy(hours: float, watts: float, overhead: float = 1) -> float:
    """Kilowatt-hours of ``hours`` card-hours at ``watts`` a card, times the building's ``overhead`` (PUE)."""
    return hours * watts * overhead / 1000


@formula("算力费用", unit="", tex="h\\,p", sources=("arxiv-2412.19437",))
def training_price(hours: float, price: float) -> float:
    """Money for ``hours`` card-hours at ``price`` a card-hour, in the currency of the price; the last run alone."""
    return hours * price
