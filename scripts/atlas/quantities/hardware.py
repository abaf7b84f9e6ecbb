"""What a chip, a number format, a network and a machine room amount to, from the few numbers their makers print."""

from __future__ import annotations

from atlas.quantities.registry import formula

_BOOK = ("gh-stas00-ml-engineering",)
_PLANES = ("arxiv-2505.09343", "eeumee-mpft-2025")


@formula("峰值算力", unit="FLOP/s", tex="2\\,n\\,m\\,f", sources=_BOOK)
def peak_flops(units: float, fused: float, clock: float) -> float:
    """FLOP/s of ``units`` matrix units that each do ``fused`` multiply-adds (two operations) a cycle at ``clock`` Hz."""
    return 2 * units * fused * clock


@formula("每摞 HBM 的带宽", unit="GB/s", tex="\\frac{w\\,r}{8}", sources=_BOOK)
def stack_bandwidth(pins: float, rate: float) -> float:
    """GB/s of one stack (or a whole bus) of ``pins`` data lines at ``rate`` Gb/s each."""
    return pins * rate / 8


@formula("浮点格式的最大值", unit="", tex="(2-(1+r)2^{-m})\\,2^{e}", sources=("arxiv-2209.05433",))
def float_maximum(top_exponent: float, mantissa: float, reserved: float = 0) -> float:
    """Largest number of ``mantissa`` bits at exponent ``top_exponent``, its ``reserved`` highest mantissas being NaN."""
    return float((2 - (1 + reserved) * 2.0**-mantissa) * 2.0**top_exponent)


@formula("舍入的相对误差上限", unit="%", tex="100\\cdot 2^{-(m+1)}", sources=("arxiv-2209.05433",))
def rounding_error(mantissa: float) -> float:
    """Per cent by which rounding to ``mantissa`` stored bits moves a normal number at most."""
    return float(100 * 2.0 ** -(mantissa + 1))


@formula("块缩放后每个数的位数", unit="", tex="b + s/k", sources=("fprox-ocp-mx-2024",))
def block_bits(bits: float, scale_bits: float, block: float) -> float:
    """Bits a number takes when ``block`` numbers of ``bits`` bits share one scale of ``scale_bits`` bits."""
    return bits + scale_bits / block


@formula("解码时注意力的强度", unit="FLOP/B", tex="\\frac{2 n_q}{w\\,n_{kv}}", sources=("arxiv-2305.13245",))
def decode_attention_intensity(heads: float, kv_heads: float, width: float = 2) -> float:
    """FLOPs per byte of cached keys and values read for one new token (MHA, GQA, MQA); batching does not change it."""
    return 2 * heads / (width * kv_heads)


@formula("胖树能接的端口", unit="", tex="2(k/2)^{L}", sources=_PLANES)
def fat_tree_endpoints(ports: float, tiers: float) -> float:
    """Endpoints of a non-blocking fat tree of ``tiers`` tiers of switches with ``ports`` ports each."""
    return float(2 * (ports / 2) ** tiers)


@formula("胖树要的交换机", unit="", tex="(2L-1)(k/2)^{L-1}", sources=_PLANES)
def fat_tree_switches(ports: float, tiers: float) -> float:
    """Switches of that full fat tree."""
    return float((2 * tiers - 1) * (ports / 2) ** (tiers - 1))


@formula("多久坏一次", unit="hours", tex="M/n", sources=("arxiv-2410.21680",))
def hours_between_failures(card_hours: float, cards: float) -> float:
    """Hours between failures of a job on ``cards`` cards, if one card fails once in ``card_hours`` hours."""
    return card_hours / cards


@formula("一年的用电", unit="", tex="8760\\,P\\cdot\\mathrm{PUE}", sources=("thefreesheet-pue-2026",))
def yearly_kilowatt_hours(kilowatts: float, pue: float, load: float = 1) -> float:
    """Kilowatt-hours a year of ``kilowatts`` of IT load, used to the share ``load`` (0–1), with the building's overhead."""
    return 8760 * kilowatts * load * pue
