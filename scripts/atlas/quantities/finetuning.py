"""What fine-tuning trains and what that costs: adapters, four-bit bases, preference losses, groups of samples."""

from __future__ import annotations

import math

from atlas.quantities.memory import model_state_bytes
from atlas.quantities.models import lora_parameters
from atlas.quantities.registry import formula

_PEFT = ("gh-huggingface-peft",)
_QLORA = ("arxiv-2305.14314",)
_TRL = ("gh-huggingface-trl",)


@formula("全部线性层的 LoRA 参数", unit="parameters", tex="L\\sum_W r(d_{in}+d_{out})", sources=_PEFT)
def lora_all_linear_parameters(
    rank: float, layers: float, hidden: float, ffn: float, heads: float, kv_heads: float, head_dim: float
) -> float:
    """Trainable weights of LoRA on the seven matrices of each layer of a gated dense decoder, embeddings left out."""
    query, keys = heads * head_dim, kv_heads * head_dim
    attention = 2 * lora_parameters(rank, hidden, query) + 2 * lora_parameters(rank, hidden, keys)
    return layers * (attention + 3 * lora_parameters(rank, hidden, ffn))


@formula("查询与值的 LoRA 参数", unit="parameters", tex="L\\,r(2d + n_q d_h + n_{kv} d_h)", sources=_PEFT)
def lora_query_value_parameters(
    rank: float, layers: float, hidden: float, heads: float, kv_heads: float, head_dim: float
) -> float:
    """Trainable weights of LoRA on the query and value matrices only, the default of PEFT for many models."""
    return layers * (lora_parameters(rank, hidden, heads * head_dim) + lora_parameters(rank, hidden, kv_heads * head_dim))


@formula("分块量化每权重位数", unit="", tex="b + \\frac{8}{n_1} + \\frac{32}{n_1 n_2}", sources=_QLORA)
def double_quantised_bits(bits: float = 4, block: float = 64, second_block: float = 256) -> float:
    """Bits a weight with an 8-bit scale per ``block`` weights and a 32-bit scale per ``second_block`` of those scales."""
    return bits + 8 / block + 32 / (block * second_block)


@formula("QLoRA 训练显存", unit="B", tex="\\frac{b}{8}N_{lin} + 2N_{emb} + 16N_t", sources=_QLORA)
def qlora_bytes(parameters: float, embeddings: float, trainable: float, bits: float = 4.127) -> float:
    """Bytes of a base whose linear layers are quantised and whose ``embeddings`` stay 16-bit, plus the adapters' states."""
    return (parameters - embeddings) * bits / 8 + embeddings * 2 + model_state_bytes(trainable)


@formula("激活（全部重计算）", unit="B", tex="2sbhL + 2c\\,sbh + 4sbV", sources=("gh-stas00-ml-engineering",))
def checkpointed_activation_bytes(
    sequence: float, batch: float, hidden: float, layers: float, vocab: float, copies: float = 28
) -> float:
    """Bytes of all layers' 16-bit inputs, of the one layer at work (``copies`` hidden states) and of the FP32 logits."""
    return sequence * batch * (2 * hidden * layers + 2 * copies * hidden + 4 * vocab)


@formula(
    "PPO 四模型的状态",
    unit="B",
    tex="16N_\\pi + 16N_V + 2N_{ref} + 2N_{r}",
    sources=("gh-OpenRLHF-OpenRLHF", "arxiv-1910.02054"),
)
def ppo_bytes(policy: float, value: float, reference: float, reward: float) -> float:
    """Bytes of PPO with everything trained in full: two models with all states, two with 16-bit weights only."""
    return model_state_bytes(policy + value) + 2 * (reference + reward)


@formula("带冻结模型的状态", unit="B", tex="16N_\\pi + 2N_{ref}", sources=("gh-huggingface-trl", "arxiv-1910.02054"))
def with_frozen_bytes(trained: float, frozen: float) -> float:
    """Bytes of one model trained in full and one 16-bit frozen beside it: DPO, GRPO with a reference, distillation."""
    return model_state_bytes(trained) + 2 * frozen


@formula("Bradley-Terry 胜率", unit="", tex="\\sigma(r_w - r_l)", sources=("arxiv-2305.18290",))
def preference_probability(gap: float) -> float:
    """Probability (0–1) that the better-scored answer is preferred, from the gap of the two rewards."""
    return 1 / (1 + math.exp(-gap))


@formula("DPO 损失", unit="", tex="-\\log\\sigma(\\beta(\\Delta_w - \\Delta_l))", sources=("arxiv-2305.18290", *_TRL))
def dpo_loss(beta: float, chosen: float, rejected: float) -> float:
    """Loss of one pair: ``chosen`` and ``rejected`` are log-probabilities of the policy minus those of the reference."""
    return -math.log(preference_probability(beta * (chosen - rejected)))


@formula("组内答对者的优势", unit="", tex="\\sqrt{(1-p)/p}", sources=("arxiv-2402.03300", *_TRL))
def group_advantage_correct(share: float) -> float:
    """GRPO's advantage of a right answer in a group of which the share ``share`` (0–1) is right, rewards 0 and 1."""
    return math.sqrt((1 - share) / share)


@formula("组内答错者的优势", unit="", tex="-\\sqrt{p/(1-p)}", sources=("arxiv-2402.03300", *_TRL))
def group_advantage_wrong(share: float) -> float:
    """GRPO's advantage of a wrong answer in a group of which the share ``share`` (0–1) is right, rewards 0 and 1."""
    return -math.sqrt(share / (1 - share))


@formula("有信号的题的占比", unit="", tex="1 - p^G - (1-p)^G", sources=("arxiv-2402.03300", "arxiv-2503.14476"))
def informative_share(rate: float, samples: float) -> float:
    """Share (0–1) of questions solved at ``rate`` whose group of ``samples`` is neither all right nor all wrong."""
    return float(1 - rate**samples - (1 - rate) ** samples)


@formula("提示微调参数", unit="parameters", tex="n\\,d", sources=_PEFT)
def soft_prompt_parameters(tokens: float, hidden: float) -> float:
    """Trainable weights of prompt tuning: ``tokens`` virtual tokens in the input layer only."""
    return tokens * hidden


@formula("前缀微调参数", unit="parameters", tex="2L\\,n\\,n_{kv}d_h", sources=_PEFT)
def prefix_parameters(tokens: float, layers: float, kv_heads: float, head_dim: float) -> float:
    """Trainable weights of prefix tuning: keys and values of ``tokens`` virtual tokens in every layer."""
    return 2 * layers * tokens * kv_heads * head_dim


@formula("IA³ 参数", unit="parameters", tex="L(2n_{kv}d_h + d_{ff})", sources=_PEFT)
def ia3_parameters(layers: float, kv_heads: float, head_dim: float, ffn: float) -> float:
    """Trainable weights of (IA)³: one factor a channel of keys, values and the feed-forward activation."""
    return layers * (2 * kv_heads * head_dim + ffn)


@formula("瓶颈适配器参数", unit="parameters", tex="kL(2dm + d + m)", sources=("hf-papers-1902.00751",))
def bottleneck_adapter_parameters(width: float, layers: float, hidden: float, places: float = 2) -> float:
    """Trainable weights of Houlsby's adapters of ``width`` with biases, ``places`` of them a layer."""
    return places * layers * (2 * hidden * width + hidden + width)


@formula("省提示词的回本请求数", unit="", tex="\\frac{cND}{2Nt} = \\frac{cD}{2t}", sources=("arxiv-2203.15556",))
def break_even_requests(tokens: float, saved: float, flops: float = 4) -> float:
    """Requests after which ``saved`` prompt tokens each repay training on ``tokens``, at ``flops`` N a token (LoRA: 4)."""
    return flops * tokens / (2 * saved)
