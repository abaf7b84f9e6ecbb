"""Published numbers of memory and of KV caches, for :mod:`atlas.calculators.published`."""

from __future__ import annotations

from atlas.calculators.claims import Published

_ZERO = ("arxiv-1910.02054",)
_MEGATRON = ("arxiv-2205.05198",)
_DEEPSPEED = ("gh-deepspeedai-DeepSpeed",)
_TITAN = ("gh-pytorch-torchtitan",)
_FACTORY = ("gh-hiyouga-LLaMA-Factory",)
_ISCA = ("arxiv-2505.09343",)
_SCALING = ("gh-jax-ml-scaling-book",)
_LOG = ("myoceane-vllm-a100-2026",)
_GIB = 2.0**30
_ROUNDED = "同一个公式，差在公布的数取整。"
_FACTORY_WHY = "表里的数取整到 120、1200、60；按它另一列的每十亿参数 18 GB（纯 BF16 是 8 GB）是 126、1260、56，和这里一样。"
_TITAN_WHY = (
    "公布的是 PyTorch 保留的峰值，比这里多约 15 GB：FSDP 收集的两层权重和输出层按 BF16 数得出约 2 GB，"
    "其余是分配器的碎片、Float8 的副本和算子的临时空间，没有细目；这里只有“其他开销”里的 3 GB。"
)


def _states(params: str, cards: str, stage: str, recipe: str = "16") -> dict[str, str]:
    """Model states alone, of a model of which only the number of parameters counts."""
    return {"model": "own", "params": params, "vocab": "0", "dp": cards, "zero": stage, "recipe": recipe}


def _titan(sequence: str, data: str, context: str) -> dict[str, str]:
    return {
        "model": "llama-3-1-8b",
        "recipe": "fp32",
        "zero": "3",
        "dp": data,
        "cp": context,
        "sequence": sequence,
        "recompute": "full",
        "score_width": "10",
    }


def _scores(model: str) -> dict[str, str]:
    return {"model": model, "sequence": "2048", "recompute": "selective", "scores": "stored", "dp": "1"}


_GPT_2 = {"model": "gpt-2-xl", "sequence": "1024", "micro_batch": "32", "dp": "1"}

TRAINING_MEMORY = (
    Published(
        "ZeRO 论文：7.5B，64 张卡，不切",
        "training-memory",
        _states("7.5B", "64", "0"),
        "states",
        120e9,
        0.5,
        "就是每参数 16 字节。",
        _ZERO,
    ),
    Published(
        "ZeRO 论文：7.5B，64 张卡，ZeRO-1",
        "training-memory",
        _states("7.5B", "64", "1"),
        "states",
        31.4e9,
        0.5,
        _ROUNDED,
        _ZERO,
    ),
    Published(
        "ZeRO 论文：7.5B，64 张卡，ZeRO-2",
        "training-memory",
        _states("7.5B", "64", "2"),
        "states",
        16.6e9,
        0.5,
        _ROUNDED,
        _ZERO,
    ),
    Published(
        "ZeRO 论文：7.5B，64 张卡，ZeRO-3",
        "training-memory",
        _states("7.5B", "64", "3"),
        "states",
        1.9e9,
        2,
        "1.875 印成 1.9。",
        _ZERO,
    ),
    Published(
        "ZeRO 论文：一万亿参数，1,024 张卡，ZeRO-3",
        "training-memory",
        _states("1T", "1024", "3"),
        "states",
        15.6e9,
        0.5,
        _ROUNDED,
        _ZERO,
    ),
    Published(
        "ZeRO 论文：GPT-2 1.5B 的状态", "training-memory", {**_GPT_2, "zero": "0"}, "states", 24e9, 0.5, _ROUNDED, _ZERO
    ),
    Published(
        "ZeRO 论文：GPT-2 1.5B，32 条 1K 的激活",
        "training-memory",
        _GPT_2,
        "activations",
        60e9,
        45,
        "论文每层只数 12 份隐状态；这里照 Megatron 的数法是 17 份（没算得分矩阵），按 12 份折算就是 60。",
        _ZERO,
    ),
    Published(
        "ZeRO 论文：同上，全部重计算",
        "training-memory",
        {**_GPT_2, "recompute": "full"},
        "activations",
        8e9,
        16,
        "论文印的是“约 8 GB”，取整可差 6%。每层入口 5.0 GB；正在重算的那一层这里按 17 份是 1.8 GB，论文没有说按什么数。",
        _ZERO,
    ),
    Published(
        "Megatron 论文：GPT-3 175B，选择性重计算省下的激活（%）",
        "training-memory",
        _scores("gpt-3-175b"),
        "saved",
        70,
        0.5,
        _ROUNDED,
        _MEGATRON,
    ),
    Published(
        "Megatron 论文：MT-NLG 530B，选择性重计算省下的激活（%）",
        "training-memory",
        _scores("mt-nlg-530b"),
        "saved",
        65,
        1,
        _ROUNDED,
        _MEGATRON,
    ),
    Published(
        "DeepSpeed 估计器：T5-3B，8 张卡，ZeRO-3",
        "training-memory",
        _states("2851M", "8", "3", "18"),
        "states",
        6.10 * _GIB,
        3,
        "它另加了临时收集的最大一层，0.13 GB。",
        _DEEPSPEED,
    ),
    Published(
        "DeepSpeed 估计器：T5-3B，8 张卡，ZeRO-2",
        "training-memory",
        _states("2851M", "8", "2", "18"),
        "states",
        15.93 * _GIB,
        35,
        "它另算一份不切的 FP16 梯度，2 × 28.5 亿 = 5.7 GB，就是全部的差；ZeRO-2 更新前确有这份缓冲，"
        "这里按论文，梯度全部切开。",
        _DEEPSPEED,
    ),
    Published(
        "LLaMA-Factory：7B 全参、混合精度",
        "training-memory",
        _states("7B", "1", "0", "18"),
        "states",
        120e9,
        6,
        _FACTORY_WHY,
        _FACTORY,
    ),
    Published(
        "LLaMA-Factory：70B 全参、混合精度",
        "training-memory",
        _states("70B", "1", "0", "18"),
        "states",
        1200e9,
        6,
        _FACTORY_WHY,
        _FACTORY,
    ),
    Published(
        "LLaMA-Factory：7B 全参、纯 BF16",
        "training-memory",
        _states("7B", "1", "0", "bf16"),
        "states",
        60e9,
        7,
        _FACTORY_WHY,
        _FACTORY,
    ),
    Published(
        "torchtitan：8B，8 张 H100，FSDP，32K，全部重算",
        "training-memory",
        _titan("32768", "8", "1"),
        "total",
        83.9 * _GIB,
        20,
        _TITAN_WHY,
        _TITAN,
    ),
    Published(
        "torchtitan：同上，上下文并行 8，256K",
        "training-memory",
        _titan("262144", "1", "8"),
        "total",
        84.5 * _GIB,
        20,
        _TITAN_WHY,
        _TITAN,
    ),
)

_ONE = {"requests": "1", "cards": "1"}

INFERENCE_MEMORY = (
    Published(
        "DeepSeek：V3 每词元的缓存",
        "inference-memory",
        {"model": "deepseek-v3"},
        "token",
        70_272,
        0.01,
        "同一个公式。",
        _ISCA,
    ),
    Published(
        "DeepSeek：Qwen2.5 72B 每词元的缓存",
        "inference-memory",
        {"model": "qwen2-5-72b"},
        "token",
        327_680,
        0.01,
        "同一个公式。",
        _ISCA,
    ),
    Published(
        "DeepSeek：Llama 3.1 405B 每词元的缓存",
        "inference-memory",
        {"model": "llama-3-1-405b"},
        "token",
        516_096,
        0.01,
        "同一个公式。",
        _ISCA,
    ),
    Published(
        "vLLM：LLaMA 13B 一条 2K 序列的缓存",
        "inference-memory",
        {"model": "llama-1-13b", "context": "2048", **_ONE},
        "request",
        1.7e9,
        2,
        _ROUNDED,
        ("gh-vllm-project-vllm-project.github.io",),
    ),
    Published(
        "scaling-book：LLaMA 2 13B 一条 8K 序列的缓存",
        "inference-memory",
        {"model": "llama-2-13b", "context": "8192", **_ONE},
        "request",
        6.7e9,
        0.5,
        _ROUNDED,
        _SCALING,
    ),
    Published(
        "scaling-book：同上，240 条",
        "inference-memory",
        {"model": "llama-2-13b", "context": "8192", "requests": "240"},
        "caches",
        1608e9,
        0.5,
        _ROUNDED,
        _SCALING,
    ),
    Published(
        "scaling-book：Llama 3 70B，INT8 缓存每词元",
        "inference-memory",
        {"model": "llama-3-70b", "cache": "fp8"},
        "token",
        160 * 1024,
        0.01,
        "同一个公式。",
        _SCALING,
    ),
    Published(
        "vLLM 日志：Gemma 4 26B，BF16，载入的权重",
        "inference-memory",
        {"model": "gemma-4-26b-a4b"},
        "weights",
        48.5 * _GIB,
        1,
        "总参数公布成 26B，日志印三位。",
        _LOG,
    ),
    Published(
        "vLLM 日志：gpt-oss-20b，MXFP4，载入的权重",
        "inference-memory",
        {"model": "gpt-oss-20b", "weights": "mxfp4-experts"},
        "weights",
        13.72 * _GIB,
        6,
        "专家 4.25 位，其余 16 位；日志里多出的 0.75 GiB 没有细目。全按 4.25 位算只有 10.3 GiB，少两成四。",
        _LOG,
    ),
)

EVALUATION = (
    Published(
        "《Adding Error Bars to Evals》：每题差值的方差 1/9，看出 3 个点要的题数",
        "evaluation-error",
        {"mode": "paired", "items": "900", "wins": "50", "losses": "50", "gap": "3"},
        "needed",
        969,
        0.2,
        "分位数 0.8416 比论文多印一位，进一法多出一题；论文据此建议新评测至少一千题。",
        ("arxiv-2411.00640",),
    ),
)
