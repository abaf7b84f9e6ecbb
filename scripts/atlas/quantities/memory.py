"""How many bytes training and serving take: model states, activations, KV caches."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_ZERO = ("arxiv-1910.02054",)
_ACTIVATIONS = ("arxiv-2205.05198",)


@formula("权重字节", unit="B", tex="N w", sources=("gh-stas00-ml-engineering",))
def weight_bytes(parameters: float, width: float = 2) -> float:
    """Bytes of the weights at ``width`` bytes each: 4 FP32, 2 BF16, 1 FP8 and INT8, 0.5 plain four bits."""
    return parameters * width


@formula("混合精度 Adam 模型状态", unit="B", tex="(2+2+K)N", sources=_ZERO)
def model_state_bytes(parameters: float, gradient_width: float = 2, optimizer_width: float = 12) -> float:
    """Bytes of weights, gradients and Adam's states (FP32 copy and two moments): 16 a parameter, 18 with FP32 gradients."""
    return parameters * (2 + gradient_width + optimizer_width)


@formula("ZeRO 每卡模型状态", unit="B", tex="\\text{ZeRO-1: }(4+K/n)N", sources=_ZERO)
def zero_bytes(parameters: float, cards: float, stage: float, optimizer_width: float = 12) -> float:
    """Bytes a card holds of the model states under ZeRO stage 0–3 on ``cards`` data-parallel cards."""
    optimizer = optimizer_width / (cards if stage >= 1 else 1)
    gradients = 2 / (cards if stage >= 2 else 1)
    weights = 2 / (cards if stage >= 3 else 1)
    return parameters * (optimizer + gradients + weights)


@formula("ZeRO 切分后的一项", unit="B", tex="\\frac{N w}{n}", sources=_ZERO)
def sharded_bytes(parameters: float, width: float, cards: float, stage: float, since: float) -> float:
    """Bytes of one kind of state a card holds: whole below ZeRO stage ``since``, from then on split over ``cards`` cards.

    The optimizer is split from stage 1, gradients from 2, weights from 3.
    """
    return parameters * width / (cards if stage >= since else 1)


@formula("每层激活", unit="B", tex="sbh\\left(34 + \\frac{5as}{h}\\right)", sources=_ACTIVATIONS)
def activation_bytes(sequence: float, batch: float, hidden: float, heads: float, layers: float = 1) -> float:
    """Bytes of a layer's 16-bit activations, nothing recomputed and the score matrix stored (FlashAttention does not)."""
    return layers * sequence * batch * hidden * (34 + 5 * heads * sequence / hidden)


@formula("每层激活（张量并行）", unit="B", tex="sbh\\left(10+\\frac{24}{t}+\\frac{5as}{ht}\\right)", sources=_ACTIVATIONS)
def activation_bytes_tensor_parallel(
    sequence: float, batch: float, hidden: float, heads: float, tensor: float, layers: float = 1
) -> float:
    """The same on one of ``tensor`` tensor-parallel cards, without sequence parallelism."""
    return layers * sequence * batch * hidden * (10 + 24 / tensor + 5 * heads * sequence / (hidden * tensor))


@formula("每层激活（张量加序列并行）", unit="B", tex="\\frac{sbh}{t}\\left(34+\\frac{5as}{h}\\right)", sources=_ACTIVATIONS)
def activation_bytes_sequence_parallel(
    sequence: float, batch: float, hidden: float, heads: float, tensor: float, layers: float = 1
) -> float:
    """The same with sequence parallelism: everything is divided by ``tensor``."""
    return activation_bytes(sequence, batch, hidden, heads, layers) / tensor


@formula("每层激活（选择性重计算）", unit="B", tex="\\frac{34sbh}{t}", sources=_ACTIVATIONS)
def activation_bytes_selective(sequence: float, batch: float, hidden: float, tensor: float = 1, layers: float = 1) -> float:
    """The same with attention's inner part recomputed, or with FlashAttention, under tensor and sequence parallelism."""
    return layers * 34 * sequence * batch * hidden / tensor


@formula("每层激活（全部重计算）", unit="B", tex="2sbh", sources=_ACTIVATIONS)
def activation_bytes_full_recompute(sequence: float, batch: float, hidden: float, layers: float = 1) -> float:
    """Bytes of the 16-bit inputs of each layer, all else recomputed."""
    return layers * 2 * sequence * batch * hidden


@formula(
    "每层激活（逐项数）",
    unit="B",
    tex="2T\\left(\\frac{(2+r)h}{t}+\\frac{A+F}{t}\\right)",
    sources=("gh-stas00-ml-engineering", *_ACTIVATIONS),
)
def counted_activation_bytes(
    tokens: float,
    hidden: float,
    attention: float,
    ffn: float,
    tensor: float = 1,
    sequence_parallel: float = 1,
    norms: float = 2,
) -> float:
    """Bytes of a layer's 16-bit activations, counted item by item for ``tokens`` tokens.

    Kept are the inputs of the two normalisations and ``norms`` of their outputs, and per token ``attention`` numbers of
    queries, keys, values and the result, and ``ffn`` numbers of the feed-forward block. Without sequence parallelism the
    normalisations' part is whole on each of the ``tensor`` cards.
    """
    return 2 * tokens * ((2 + norms) * hidden / (tensor if sequence_parallel else 1) + (attention + ffn) / tensor)


@formula(
    "第一级在途的层",
    unit="",
    tex="\\lceil L/p\\rceil\\,\\min\\left(m,\\ p+\\frac{p-1}{v}\\right)",
    sources=_ACTIVATIONS,
)
def layers_in_flight(layers: float, stages: float, micro_batches: float, virtual: float = 1) -> float:
    """Layers times micro-batches whose activations the pipeline's first stage holds at once.

    1F1B with ``virtual`` 1, interleaved with more parts a card; 0 is GPipe, which holds all micro-batches.
    """
    held = math.ceil(layers / stages)
    if stages == 1:
        return held
    most = stages if virtual == 1 else stages + (stages - 1) / virtual if virtual else micro_batches
    return held * min(micro_batches, most)


@formula(
    "最后一级在途的层",
    unit="",
    tex="\\lceil L/p\\rceil\\,\\min\\left(m,\\ p-\\frac{p-1}{v}\\right)",
    sources=("arxiv-2104.04473", "gh-NVIDIA-Megatron-LM"),
)
def last_layers_in_flight(layers: float, stages: float, micro_batches: float, virtual: float = 1) -> float:
    """Layers times micro-batches whose activations the pipeline's last stage holds at once, with ``virtual`` as above.

    1F1B: one micro-batch, of which the backward pass follows at once. Interleaved: all parts but the last were run for a
    whole round before.
    """
    held = math.ceil(layers / stages)
    if stages == 1:
        return held
    most = stages - (stages - 1) / virtual if virtual else micro_batches
    return held * min(micro_batches, most)


@formula("输出得分", unit="B", tex="T V w", sources=("gh-stas00-ml-engineering",))
def logit_bytes(tokens: float, vocab: float, width: float = 4) -> float:
    """Bytes of the output layer's scores of all words for ``tokens`` tokens, one FP32 copy unless told."""
    return tokens * vocab * width


@formula(
    "KV 缓存每词元", unit="B", tex="2 L n_{kv} d_h w", sources=("gh-stas00-ml-engineering", "gh-deepseek-ai-DeepSeek-V2")
)
def kv_bytes_per_token(layers: float, kv_heads: float, head_dim: float, width: float = 2) -> float:
    """Bytes of keys and values that one token leaves in the cache (MHA, GQA, MQA); ``layers`` those with full attention."""
    return 2 * layers * kv_heads * head_dim * width


@formula("MLA 缓存每词元", unit="B", tex="L(d_c + d_h^R)w", sources=("gh-deepseek-ai-DeepSeek-V2",))
def mla_bytes_per_token(layers: float, kv_rank: float, rope_dim: float, width: float = 2) -> float:
    """Bytes that one token leaves in the cache of multi-head latent attention: the compressed vector and the rotary key."""
    return layers * (kv_rank + rope_dim) * width


@formula("KV 缓存", unit="B", tex="b\\,s\\,K", sources=("gh-stas00-ml-engineering",))
def kv_cache_bytes(per_token: float, tokens: float, requests: float = 1) -> float:
    """Bytes of the caches of ``requests`` requests of ``tokens`` tokens each, ``per_token`` bytes a token."""
    return per_token * tokens * requests


@formula("注意力分数矩阵", unit="B", tex="b\\,h\\,s^2 w", sources=("arxiv-2205.14135",))
def score_matrix_bytes(heads: float, sequence: float, batch: float = 1, width: float = 2) -> float:
    """Bytes of one layer's scores of all query heads when they are written out, as FlashAttention never does."""
    return batch * heads * sequence**2 * width


@formula(
    "线性层的状态", unit="B", tex="L\\,h\\,d_k d_v w", sources=("gh-maxtext-model-configs", "gh-MoonshotAI-Kimi-Linear")
)
def linear_state_bytes(layers: float, heads: float, key_dim: float, value_dim: float, width: float = 4) -> float:
    """Bytes of the states of linear-attention layers, one key×value matrix a head, the same at any context length."""
    return layers * heads * key_dim * value_dim * width


@formula("LoRA 训练显存", unit="B", tex="wN + 16N_{t}", sources=("arxiv-2305.14314", "arxiv-1910.02054"))
def lora_bytes(parameters: float, trainable: float, width: float = 2) -> float:
    """Bytes of a frozen base at ``width`` bytes a weight (0.5: QLoRA, plain) and full states of the trainable part."""
    return parameters * width + model_state_bytes(trainable)
