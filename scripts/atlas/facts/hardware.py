"""The schemas of devices and interconnects.

All rates of a device are for what ``per`` says (mostly one package), dense unless the column says sparse; bandwidths of
links are both directions added unless the column says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from atlas.facts.columns import Column, choice, count, date, number, several, text
from atlas.facts.schemas import Relation, Schema, named

MAKERS = {
    "nvidia": "NVIDIA",
    "amd": "AMD",
    "intel": "Intel",
    "google": "Google",
    "aws": "AWS",
    "microsoft": "Microsoft",
    "meta": "Meta",
    "apple": "Apple",
    "cerebras": "Cerebras",
    "groq": "Groq",
    "sambanova": "SambaNova",
    "graphcore": "Graphcore",
    "huawei": "华为昇腾",
    "kunlunxin": "昆仑芯",
    "cambricon": "寒武纪",
    "hygon": "海光",
    "moore-threads": "摩尔线程",
    "metax": "沐曦",
    "biren": "壁仞",
    "enflame": "燧原",
    "iluvatar": "天数智芯",
    "t-head": "平头哥",
}
COUNTRIES = {"us": "美国", "cn": "中国", "uk": "英国"}
STATUS = {"shipping": "在售", "announced": "已发布未上市", "restricted": "受出口管制停售", "discontinued": "已停产"}
MEMORY_TYPES = {
    name.lower().replace("/", "-").replace(".", "-"): name
    for name in (
        "HBM", "HBM2", "HBM2e", "HBM3", "HBM3e", "HBM4", "HiBL1.0", "HiZQ2.0",
        "GDDR6", "GDDR6X", "GDDR7", "LPDDR5", "LPDDR5X", "SRAM",
    )
} | {"unified": "统一内存"}  # fmt: skip

_TERA = 1_000_000.0
"""A million TFLOP/s: above any package or wafer announced so far."""


def _rates() -> Mapping[str, Column]:
    """A dense and a sparse column for each data type of the matrix units."""
    rates = {}
    for name in ("tf32", "bf16", "fp16", "fp8", "fp6", "fp4", "int8"):
        unit = "TOP/s" if name == "int8" else "TFLOP/s"
        rates[f"{name}_dense"] = number(f"{name.upper()} 稠密", unit, 1, _TERA)
        rates[f"{name}_sparse"] = number(f"{name.upper()} 稀疏", unit, 1, _TERA, remark="结构化稀疏下的宣传值")
    return rates


DEVICES = Schema(
    "devices",
    "训练与推理设备",
    named(
        {
            "name": text("型号", required=True),
            "maker": choice("厂商", MAKERS, required=True),
            "country": choice("国家", COUNTRIES, required=True),
            "family": text("系列", remark="架构或代，如 Hopper、CDNA 3、昇腾 910"),
            "status": choice("状态", STATUS, claim=True),
            "released": date("发布", remark="发布或上市；计划中的另写 status: announced"),
            "per": choice(
                "计量单位",
                {"package": "封装", "chip": "芯片", "board": "板卡", "card": "板卡", "socket": "插座", "wafer": "晶圆"},
                required=True,
                remark="表里的数字按什么算",
            ),
            "devices_seen": count("软件看到的设备数", high=16, remark="一个封装在 PyTorch 里是几个设备"),
            "form": text("形态", remark="SXM5、OAM、PCIe……"),
            "process": text("工艺", claim=True),
            "transistors": number("晶体管", "transistors", 1e9, 1e13),
            "die_area": number("裸片面积", "mm²", 50, 50_000),
            "memory": number("显存", "GB", 0.1, 2000, remark="厂商标签；系统可用与标称不同时写进 memory_usable"),
            "memory_usable": number("系统可用显存", "GB", 0.1, 2000),
            "memory_type": choice("显存介质", MEMORY_TYPES, claim=True),
            "bandwidth": number("显存带宽", "GB/s", 50, 50_000),
            "sram": number("片上 SRAM", "MB", 1, 100_000),
            "sram_bandwidth": number("片上带宽", "GB/s", 1000, 50_000_000),
            "fp64": number("FP64", "TFLOP/s", 0.01, 1000),
            "fp32": number("FP32", "TFLOP/s", 0.1, 10_000, remark="向量单元，不是 TF32"),
            **_rates(),
            "fp16_fast_dense": number("FP16 稠密（FP16 累加）", "TFLOP/s", 1, _TERA, remark="GeForce 的第二种速率"),
            "bf16_with_vector": number("BF16 稠密（矩阵加向量）", "TFLOP/s", 1, _TERA, remark="昇腾的合计口径"),
            "fp8_with_vector": number("FP8 稠密（矩阵加向量）", "TFLOP/s", 1, _TERA),
            "bf16_measured": number("BF16 实测", "TFLOP/s", 1, _TERA, remark="大矩阵乘实测"),
            "fp16_measured": number("FP16 实测", "TFLOP/s", 1, _TERA),
            "bandwidth_measured": number("带宽实测", "GB/s", 10, 50_000),
            "tdp": number("功耗", "W", 5, 30_000, remark="TDP、TBP 等厂商功耗规格"),
            "power_measured": number("功耗实测", "W", 5, 30_000),
            "link_name": text("互联", claim=True),
            "link_uni": number("互联单向", "GB/s", 1, 10_000),
            "link_bandwidth": number("互联双向合计", "GB/s", 1, 10_000),
            "link_undeclared": number("互联（方向未声明）", "GB/s", 1, 10_000, remark="厂商没说单向还是双向"),
            "scale_up_domain": count("互联域", "cards", 1, 20_000, remark="一个高速互联域里最多几张卡"),
            "host_link": text("主机接口", claim=True),
            "software": text("软件栈", claim=True),
            "frameworks": several("框架接入", claim=True),
            "collectives": text("集合通信库", claim=True),
            "export_note": text("出口与供应说明", claim=True),
        }
    ),
    shelf_life=6,
    relations=(
        *(
            Relation(f"{kind}_dense", "<=", f"{kind}_sparse", "稀疏值不会比稠密值小，两个数可能写反了")
            for kind in ("tf32", "bf16", "fp16", "fp8", "fp6", "fp4", "int8")
        ),
        Relation("bf16_dense", "<=", "bf16_with_vector", "加上向量单元不会变小"),
        Relation("fp8_dense", "<=", "fp8_with_vector", "加上向量单元不会变小"),
        Relation("link_uni * 2", "==", "link_bandwidth", "双向合计应是单向的两倍", tolerance=0.03),
        Relation("memory_usable", "<=", "memory", "可用的显存不会比标称的多"),
        Relation("bandwidth_measured", "<=", "bandwidth", "实测带宽不会超过理论峰值"),
    ),
)

INTERCONNECTS = Schema(
    "interconnects",
    "互联",
    named(
        {
            "name": text("名称", required=True),
            "scope": choice(
                "范围",
                {"scale-up": "节点内（scale-up）", "scale-out": "节点间（scale-out）", "host": "主机接口"},
                required=True,
            ),
            "maker": text("厂商"),
            "generation": text("代"),
            "released": date("发布"),
            "per_lane": number("每通道单向", "GB/s", 0.1, 1000),
            "lanes": count("通道数", high=10_000, remark="每端口或每设备的通道总数，与 bandwidth_uni 对应"),
            "lane_rate": number("每通道信号速率", "Gb/s", 1, 2000),
            "bandwidth_uni": number("单向", "GB/s", 0.5, 10_000, remark="每设备或每端口合计"),
            "bandwidth_bi": number("双向合计", "GB/s", 1, 20_000),
            "per_peer": number("每对设备单向", "GB/s", 0.5, 10_000, remark="点对点只走一条链路时"),
            "port_rate": number("端口速率", "Gb/s", 1, 10_000, remark="网络：100、200、400、800"),
            "max_domain": count("最大域", "cards", 2, 1_000_000),
            "topology": text("拓扑", claim=True),
            "used_by": several("用于", claim=True, remark="设备的键或名字"),
            "measured_busbw": number("实测总线带宽", "GB/s", 0.5, 20_000, remark="nccl-tests 的 busbw，与单向比"),
        }
    ),
    shelf_life=12,
    relations=(
        Relation("bandwidth_uni * 2", "==", "bandwidth_bi", "双向合计应是单向的两倍", tolerance=0.03),
        Relation("per_lane * lanes", "==", "bandwidth_uni", "每通道乘通道数应是单向合计", tolerance=0.06),
    ),
)
