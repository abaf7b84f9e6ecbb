"""The schemas of training frameworks and serving engines."""

from __future__ import annotations

from atlas.facts.columns import address, choice, date, several, text, yes_no
from atlas.facts.schemas import Relation, Schema, named

MAINTENANCE = {
    "active": "活跃",
    "slow": "更新很少",
    "maintenance": "只维护",
    "superseded": "已被取代",
    "archived": "已停止",
}
LAYERS = {
    "hardware": "硬件",
    "compiler": "编译与算子",
    "communication": "通信库",
    "framework": "框架",
    "parallel": "并行库",
    "tool": "上层工具",
}
PARALLELISMS = {
    "dp": "数据并行",
    "zero": "ZeRO/FSDP",
    "tp": "张量并行",
    "pp": "流水线并行",
    "sp": "序列并行",
    "cp": "上下文并行",
    "ep": "专家并行",
    "ps": "参数服务器",
    "auto": "自动并行",
    "offload": "卸载",
}
BACKENDS = {
    "cuda": "NVIDIA CUDA",
    "rocm": "AMD ROCm",
    "xpu": "Intel XPU",
    "gaudi": "Intel Gaudi",
    "tpu": "Google TPU",
    "neuron": "AWS Neuron",
    "ascend": "昇腾",
    "kunlun": "昆仑芯",
    "mlu": "寒武纪",
    "dcu": "海光",
    "musa": "摩尔线程",
    "maca": "沐曦",
    "supa": "壁仞",
    "gcu": "燧原",
    "corex": "天数智芯",
    "sdaa": "太初",
    "metal": "Apple Metal",
    "vulkan": "Vulkan",
    "opencl": "OpenCL",
    "webgpu": "WebGPU",
    "ipu": "Graphcore IPU",
    "cpu": "CPU",
}
QUANTISATIONS = {
    name.lower().replace(" ", "-"): name
    for name in ("GPTQ", "AWQ", "SmoothQuant", "FP8", "INT8", "INT4", "W8A8", "W4A8", "MXFP4", "MXFP8", "NVFP4",
                 "GGUF", "KV FP8", "KV INT8", "BitsAndBytes")
}  # fmt: skip

_PROJECT = {
    "name": text("名称", required=True),
    "maker": text("维护者"),
    "repository": address("代码仓库"),
    "first_release": date("首次发布"),
    "latest_release": text("最新版本", claim=True),
    "latest_date": date("最新版本日期"),
    "last_commit": date("最近提交", remark="快照里最新的提交"),
    "maintenance": choice("维护状态", MAINTENANCE, claim=True, required=True),
    "maintenance_note": text("维护状态的依据", claim=True),
    "licence": text("许可", claim=True),
    "backends": several("硬件后端", BACKENDS, claim=True),
}

FRAMEWORKS = Schema(
    "frameworks",
    "框架与工具",
    named(
        {
            **_PROJECT,
            "layer": choice("层", LAYERS, required=True, remark="图 3 的层"),
            "parallelisms": several("并行方式", PARALLELISMS, claim=True),
            "builds_on": several("建立在", remark="别的行的键"),
            "role": text("用来做什么"),
            "scale": text("公开的规模", claim=True),
        }
    ),
    shelf_life=3,
    relations=(Relation("first_release", "<=", "latest_date", "首次发布不会晚于最新版本"),),
)

ENGINES = Schema(
    "engines",
    "推理引擎",
    named(
        {
            **_PROJECT,
            "role": text("定位"),
            "target": choice("场景", {"server": "服务器", "desktop": "个人电脑", "edge": "端侧", "both": "都可以"}),
            "paged": yes_no("分页 KV 缓存"),
            "continuous_batching": yes_no("连续批处理"),
            "prefix_cache": yes_no("前缀缓存"),
            "chunked_prefill": yes_no("分块预填充"),
            "speculative": yes_no("投机解码"),
            "pd_split": yes_no("PD 分离"),
            "structured_output": yes_no("结构化输出"),
            "multi_lora": yes_no("多 LoRA"),
            "openai_api": yes_no("OpenAI 兼容接口"),
            "quantisations": several("量化", QUANTISATIONS, claim=True),
            "parallelisms": several("并行方式", PARALLELISMS, claim=True),
            "ascend": yes_no("支持昇腾"),
            "caveat": text("注意", claim=True),
        }
    ),
    shelf_life=3,
    relations=(Relation("first_release", "<=", "latest_date", "首次发布不会晚于最新版本"),),
)
