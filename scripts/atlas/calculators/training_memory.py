"""训练显存: a model and how it is split → what each card holds, and which devices that fits."""

from __future__ import annotations

import dataclasses
import math

from atlas.calculators.data import Data
from atlas.calculators.declaration import BadInputError, Bar, Calculator, Form, Input, Inputs, Output, Result, Value, grouped
from atlas.calculators.devices import counted, fitted
from atlas.calculators.numbers import added, show
from atlas.calculators.plan_steps import steps
from atlas.calculators.plans import Plan, activations, flying, last_is_fullest, layer_bytes, logits, states
from atlas.calculators.shapes import OWN, Shape, own_shape, shape_of

RECIPES = {
    "16": ("BF16 权重 2 + 梯度 2 + 主权重 4 + Adam 8 = 16", 2.0, 2.0, 12.0),
    "18": ("BF16 权重 2 + FP32 梯度 4 + 主权重 4 + Adam 8 = 18", 2.0, 4.0, 12.0),
    "20": ("FP16 权重 2 + 梯度 2，另存 FP32 梯度 4 + 主权重 4 + Adam 8 = 20", 2.0, 6.0, 12.0),
    "fp32": ("全 FP32：权重 4 + 梯度 4 + Adam 8 = 16", 4.0, 4.0, 8.0),
    "bf16": ("纯 BF16：权重 2 + 梯度 2 + Adam 4 = 8", 2.0, 2.0, 4.0),
}
"""Bytes a parameter of weights, gradients and optimizer states, with the sum spelled out."""
_PARTS = ("权重", "梯度", "优化器状态", "激活", "输出得分", "其他开销")
_SIZE = Form("bytes", 3)


def plan_of(inputs: Inputs, shape: Shape) -> Plan:
    """The plan typed.

    Raises:
        BadInputError: if the parts do not divide what they are to divide.
    """
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    recipe = RECIPES[str(inputs["recipe"])]
    schedule = inputs["schedule"]
    tensor, pipeline, expert = numbers["tp"], numbers["pp"], numbers["ep"]
    expert_tensor = tensor if inputs["expert_split"] == "tp" else 1.0
    virtual = {"1f1b": 1.0, "gpipe": 0.0}.get(str(schedule), numbers["virtual"])
    _check(shape, tensor, pipeline, virtual)
    if expert > 1 and not shape.experts:
        raise BadInputError("ep", "这个模型没有可切的专家（稠密模型，或专家宽度没有查到），专家并行填 1。")
    if shape.experts and shape.experts % expert:
        raise BadInputError("ep", f"专家并行要能整除专家数 {show(shape.experts, Form('whole'))}。")
    if (numbers["dp"] * numbers["cp"] * tensor) % (expert * expert_tensor):
        raise BadInputError("ep", "专家并行的组要能整除 数据并行 × 上下文并行 × 张量并行 的卡数。")
    return Plan(
        (recipe[1], recipe[2], recipe[3]), float(str(inputs["zero"])), numbers["dp"], tensor, pipeline, numbers["cp"],
        expert, expert_tensor, 1.0 if inputs["sp"] == "yes" else 0.0, numbers["sequence"], numbers["micro_batch"],
        numbers["micro_batches"], virtual, str(inputs["recompute"]), inputs["scores"] == "stored", numbers["slack"],
        float(str(inputs["score_width"])),
    )  # fmt: skip


def _check(shape: Shape, tensor: float, pipeline: float, virtual: float) -> None:
    if shape.heads % tensor:
        raise BadInputError("tp", f"张量并行要能整除注意力头数 {show(shape.heads, Form('whole'))}。")
    if pipeline > shape.layers:
        raise BadInputError("pp", f"流水线的级数不能超过层数 {show(shape.layers, Form('whole'))}。")
    if pipeline > 1 and virtual > math.ceil(shape.layers / pipeline):
        most = show(float(math.ceil(shape.layers / pipeline)), Form("whole"))
        raise BadInputError("virtual", f"一级最多 {most} 层，分不出更多段：每卡段数不能超过它。")
    if shape.routed + shape.embeddings > shape.params:
        raise BadInputError("params", "光词嵌入就超过了总参数，请检查词表、隐藏维和参数量。")


def compute(inputs: Inputs, data: Data) -> Result:
    """The sum for a card, for each ZeRO stage, and against every device."""
    shape = own_shape(inputs) if inputs["model"] == OWN else shape_of(str(inputs["model"]), data)
    plan = plan_of(inputs, shape)
    overhead = float(inputs["overhead"] or 0.0) * 1e9
    last = last_is_fullest(shape, plan)
    scores = logits(shape, plan, last)
    active = activations(shape, plan, last)

    def parts(stage: float) -> tuple[float, ...]:
        return (*states(shape, plan, stage), active, scores, overhead)

    own = parts(plan.stage)
    total = added(own)
    devices = fitted(total, float(inputs["share"] or 0.0) / 100, data)
    cards = plan.data * plan.tensor * plan.pipeline * plan.context
    batch = plan.micro_batch * plan.micro_batches * plan.data
    values: dict[str, Value] = {
        "total": total, "cards": cards, "weights": own[0], "gradients": own[1], "optimizer": own[2],
        "activations": active, "logits": scores, "states": own[0] + own[1] + own[2], "layer": layer_bytes(shape, plan),
        "flying": flying(shape, plan, last),
        "batch": batch, "tokens": batch * plan.sequence,
    }  # fmt: skip
    if plan.recompute != "none":
        values["saved"] = _saved(shape, plan, last)
    return Result(
        values,
        bars={
            "stages": [
                (
                    f"ZeRO-{stage}" + ("（现在）" if stage == plan.stage else ""),
                    parts(stage),
                    None,
                    show(added(parts(stage)), _SIZE),
                )
                for stage in range(4)
            ],
            "devices": [(one.label, own, one.memory, one.sentence) for one in devices],
        },
        notes=(_largest(own, total), counted(devices), *_remarks(shape, plan, last)),
        steps=steps(shape, plan, last, overhead),
    )


def _saved(shape: Shape, plan: Plan, last: bool) -> float:
    """Per cent of the activations that recomputation saves."""
    kept = activations(shape, plan, last)
    return 100 * (1 - kept / activations(shape, dataclasses.replace(plan, recompute="none"), last))


def _largest(parts: tuple[float, ...], total: float) -> str:
    place = parts.index(max(parts))
    advice = {
        0: "想省，先切权重：张量并行、流水线并行或 ZeRO-3",
        1: "想省，先切梯度：ZeRO-2，或更多的张量、流水线并行",
        2: "想省，先切优化器状态：ZeRO-1 起就切，数据并行的卡越多省得越多",
        3: "想省，先减激活：重计算、上下文并行、张量加序列并行，或把微批减小",
        4: "想省，先减输出得分：分块算损失，或用张量并行切词表",
        5: "大头是固定开销，再切也省不下多少",
    }[place]
    share = show(100 * parts[place] / total, Form("number", 2, "%"))
    most = f"最大的一块是{_PARTS[place]}（{show(parts[place], _SIZE)}，{share}）"
    return f"每张卡 {show(total, _SIZE)}，{most}。{advice}。"


def _remarks(shape: Shape, plan: Plan, last: bool) -> list[str]:
    said = list(shape.guesses)
    if plan.pipeline > 1:
        scores = show(logits(shape, plan, True), _SIZE)
        first, other = (show(activations(shape, plan, end) + logits(shape, plan, end), _SIZE) for end in (False, True))
        told = "最后一级最满：那里要放" if last else "第一级最满：在途的微批多；最后一级虽有"
        said.append(f"算的是流水线最满的一级。{told}输出得分 {scores}。激活加输出得分，第一级 {first}，最后一级 {other}。")
    if shape.layers % plan.pipeline:
        said.append("层数不能被流水线级数整除，按层数最多的一级算。")
    if plan.stage >= 2 and plan.pipeline > 1:
        said.append("流水线通常只配 ZeRO-1：梯度或权重切开后，每个微批都要重新收发一遍。")
    return said


CALCULATOR = Calculator(
    id="training-memory",
    title="训练显存",
    inputs=(
        *grouped(
            "模型",
            Input("model", "模型", "model", "llama-3-1-8b", choices={OWN: "自己填"},
                  needs=("params_total", "layers", "hidden", "heads")),
        ),
        *grouped(
            "模型",
            Input("params", "总参数", "number", "8.03B", "", 1e6, 1e14, help="可以写 70B、1.6T、80 亿"),
            Input("layers", "层数", "number", "32", "层", 1, 1000, whole=True),
            Input("hidden", "隐藏维", "number", "4096", "", 1, 200_000, whole=True),
            Input("heads", "注意力头", "number", "32", "", 1, 2048, whole=True),
            Input("kv_heads", "KV 头", "number", "8", "", 1, 2048, whole=True),
            Input("ffn", "FFN 宽度", "number", "14336", "", 1, 2_000_000, whole=True),
            Input("gated", "门控 FFN", "choice", "yes", choices={"yes": "是（SwiGLU 等）", "no": "否（GELU、ReLU）"}),
            Input("vocab", "词表", "number", "128256", "", 0, 5_000_000, whole=True),
            Input("experts", "每层专家数", "number", "0", "", 0, 10_000, whole=True, help="稠密模型填 0"),
            Input("active", "每词元专家数", "number", "8", "", 1, 1000, whole=True),
            Input("expert_ffn", "专家宽度", "number", "2048", "", 1, 1_000_000, whole=True),
            when=(("model", (OWN,)),),
        ),
        *grouped(
            "状态",
            Input("recipe", "每参数字节", "choice", "16", choices={key: value[0] for key, value in RECIPES.items()}),
            Input("zero", "ZeRO 级", "choice", "1",
                  choices={"0": "0：不切", "1": "1：切优化器", "2": "2：再切梯度", "3": "3：再切权重（FSDP）"}),
        ),
        *grouped(
            "并行",
            Input("dp", "数据并行", "number", "64", "卡", 1, 1e6, whole=True),
            Input("tp", "张量并行", "number", "1", "卡", 1, 1024, whole=True),
            Input("sp", "序列并行", "choice", "yes", choices={"yes": "开", "no": "关"}, help="归一化那部分也按张量并行切"),
            Input("pp", "流水线并行", "number", "1", "级", 1, 1000, whole=True),
            Input("schedule", "流水线排法", "choice", "1f1b",
                  choices={"1f1b": "1F1B", "interleaved": "交错 1F1B", "gpipe": "GPipe"}),
            Input("virtual", "每卡段数", "number", "2", "段", 2, 64, whole=True, when=(("schedule", ("interleaved",)),)),
            Input("cp", "上下文并行", "number", "1", "卡", 1, 4096, whole=True),
            Input("ep", "专家并行", "number", "1", "卡", 1, 4096, whole=True, help="折叠在其他维里，不另加卡"),
            Input("expert_split", "专家按张量并行切", "choice", "tp", choices={"tp": "切", "whole": "不切"}),
        ),
        *grouped(
            "数据",
            Input("sequence", "序列长度", "number", "8192", "词元", 1, 1e8, whole=True),
            Input("micro_batch", "微批", "number", "1", "条", 1, 1e5, whole=True),
            Input("micro_batches", "每步微批数", "number", "8", "个", 1, 1e5, whole=True, help="就是梯度累积次数"),
            Input("recompute", "重计算", "choice", "none",
                  choices={"none": "不重算", "selective": "选择性：注意力得分",
                           "elementwise": "选择性：再加激活函数与归一化", "full": "全部：只存每层入口"}),
            Input("scores", "注意力得分矩阵", "choice", "flash",
                  choices={"flash": "不存（FlashAttention）", "stored": "存（老实现）"}),
        ),
        *grouped(
            "余量",
            Input("score_width", "每个输出得分", "choice", "4",
                  choices={"4": "4 字节：一份 FP32", "6": "6 字节：另有 BF16", "10": "10 字节：再加 FP32 的梯度"}),
            Input("slack", "实现系数", "number", "1", "倍", 1, 3, help="逐项数按融合算子；PyTorch 逐个算子跑，约 1.37"),
            Input("overhead", "其他开销", "number", "3", "GB", 0, 1000, help="驱动、通信库、缓冲，常见 2–4"),
            Input("share", "规划用到显存的", "number", "85", "%", 1, 100, help="余下的留给碎片"),
        ),
    ),
    shows=(
        Output("total", "每张卡合计", _SIZE, key=True),
        Output("cards", "一共用几张卡", Form("whole"), key=True),
        Output("states", "模型状态", _SIZE),
        Output("weights", "其中权重", _SIZE),
        Output("gradients", "其中梯度", _SIZE),
        Output("optimizer", "其中优化器状态", _SIZE),
        Output("activations", "激活", _SIZE),
        Output("saved", "重计算省下的激活", Form("number", 3, "%")),
        Output("logits", "输出得分", _SIZE),
        Output("layer", "一层一个微批的激活", _SIZE),
        Output("flying", "在途的层 × 微批", Form("number", 4)),
        Output("batch", "全局批（条）", Form("whole")),
        Output("tokens", "全局批（词元）", Form("count", 4)),
        Bar("stages", "换一级 ZeRO", _PARTS, _SIZE, row="ZeRO 级", note="合计", detailed=True),
        Bar("devices", "每个型号放得下吗", _PARTS, _SIZE, row="型号", limit="显存", note="放得下吗", own_scale=True,
            search=True),
    ),
    formulas=("sharded_bytes", "counted_activation_bytes", "layers_in_flight", "last_layers_in_flight", "logit_bytes"),
    symbols="$N$ 是这张卡分到的参数，$w$ 是每参数字节，$n$ 是分摊的卡数（没切就是 1）；$T$ 是微批的词元数 ÷ 上下文并行，"
            "$h$ 是隐藏维，$r$ 是留下的归一化输出份数（2，重算时 0）；"
            "$A$、$F$ 是每词元在注意力、FFN 里留下的数：$A=2d_h(n_q+n_{kv})$，MLA 是 $A=r_q+r_{kv}+d_r+n_q(4d_h+2d_r)$；"
            "$F$ 门控的是 $4f$（重算激活函数时 $2f$），不门控的是 $2f$（重算时 $f$），"
            "专家层是 $4(k+k_s)f_e+2kh$（重算时前一项减半），两种层按层数平均；"
            "其中 $d_h$ 是头维度，$n_q$、$n_{kv}$ 是注意力头和 KV 头，$r_q$、$r_{kv}$、$d_r$ 是 MLA 的两个压缩维和位置维，"
            "$f$、$f_e$ 是 FFN 和专家的宽度，$k$、$k_s$ 是每词元选的和共享的专家；"
            "$t$ 是张量并行，$L$ 是层数，$p$ 是流水线级数，$m$ 是微批数，$v$ 是每卡段数；"
            "$V$ 是词表，末式的 $w$ 是每个得分的字节。",
    assumptions=(
        "激活按融合算子逐项数：每个矩阵乘留输入，每个非线性留输入，16 位。",
        "GELU 与 ReLU 的模型每层再加两份一字节的 dropout 掩码：2 × 词元数 × 隐藏维 字节，开序列并行时按张量并行切。",
        "“老实现”存的得分矩阵每层 5 × 头数 × 序列长度 × 词元数 字节，按张量并行切，选择性重计算时不存；实现系数不乘它。",
        "专家均匀分到词元；每个专家副本留送进和送出各一份。共享专家按稠密部分切。",
        "流水线各级按层数平分，首级加词嵌入，末级加输出层；首末两级都算，取大的。交错排法的在途微批按 Megatron 的排法数。",
        "ZeRO 的分摊组是数据并行 × 上下文并行；专家的分摊组再乘张量并行、除以专家并行。",
        "不含：通信缓冲、FSDP 预取的几层权重、算子的临时空间、显存碎片；“其他开销”和规划比例替它们留位置。",
        "滑动窗口和线性注意力层按普通注意力层数激活。显存按厂商标的 GB（十亿字节）算，有系统可用值的用可用值。",
    ),
    sources=("arxiv-1910.02054", "arxiv-2205.05198", "gh-NVIDIA-Megatron-LM", "gh-stas00-ml-engineering"),
    compute=compute,
)  # fmt: skip
