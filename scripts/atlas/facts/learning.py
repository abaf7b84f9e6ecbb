"""The schemas of models, training runs, fine-tuning methods and benchmarks."""

from __future__ import annotations

from atlas.facts.columns import choice, count, date, key, number, several, text, yes_no
from atlas.facts.schemas import Relation, Schema, named

CLASSES = {
    "encoder-only": "仅编码器",
    "decoder-only": "仅解码器",
    "encoder-decoder": "编码器-解码器",
    "prefix-decoder": "前缀解码器",
    "state-space": "状态空间",
}
ATTENTION = {
    "mha": "MHA",
    "mqa": "MQA",
    "gqa": "GQA",
    "mla": "MLA",
    "sliding": "滑动窗口与全局交替",
    "sparse": "稀疏注意力",
    "hybrid": "线性与全注意力混合",
    "none": "无注意力",
}
POSITIONS = {"learned": "学习的绝对位置", "sinusoidal": "正弦", "relative": "相对偏置", "rope": "RoPE", "alibi": "ALiBi",
             "2d": "二维位置", "none": "无"}  # fmt: skip
NORMS = {"post-ln": "Post-LN", "pre-ln": "Pre-LN", "pre-rmsnorm": "Pre-RMSNorm", "post-rmsnorm": "Post-RMSNorm",
         "sandwich": "前后都有", "deepnorm": "DeepNorm"}  # fmt: skip
ACTIVATIONS = {"relu": "ReLU", "relu2": "ReLU²", "gelu": "GELU", "geglu": "GeGLU", "swiglu": "SwiGLU", "silu": "SiLU"}
PRECISIONS = {"fp32": "FP32", "fp16": "FP16", "bf16": "BF16", "fp8": "FP8", "mxfp8": "MXFP8", "mxfp4": "MXFP4",
              "nvfp4": "NVFP4", "int8": "INT8", "int4": "INT4"}  # fmt: skip

ZERO = {"0": "无", "1": "ZeRO-1", "2": "ZeRO-2", "3": "ZeRO-3", "fsdp": "FSDP"}

MODELS = Schema(
    "models",
    "模型",
    named(
        {
            "name": text("模型", required=True),
            "maker": text("机构", required=True),
            "country": choice(
                "国家或地区",
                {
                    "us": "美国",
                    "cn": "中国",
                    "fr": "法国",
                    "uk": "英国",
                    "ca": "加拿大",
                    "kr": "韩国",
                    "ae": "阿联酋",
                    "intl": "国际合作",
                    "il": "以色列",
                    "de": "德国",
                },
            ),
            "family": text("家族", remark="GPT、Llama、Qwen……"),
            "released": date("发布"),
            "class": choice("结构", CLASSES, claim=True, required=True),
            "moe": yes_no("混合专家"),
            "multimodal": yes_no("多模态"),
            "reasoning": yes_no("推理模型"),
            "params_total": number("总参数", "parameters", 1e6, 1e14, remark="可写 70.6B、1.6T"),
            "params_active": number("激活参数", "parameters", 1e6, 1e13, remark="每个词元用到的；稠密模型可不写"),
            "layers": count("层数", high=1000, remark="编码器-解码器写两边之和"),
            "layers_dense": count("其中稠密层", low=0, high=1000, remark="MoE 模型里前几层不分专家"),
            "layers_full": count("全注意力层", low=0, high=1000, remark="混合架构里有 KV 缓存的层"),
            "layers_linear": count("线性注意力层", low=0, high=1000),
            "layers_sliding": count("滑动窗口层", low=0, high=1000),
            "window": count("窗口", "tokens", 16, 1e6),
            "hidden": count("隐藏维", high=100_000),
            "ffn": count("FFN 维", high=1_000_000, remark="稠密层的中间维"),
            "expert_ffn": count("专家 FFN 维", high=1_000_000),
            "heads": count("注意力头", high=1024),
            "kv_heads": count("KV 头", high=1024),
            "head_dim": count("头维度", high=1024),
            "kv_lora_rank": count("MLA 压缩维", high=8192),
            "q_lora_rank": count("MLA 查询压缩维", high=16_384),
            "rope_head_dim": count("MLA 位置维", high=1024),
            "vocab": count("词表", low=100, high=2_000_000),
            "context": count("上下文", "tokens", 128, 1e8, remark="可写 128Ki（=131072）或 200K"),
            "attention": choice("注意力", ATTENTION, claim=True),
            "experts": count("路由专家", high=10_000),
            "experts_shared": count("共享专家", low=0, high=100),
            "experts_active": count("每词元路由专家", high=1000),
            "position": choice("位置编码", POSITIONS, claim=True),
            "norm": choice("归一化", NORMS, claim=True),
            "activation": choice("激活函数", ACTIVATIONS, claim=True),
            "tied_embeddings": yes_no("词嵌入共用"),
            "train_tokens": number("训练词元", "tokens", 1e6, 1e15),
            "precision": choice("权重精度", PRECISIONS, claim=True),
            "licence": text("许可", claim=True),
            "weights_open": yes_no("权重公开"),
        }
    ),
    shelf_life=12,
    relations=(
        Relation("params_active", "<=", "params_total", "激活参数不会比总参数多"),
        Relation("kv_heads", "<=", "heads", "KV 头不会比注意力头多"),
        Relation("heads % kv_heads", "==", "0", "注意力头应是 KV 头的整数倍"),
        Relation("experts_active", "<=", "experts", "每词元用的专家不会比全部专家多"),
        Relation("layers_dense", "<=", "layers", "稠密层不会比总层数多"),
        Relation("layers_full + layers_linear", "<=", "layers", "各种层加起来不会比总层数多"),
        Relation("vocab * hidden", "<=", "params_total", "光词嵌入就超过了总参数", tolerance=0.02),
        Relation("layers * 2 * hidden * ffn", "<=", "params_total", "光 FFN 就超过了总参数", tolerance=0.03, unless="moe"),
    ),
)

RUNS = Schema(
    "runs",
    "公开的训练",
    named(
        {
            "name": text("训练", required=True),
            "model": key("模型", "models", remark="models.yml 里的键"),
            "device": key("设备", "devices", remark="devices.yml 里的键"),
            "by": text("机构"),
            "year": date("年份"),
            "stage": text("阶段", remark="预训练、长上下文……"),
            "cards": count("卡数", "cards", 1, 1e6),
            "tp": count("张量并行", high=1024),
            "pp": count("流水线并行", high=1024),
            "dp": count("数据并行", high=1e6),
            "cp": count("上下文并行", high=1024),
            "ep": count("专家并行", high=4096, remark="折叠在其他维里，不乘进卡数"),
            "virtual_stages": count("虚拟流水级", high=64),
            "zero": choice("ZeRO/FSDP", ZERO, claim=True),
            "sequence": count("序列长度", "tokens", 16, 1e8),
            "micro_batch": count("微批", high=1e5),
            "global_batch": count("全局批（序列）", high=1e7),
            "global_batch_tokens": number("全局批（词元）", "tokens", 1e3, 1e9),
            "accumulation": count("梯度累积", high=1e6),
            "mfu": number("MFU", "%", 0.1, 100),
            "hfu": number("HFU", "%", 0.1, 100),
            "flops_per_card": number("每卡有效算力", "TFLOP/s", 0.1, 100_000),
            "compute": number("总计算量", "FLOP", 1e15, 1e28),
            "tokens": number("词元", "tokens", 1e6, 1e15),
            "card_hours": number("卡时", "card-hours", 1, 1e10),
            "days": number("天数", "days", 0.01, 3650),
            "cost": number("费用", "USD", 1, 1e11),
            "precision": choice("精度", PRECISIONS, claim=True),
            "framework": text("框架", claim=True),
            "network": text("网络", claim=True),
            "power": number("功率", "kW", 0.1, 1e7),
        }
    ),
    relations=(
        Relation("tp * pp * cp * dp", "==", "cards", "TP×PP×CP×DP 应等于卡数（EP 折叠在其中，不乘）"),
        Relation("tp * pp", "<=", "cards", "TP×PP 不会比卡数多"),
        Relation("mfu", "<=", "hfu", "HFU 含重计算，不会比 MFU 小"),
    ),
)  # fmt: skip

METHODS = Schema(
    "methods",
    "微调与对齐方法",
    named(
        {
            "name": text("方法", required=True),
            "full_name": text("全称"),
            "group": choice(
                "类别",
                {"full": "全参", "peft": "参数高效", "quantised": "量化加低秩", "prompt": "提示", "alignment": "对齐",
                 "distillation": "蒸馏", "rl": "强化学习"},
                required=True,
            ),
            "year": date("年份"),
            "what_trains": text("训练什么", claim=True),
            "trainable_share": number("可训练占比", "%", 0, 100),
            "bytes_per_parameter": number("显存每参数", "B/parameter", 0.01, 64, remark="权重加优化器状态的估算"),
            "memory_7b": number("7B 显存", "GB", 0.1, 2000),
            "memory_70b": number("70B 显存", "GB", 0.1, 20_000),
            "memory_formula": text("显存公式", claim=True),
            "models_in_memory": count("同时驻留的模型数", high=8, remark="PPO 是 4：策略、参考、奖励、价值"),
            "needs": several("需要的数据", claim=True),
            "mergeable": yes_no("可并入权重"),
            "inference_cost": text("推理开销", claim=True),
            "libraries": several("工具库", claim=True),
            "use_when": text("什么时候用"),
        }
    ),
)  # fmt: skip

BENCHMARKS = Schema(
    "benchmarks",
    "评测基准",
    named(
        {
            "name": text("基准", required=True),
            "maker": text("机构"),
            "year": date("年份"),
            "area": choice(
                "评什么",
                {"knowledge": "知识", "reasoning": "推理", "mathematics": "数学", "code": "代码", "chinese": "中文",
                 "long-context": "长上下文", "instruction": "指令遵循", "agent": "智能体", "dialogue": "对话偏好",
                 "truthfulness": "真实性", "safety": "安全", "multimodal": "多模态", "system": "推理性能"},
                required=True,
            ),
            "language": several("语言", {"zh": "中文", "en": "英文", "multi": "多语", "code": "编程语言"}),
            "items": count("题数", high=1e8),
            "items_note": text("题数口径"),
            "form": text("题型", claim=True),
            "metric": text("指标", claim=True),
            "baseline": number("瞎猜基线", "%", 0, 100, remark="随机作答的得分"),
            "human": number("人类水平", "%", 0, 100),
            "best": number("已见最高分", "%", 0, 100, remark="必须写来源与 note 里的日期"),
            "saturated": choice("饱和", {"yes": "已饱和", "near": "接近饱和", "no": "未饱和"}, claim=True),
            "contamination": choice("污染", {"known": "已确认", "likely": "很可能", "low": "较低", "none-seen": "未见报告"},
                                    claim=True),
            "held_out": yes_no("答案不公开"),
            "licence": text("许可", claim=True),
            "caveat": text("注意", claim=True),
        }
    ),
    shelf_life=6,
    relations=(Relation("baseline", "<=", "human", "人类水平应高于瞎猜"),),
)  # fmt: skip
