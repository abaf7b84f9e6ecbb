"""Numbers that others published, and what our calculators say to the same question.

Each is filled into a calculator as a reader would and compared with its answer: by ``tests/test_published.py`` within a
stated tolerance, and on the calculators' pages by the fence ``calculator-published``, where what is off by more than 15 %
is marked and explained. ``why`` argues the tolerance: what the published number holds that ours does not, or the other way.
"""

from __future__ import annotations

from atlas.calculators.claims import FAR, Published
from atlas.calculators.published_memory import EVALUATION, INFERENCE_MEMORY, TRAINING_MEMORY

__all__ = ["FAR", "PUBLISHED", "Published"]


def _trained(model: str, tokens: str, **more: str) -> dict[str, str]:
    """A run of a model of the data; nothing lost to downtime, which publications seldom count."""
    return {"model": model, "tokens": tokens, "lost": "0", **more}


def _megascale(cards: str, mfu: str) -> dict[str, str]:
    return {
        "model": "free",
        "parameters": "175B",
        "tokens": "300B",
        "device": "a100-80gb-sxm",
        "cards": cards,
        "mfu": mfu,
        "lost": "0",
    }


_A100, _H100 = "a100-80gb-sxm", "h100-sxm"
_LLAMA_1 = {"device": _A100, "cards": "2048", "mfu": "47.5", "watts": "400", "pue": "1.1"}
_V3 = {"device": "h800-sxm", "cards": "2048", "mfu": "38.93", "attention": "causal", "sequence": "4096"}
_MEGASCALE = ("arxiv-2402.15627",)
_MEGASCALE_WHY = "MFU 的分子含注意力（约占 3%），这里没计，所以偏短一点。"

TRAINING = (
    Published(
        "GPT-3 175B 的计算量",
        "training-time",
        _trained("gpt-3-175b", "300B"),
        "compute",
        3.14e23,
        1,
        "论文也按 6ND，差在四舍五入。",
        ("arxiv-2005.14165", "gh-facebookresearch-metaseq"),
    ),
    Published(
        "Llama 3.1 405B 的计算量",
        "training-time",
        _trained("llama-3-1-405b", "15.6T"),
        "compute",
        3.8e25,
        1,
        "论文只印两位。",
        ("arxiv-2407.21783",),
    ),
    Published(
        "Chinchilla 70B 的计算量",
        "training-time",
        _trained("chinchilla-70b", "1.4T"),
        "compute",
        5.76e23,
        3,
        "论文的预算按 Gopher 的算力定，逐项数，不是 6ND。",
        ("arxiv-2203.15556",),
    ),
    Published(
        "Gopher 280B 的计算量",
        "training-time",
        _trained("gopher-280b", "300B"),
        "compute",
        6.31e23,
        20.5,
        "论文逐项数，这里只有 6ND，是 5.04×10²³。补上注意力（整个方阵 12Lsd，0.10×10²³）还差 19%；"
        "其余的差来自论文自己的数法，细目没有查到。",
        ("gh-epoch-research-training-cost-trends",),
    ),
    Published(
        "GPT-3 在一万张 V100 上的天数",
        "training-time",
        _trained("gpt-3-175b", "300B", device="v100-sxm2", cards="10000", mfu="19.68"),
        "days",
        14.8,
        1,
        "两边都按每张 24.6 TFLOP/s。",
        ("gh-facebookresearch-metaseq", "gh-epoch-research-training-cost-trends"),
    ),
    Published(
        "Megatron 论文：GPT-3 在 1,024 张 A100 上的天数",
        "training-time",
        _trained("gpt-3-175b", "300B", device=_A100, cards="1024", mfu="33.65"),
        "days",
        34,
        1,
        "论文按 8ND（重算也数）与每卡 140 TFLOP/s，折成 6ND 是 105。",
        ("arxiv-2104.04473",),
    ),
    Published(
        "Megatron 论文：一万亿参数在 3,072 张 A100 上的天数",
        "training-time",
        {
            "model": "free",
            "parameters": "1T",
            "tokens": "450B",
            "device": _A100,
            "cards": "3072",
            "mfu": "39.18",
            "lost": "0",
        },
        "days",
        84,
        1,
        "论文按 8ND 与每卡 163 TFLOP/s，折成 6ND 是 122。",
        ("arxiv-2104.04473",),
    ),
    Published(
        "MegaScale：175B，256 张卡的天数",
        "training-time",
        _megascale("256", "65.3"),
        "days",
        70.86,
        3,
        _MEGASCALE_WHY,
        _MEGASCALE,
    ),
    Published(
        "MegaScale：175B，3,072 张卡的天数",
        "training-time",
        _megascale("3072", "59.1"),
        "days",
        6.53,
        3,
        _MEGASCALE_WHY,
        _MEGASCALE,
    ),
    Published(
        "MegaScale：175B，12,288 张卡的天数",
        "training-time",
        _megascale("12288", "55.2"),
        "days",
        1.75,
        3,
        _MEGASCALE_WHY,
        _MEGASCALE,
    ),
    Published(
        "MegaScale 的基线：12,288 张卡的天数",
        "training-time",
        _megascale("12288", "41.2"),
        "days",
        2.37,
        3,
        _MEGASCALE_WHY,
        _MEGASCALE,
    ),
    Published(
        "LLaMA 65B 的天数",
        "training-time",
        _trained("llama-1-65b", "1.4T", **_LLAMA_1),
        "days",
        21,
        1,
        "论文说每卡每秒 380 词元，折成 MFU 是 47.5%；天数印成整数。",
        ("arxiv-2302.13971",),
    ),
    Published(
        "LLaMA 65B 的卡时",
        "training-time",
        _trained("llama-1-65b", "1.4T", **_LLAMA_1),
        "hours",
        1_022_362,
        1,
        "同上。",
        ("arxiv-2302.13971",),
    ),
    Published(
        "LLaMA 65B 的用电（MWh）",
        "training-time",
        _trained("llama-1-65b", "1.4T", **_LLAMA_1),
        "energy",
        449,
        1,
        "论文也按 400 W、PUE 1.1。",
        ("arxiv-2302.13971",),
    ),
    Published(
        "BLOOM 176B 的天数",
        "training-time",
        _trained("bloom-176b", "366B", device=_A100, cards="384", mfu="36.06"),
        "days",
        105,
        2,
        "每卡 150 TFLOP/s 含重算，折成 6ND 是 112.5；另一份资料按 2,808 小时记 117 天，含停机。",
        ("gh-bigscience-workshop-bigscience", "gh-RUCAIBox-LLMSurvey"),
    ),
    Published(
        "BLOOM 176B 的用电（MWh）",
        "training-time",
        _trained("bloom-176b", "366B", device=_A100, cards="384", mfu="36.06", pue="1"),
        "energy",
        433,
        12,
        "论文用实际的 108.3 万卡时，含停机；这里跑起来时的是 95.4 万，少 12%。",
        ("arxiv-2211.02001",),
    ),
    Published(
        "GLM-130B 的天数",
        "training-time",
        _trained("glm-130b", "400B", device="a100-40gb-sxm", cards="768", mfu="32.2"),
        "days",
        60,
        23,
        "速度是日志里的一次测量，60 天是日历上的工期，含停机、调试和重来；把“停机与重算”填 22% 就对上。",
        ("gh-THUDM-GLM-130B", "gh-RUCAIBox-LLMSurvey"),
    ),
    Published(
        "TinyLlama 1.1B 的天数",
        "training-time",
        _trained("tinyllama-1-1b", "3T", device="a100-40gb-sxm", cards="16", mfu="56"),
        "days",
        90,
        10,
        "作者说每卡每秒 2.4 万词元，正合 90 天。按 6ND 折成 MFU 是 51%；他报的 56% 把注意力等也数了，这里照填就偏短。",
        ("gh-jzhang38-TinyLlama",),
    ),
    Published(
        "PaLM 540B 的卡时",
        "training-time",
        _trained("palm-540b", "780B", device="tpu-v4", cards="6144", mfu="45.7"),
        "hours",
        8_404_992,
        34,
        "MFU 是跑起来时的；卡时据他人摘录的附录，含停机和重做的步，各占多少没有查到。把“停机与重算”填 34% 就对上。",
        ("leonericsson-palm-2023", "heim-palm-2022"),
    ),
    Published(
        "Llama 3.1 405B 的卡时",
        "training-time",
        _trained("llama-3-1-405b", "15.6T", device=_H100, cards="16384", mfu="40.4"),
        "hours",
        30.84e6,
        15,
        "每卡 400 TFLOP/s 是跑起来时的；卡时含停机、试跑和长上下文阶段。把“停机与重算”填 14% 就对上。",
        ("gh-meta-llama-llama-models", "glennklockwood-llama31-2026"),
    ),
    Published(
        "DeepSeek-V3 预训练的卡时",
        "training-time",
        _trained("deepseek-v3", "14.8T", **_V3),
        "hours",
        2.664e6,
        2,
        "每卡 385 TFLOP/s（因果注意力也数）除以 BF16 峰值；MoE 按激活的 370 亿。",
        ("arxiv-2412.19437", "gh-epoch-research-training-cost-trends"),
    ),
    Published(
        "DeepSeek-V3 预训练的费用（美元，每卡时 2）",
        "training-time",
        _trained("deepseek-v3", "14.8T", **_V3),
        "money",
        5.328e6,
        2,
        "同上；论文就按每卡时 2 美元。",
        ("arxiv-2412.19437",),
    ),
    Published(
        "scaling-book：Llama 3 70B 在 8,960 块 TPU v5p 上的天数",
        "training-time",
        {
            "model": "free",
            "parameters": "70B",
            "tokens": "15T",
            "device": "tpu-v5p",
            "cards": "8960",
            "mfu": "40",
            "lost": "0",
        },
        "days",
        44,
        1,
        "同一个公式，书里取整。",
        ("gh-jax-ml-scaling-book",),
    ),
)

_BOOK = ("gh-stas00-ml-engineering",)
_RING = {"way": "ring", "message": "17180", "cards": "8", "latency": "5"}

COMMUNICATION = (
    Published(
        "nccl-tests：8 卡全归约 1 GB，每卡发出（B）",
        "communication",
        {"way": "ring", "message": "1000", "cards": "8"},
        "sent",
        1.75e9,
        0.01,
        "2(n−1)/n，定义。",
        ("gh-NVIDIA-nccl-tests",),
    ),
    Published(
        "A100 八卡 16 GiB 环形全归约的总线带宽",
        "communication",
        {**_RING, "link": "nvlink-3"},
        "bus",
        234.9e9,
        3,
        "链路按默认的八成算；八成就是照这几个实测定的。",
        _BOOK,
    ),
    Published(
        "H200 八卡 16 GiB 环形全归约的总线带宽",
        "communication",
        {**_RING, "link": "nvlink-4"},
        "bus",
        367.6e9,
        3,
        "同上。",
        _BOOK,
    ),
    Published(
        "B200 级八卡环形全归约的总线带宽",
        "communication",
        {**_RING, "link": "nvlink-5"},
        "bus",
        682e9,
        6,
        "同上；越快的链路越难用满。",
        _BOOK,
    ),
    Published(
        "H200 八卡全归约，链路不打折",
        "communication",
        {**_RING, "link": "nvlink-4", "efficiency": "100"},
        "bus",
        367.6e9,
        23,
        "α-β 模型的上限：协议头、分块和同步吃掉近两成，所以默认打八折。",
        _BOOK,
    ),
    Published(
        "DeepSeek-V3 一次专家交换（32 个词元，1+2 字节，9 份，7K 宽，50 GB/s）",
        "communication",
        {
            "way": "exchange",
            "message": "6.048",
            "cards": "320",
            "link": "free",
            "bandwidth": "50",
            "efficiency": "100",
            "latency": "0",
        },
        "time",
        120.96e-6,
        0.5,
        "论文没有减去留在本卡的那 1/320。",
        ("arxiv-2505.09343",),
    ),
)

_GPIPE = ("arxiv-1811.06965",)
_GPIPE_WHY = "论文量的是 TPU 上的 Transformer，含级间不匀和调度的开销；公式只有气泡。"

PIPELINE = (
    Published(
        "GPipe 论文：2 级、32 个微批的加速",
        "pipeline",
        {"kind": "gpipe", "stages": "2", "micros": "32"},
        "speedup",
        1.8,
        8,
        _GPIPE_WHY,
        _GPIPE,
    ),
    Published(
        "GPipe 论文：4 级、32 个微批的加速",
        "pipeline",
        {"kind": "gpipe", "stages": "4", "micros": "32"},
        "speedup",
        3.4,
        8,
        _GPIPE_WHY,
        _GPIPE,
    ),
    Published(
        "GPipe 论文：8 级、32 个微批的加速",
        "pipeline",
        {"kind": "gpipe", "stages": "8", "micros": "32"},
        "speedup",
        6.3,
        5,
        _GPIPE_WHY,
        _GPIPE,
    ),
    Published(
        "Megatron 论文：交错两段，气泡减半（p=4、m=8，比理想）",
        "pipeline",
        {"kind": "interleaved", "stages": "4", "micros": "8", "chunks": "2"},
        "ratio",
        18.75,
        0.01,
        "(p−1)/(vm)，定义。",
        ("arxiv-2104.04473",),
    ),
    Published(
        "ZB-H1 的气泡是 1F1B 的三分之一（p=8、m=24，空闲份数）",
        "pipeline",
        {"kind": "zb-h1", "stages": "8", "micros": "24"},
        "idle",
        7,
        0.01,
        "F、B、W 各一份时。",
        ("arxiv-2401.10241", "gh-sail-sg-zero-bubble-pipeline-parallelism"),
    ),
    Published(
        "ZB1P 与 1F1B 的激活一样多（p=8、m=24，份数）",
        "pipeline",
        {"kind": "zb-h1", "stages": "8", "micros": "24"},
        "held",
        8,
        0.01,
        "定义。",
        ("gh-sail-sg-zero-bubble-pipeline-parallelism",),
    ),
    Published(
        "ZB-H2 最多存 2p−1 份激活（p=8、m=24）",
        "pipeline",
        {"kind": "zb-h2", "stages": "8", "micros": "24"},
        "held",
        15,
        0.01,
        "定义。",
        ("arxiv-2401.10241",),
    ),
)

_SCALING = ("gh-jax-ml-scaling-book",)
_V5E = {"model": "llama-2-13b", "device": "tpu-v5e", "cards": "8", "prompt": "8192", "written": "0"}
_QUIZ = {
    "model": "free",
    "total": "30B",
    "active": "30B",
    "kilobytes": "100",
    "width": "1",
    "device": "free",
    "peak": "197",
    "bandwidth": "810",
    "cards": "16",
    "prompt": "8192",
    "written": "0",
}
_ALONE = {"batch": "1", "prompt": "5", "written": "200"}
_BOUND = "这是下限：实测用不满带宽，还有内核启动和采样。"

DECODING = (
    Published(
        "scaling-book：Llama 2 13B，8 块 v5e，并发 1",
        "decoding",
        {**_V5E, "batch": "1"},
        "between",
        4.98e-3,
        1,
        "同一个公式，书里参数取整到 13B。",
        _SCALING,
    ),
    Published(
        "scaling-book：同上，并发 16", "decoding", {**_V5E, "batch": "16"}, "between", 20.30e-3, 1, "同上。", _SCALING
    ),
    Published(
        "scaling-book：同上，并发 64", "decoding", {**_V5E, "batch": "64"}, "between", 69.33e-3, 1, "同上。", _SCALING
    ),
    Published(
        "scaling-book：同上，并发 240 的总吞吐", "decoding", {**_V5E, "batch": "240"}, "all", 963.53, 1, "同上。", _SCALING
    ),
    Published(
        "scaling-book：v5e 转为算力受限的并发", "decoding", {**_V5E, "batch": "1"}, "turn", 240, 1, "书里取整。", _SCALING
    ),
    Published(
        "scaling-book：30B 用 INT8，16 块 v5e，并发 4",
        "decoding",
        {**_QUIZ, "batch": "4"},
        "between",
        2.5e-3,
        3,
        "书里取整。",
        _SCALING,
    ),
    Published(
        "scaling-book：同上，并发 256", "decoding", {**_QUIZ, "batch": "256"}, "between", 21e-3, 1, "同上。", _SCALING
    ),
    Published(
        "vLLM：Llama 3.1 8B，一张 H100，单人一步",
        "decoding",
        {"model": "llama-3-1-8b", "cards": "1", "batch": "1", "prompt": "1", "written": "0"},
        "between",
        6.4e-3,
        26,
        _BOUND,
        ("vllm-blog-fp8-kv-2026",),
    ),
    Published(
        "gpt-fast：Llama 2 7B，一张 A100，单人每秒词元",
        "decoding",
        {"model": "llama-2-7b", "device": _A100, "cards": "1", **_ALONE},
        "user",
        104.9,
        44,
        "卡限到 330 W，作者量到的带宽只有 1.4 TB/s，是规格的七成；按它算是 104。",
        ("gh-meta-pytorch-gpt-fast",),
    ),
    Published(
        "gpt-fast：Llama 2 70B，8 张 A100 张量并行，单人每秒词元",
        "decoding",
        {"model": "llama-2-70b", "device": _A100, "cards": "8", **_ALONE},
        "user",
        62.5,
        90,
        "每层两次全归约的延迟摊不掉，这里一点没算；作者量到每卡只用了 1.1 TB/s。",
        ("gh-meta-pytorch-gpt-fast",),
    ),
    Published(
        "gpt-fast：Mixtral 8×7B 用 INT8，一张 A100，单人每秒词元",
        "decoding",
        {"model": "mixtral-8x7b", "device": _A100, "cards": "1", "width": "1", **_ALONE},
        "user",
        97.92,
        62,
        "只读选中的专家，矩阵小、还要还原成 16 位，离带宽上限更远。",
        ("gh-meta-pytorch-gpt-fast",),
    ),
)

_405B = {"model": "llama-3-1-405b", "device": _H100, "own_tp": "8", "own_pp": "16"}
_META = ("glennklockwood-llama31-2026", "arxiv-2407.21783")
_OLD = "当年全部重算（也这样填了），算子每卡到峰值的一半上下；这里按六成算。"
_MEGATRON = {"model": "free", "device": _A100, "sequence": "2048", "outer": "25", "recompute": "full", "own_tp": "8"}
_MEGATRON_WHY = "论文的每卡 TFLOP/s 含重算，乘 6/8 折成 MFU；两边都全部重算。"

PARALLELISM = (
    Published(
        "Llama 3.1 405B，8,192 张 H100 的 MFU",
        "parallelism",
        {**_405B, "cards": "8192", "sequence": "8192", "batch": "2048"},
        "own_mfu",
        43.5,
        10,
        "没有算优化器、数据加载和掉队的卡。",
        _META,
    ),
    Published(
        "Llama 3.1 405B，16,384 张 H100 的 MFU",
        "parallelism",
        {**_405B, "cards": "16384", "sequence": "8192", "batch": "2048"},
        "own_mfu",
        40.4,
        10,
        "同上。",
        _META,
    ),
    Published(
        "Llama 3.1 405B，128K 长上下文的 MFU",
        "parallelism",
        {**_405B, "cards": "16384", "sequence": "131072", "batch": "128", "own_cp": "16"},
        "own_mfu",
        38.4,
        25,
        "长序列里注意力占四成计算，它的内核跑不到矩阵乘的效率，这里按一样算；各卡的注意力也不匀。",
        _META,
    ),
    Published(
        "MegaScale：175B，12,288 张 A100 的 MFU",
        "parallelism",
        {
            "model": "gpt-3-175b",
            "device": _A100,
            "cards": "12288",
            "sequence": "2048",
            "batch": "6144",
            "outer": "25",
            "own_tp": "8",
            "own_pp": "8",
        },
        "own_mfu",
        55.2,
        13,
        "它把张量并行的通信藏进计算、换了更快的算子；A100 的矩阵乘也不止六成。",
        _MEGASCALE,
    ),
    Published(
        "DeepSeek-V3，2,048 张 H800 的 MFU",
        "parallelism",
        {
            "model": "deepseek-v3",
            "device": "h800-sxm",
            "cards": "2048",
            "sequence": "4096",
            "batch": "15360",
            "overlap": "hidden",
            "own_tp": "1",
            "own_pp": "16",
            "own_ep": "64",
        },
        "own_mfu",
        38.9,
        4,
        "它用 DualPipe、FP8 和只重算一部分，这里算成普通 1F1B、全部重算，几样抵消。"
        "因为没有算窄专家的低效，我们排在前面的切法估得偏快，它的名次因此偏后。",
        ("arxiv-2412.19437", "gh-epoch-research-training-cost-trends"),
    ),
    Published(
        "Megatron 论文：一万亿参数，3,072 张 A100 的 MFU",
        "parallelism",
        {
            **_MEGATRON,
            "params": "1008B",
            "layers": "128",
            "width": "25600",
            "heads": "160",
            "kv_heads": "160",
            "ffn": "102400",
            "cards": "3072",
            "batch": "3072",
            "own_pp": "64",
        },
        "own_mfu",
        39.2,
        4,
        _MEGATRON_WHY,
        ("arxiv-2104.04473", "gh-NVIDIA-Megatron-LM"),
    ),
    Published(
        "Megatron 论文：5,300 亿参数，2,520 张 A100 的 MFU",
        "parallelism",
        {
            **_MEGATRON,
            "params": "529.6B",
            "layers": "105",
            "width": "20480",
            "heads": "128",
            "kv_heads": "128",
            "ffn": "81920",
            "cards": "2520",
            "batch": "2520",
            "own_pp": "35",
        },
        "own_mfu",
        39.2,
        4,
        _MEGATRON_WHY,
        ("arxiv-2104.04473",),
    ),
    Published(
        "BLOOM 176B，384 张 A100 的 MFU",
        "parallelism",
        {
            "model": "bloom-176b",
            "device": _A100,
            "cards": "384",
            "sequence": "2048",
            "batch": "2048",
            "micro": "2",
            "recompute": "full",
            "own_tp": "4",
            "own_pp": "12",
        },
        "own_mfu",
        36.06,
        8,
        _OLD,
        ("gh-bigscience-workshop-bigscience",),
    ),
    Published(
        "GLM-130B，768 张 A100 40GB 的 MFU",
        "parallelism",
        {
            "model": "glm-130b",
            "device": "a100-40gb-sxm",
            "cards": "768",
            "sequence": "2048",
            "batch": "4224",
            "own_tp": "4",
            "own_pp": "8",
        },
        "own_mfu",
        32.2,
        29,
        "两边都全部重算；它的日志是每卡 134 TFLOP/s（含重算），合峰值的 43%，这里按六成。",
        ("gh-THUDM-GLM-130B",),
    ),
)

PUBLISHED: tuple[Published, ...] = (
    *TRAINING_MEMORY,
    *INFERENCE_MEMORY,
    *TRAINING,
    *COMMUNICATION,
    *PIPELINE,
    *PARALLELISM,
    *DECODING,
    *EVALUATION,
)
"""All of them, in the order of the calculators."""
