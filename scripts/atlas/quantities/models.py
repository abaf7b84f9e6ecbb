"""How many parameters a Transformer has, from the numbers in its published configuration."""

from __future__ import annotations

from atlas.quantities.registry import formula

_CONFIG = ("arxiv-1706.03762", "gh-Lightning-AI-litgpt")


@formula("注意力参数", unit="parameters", tex="d\\,d_h(2n_q + 2n_{kv})", sources=_CONFIG)
def attention_parameters(hidden: float, heads: float, kv_heads: float, head_dim: float) -> float:
    """Weights of one layer's Q, K, V and output projections, without biases."""
    return hidden * head_dim * (2 * heads + 2 * kv_heads)


@formula("MLA 注意力参数", unit="parameters", tex="", sources=("gh-deepseek-ai-DeepSeek-V2",))
def mla_parameters(
    hidden: float, heads: float, head_dim: float, value_dim: float, kv_rank: float, q_rank: float, rope_dim: float
) -> float:
    """Weights of one layer of multi-head latent attention: two low-rank paths, the shared rotary key and the output."""
    query = hidden * q_rank + q_rank * heads * (head_dim + rope_dim)
    cache = hidden * (kv_rank + rope_dim) + kv_rank * heads * (head_dim + value_dim)
    return query + cache + heads * value_dim * hidden


@formula("FFN 参数", unit="parameters", tex="k\\,d\\,d_{ff}", sources=("arxiv-1706.03762", "gh-Lightning-AI-litgpt"))
def ffn_parameters(hidden: float, ffn: float, matrices: float = 3) -> float:
    """Weights of one feed-forward block: three matrices for gated kinds (SwiGLU, GeGLU), two for ReLU and GELU."""
    return matrices * hidden * ffn


@formula("词嵌入参数", unit="parameters", tex="V d", sources=_CONFIG)
def embedding_parameters(vocab: float, hidden: float, tied: float = 0) -> float:
    """Weights of the input embedding and the output layer; one matrix instead of two where they are tied."""
    return vocab * hidden * (1 if tied else 2)


@formula("稠密解码器参数", unit="parameters", tex="L(A + F + 2d) + E + d", sources=_CONFIG)
def decoder_parameters(
    layers: float,
    hidden: float,
    ffn: float,
    heads: float,
    kv_heads: float,
    head_dim: float,
    vocab: float,
    tied: float = 0,
    matrices: float = 3,
) -> float:
    """Weights of a dense decoder with RMSNorm (two gains a layer and a last one) and no biases, as Llama's."""
    layer = attention_parameters(hidden, heads, kv_heads, head_dim) + ffn_parameters(hidden, ffn, matrices) + 2 * hidden
    return layers * layer + embedding_parameters(vocab, hidden, tied) + hidden


@formula("MoE 层专家参数", unit="parameters", tex="n\\,k\\,d\\,d_e", sources=("arxiv-2412.19437",))
def expert_parameters(hidden: float, expert_ffn: float, experts: float, matrices: float = 3) -> float:
    """Weights of ``experts`` experts of one layer (all of them, or those a token uses), the router left out."""
    return experts * ffn_parameters(hidden, expert_ffn, matrices)


@formula("被碰到的专家数", unit="", tex="E\\left(1-(1-k/E)^n\\right)", sources=("gh-deepseek-ai-DeepSeek-V3",))
def experts_touched(experts: float, active: float, tokens: float) -> float:
    """Experts of a layer that at least one of ``tokens`` tokens uses, on average, if each draws its ``active`` evenly."""
    return float(experts * (1 - (1 - active / experts) ** tokens))


@formula(
    "图像词元数",
    unit="tokens",
    tex="\\frac{H}{pm}\\cdot\\frac{W}{pm}",
    sources=("hf-qwen2-vl-preprocessor", "gh-haotian-liu-LLaVA"),
)
def image_tokens(height: float, width: float, patch: float, merge: float = 1) -> float:
    """Tokens of an image of whole patches ``patch`` pixels wide, ``merge``×``merge`` of them joined into one token."""
    return (height // (patch * merge)) * (width // (patch * merge))


@formula("LoRA 参数", unit="parameters", tex="r(d_{in}+d_{out})", sources=("gh-huggingface-peft",))
def lora_parameters(rank: float, inputs: float, outputs: float) -> float:
    """Trainable weights that LoRA adds to one matrix: A is r×inputs, B outputs×r."""
    return rank * (inputs + outputs)


@formula("路由专家的参数", unit="parameters", tex="\\frac{N-N_a}{1-k/E}", sources=("arxiv-2412.19437",))
def routed_parameters(total: float, active: float, experts: float, chosen: float) -> float:
    """Weights of all experts that tokens are routed to: what a token does not use is the share 1-k/E of them."""
    return (total - active) / (1 - chosen / experts)


@formula(
    "一步读到的权重",
    unit="B",
    tex="w\\left(N-N_r+N_r\\left(1-(1-k/E)^n\\right)\\right)",
    sources=("gh-deepseek-ai-DeepSeek-V3",),
)
def weights_read_bytes(total: float, routed: float, experts: float, chosen: float, tokens: float, width: float = 2) -> float:
    """Bytes of weights that a step over ``tokens`` tokens reads: everything but the experts that no token chose, if each
    token draws its ``chosen`` evenly.
    """
    return (total - routed + routed * experts_touched(experts, chosen, tokens) / experts) * width
