"""A selection of facts → diagrams as Mermaid text: who adds a row finds it in the picture.

The text goes the way of every other diagram from here on; this module only says what is in it. A picture with more nodes
than a reader can take in becomes several.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from atlas.facts import Facts, Row, show
from atlas.selection import Selection, SelectionError
from atlas.wording import nearest

_NODES = 25
"""More nodes than this and a picture is split."""
_MODELS = 40
"""More names in its boxes than this and a picture is split, too."""
_FAN = 3
_CLOSE = '%%{init: {"flowchart": {"rankSpacing": 25, "nodeSpacing": 10}}}%%\n'
"""Boxes closer than usual: three beside each other must fit on a phone."""
_BARS = 25
"""So many of the highest bars are drawn; a new row must never break a page."""
_LINE = 10
"""Width of a line in a box: a Latin letter is 1, a Chinese one 2. Three such boxes fit side by side on a phone."""
_CHINESE = frozenset({"ascend", "kunlun", "mlu", "dcu", "musa", "maca", "supa", "gcu", "corex", "sdaa"})
_LAYER_CLASSES = {"compiler": "c1", "communication": "c3", "framework": "c5", "parallel": "c5", "tool": "c6"}
_IDLE = frozenset({"slow", "maintenance", "superseded", "archived"})
_TALL = 10
"""More names than this and a layer's box becomes two."""
_NUMBERS = "①②③④⑤⑥⑦⑧⑨"
_SIZE = re.compile(r"[\s-]*\b(?:\d+x)?[\d.]+[BMT]?(?:-A[\d.]+B)?$|[\s-]+(?:[\d.]+x)?[\d.]+[BT](?:-A[\d.]+B)?.*$|（.*）$")


@dataclass(frozen=True, slots=True)
class Picture:
    """A diagram's Mermaid text with its name and its description."""

    source: str
    title: str
    description: str


OPTIONS = ("chart", "desc", "column", "group")
"""What a chart's fence may say besides what chooses its rows."""


def draw_charts(selection: Selection, facts: Facts) -> tuple[Picture, ...]:
    """The pictures that a fence asks for.

    Raises:
        SelectionError: if there is no such chart, or no row has what it shows.
    """
    kind = selection.options.get("chart", "")
    if kind not in CHARTS:
        close = nearest(kind, CHARTS)
        hint = f"最接近的是 `{close}`" if close else f"写 `chart:` 和 {'、'.join(f'`{one}`' for one in CHARTS)} 之一"
        raise SelectionError(f"没有 `{kind}` 这种图", hint)
    wanted = CHARTS[kind].data
    if selection.schema.kind != wanted:
        raise SelectionError(
            f"`{kind}` 画的是 `{wanted}`，不是 `{selection.schema.kind}`", f"写 `data: {wanted}` 或删掉这一行"
        )
    return tuple(CHARTS[kind].draw(selection, facts))


def data_of(chart: str) -> str:
    """The kind of data that a chart shows; nothing if there is no such chart."""
    return CHARTS[chart].data if chart in CHARTS else ""


# Names in pictures


def short_name(row: Row, facts: Facts | None = None, maker: str = "") -> str:
    """A row's name without brackets and without its maker, whose box it stands in."""
    name = re.sub(r"（[^）]*）", "", row.name).strip()
    for word in ("Data Center GPU", "GeForce", "Instinct", *filter(None, [maker, maker.removeprefix("华为")])):
        if name.startswith(word) and len(name) > len(word):
            name = name[len(word) :].strip()
    return name


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _wrap(names: Iterable[str], width: int = _LINE) -> str:
    """Names in lines of a box; one that is too long has lines of its own, broken at its spaces."""
    lines: list[str] = []
    full = True
    for name in dict.fromkeys(names):
        if _width(name) > width:
            for number, part in enumerate(re.split(r" |(?<=-)(?=\w{4})", name)):
                joint = "" if number and lines[-1].endswith("-") else " "
                if number and _width(lines[-1] + joint + part) <= width:
                    lines[-1] += joint + part
                else:
                    lines.append(part)
            full = True
        elif not full and _width(f"{lines[-1]}、{name}") <= width:
            lines[-1] += f"、{name}"
        else:
            lines.append(name)
            full = False
    return "<br>".join(_quoted(line) for line in lines)


def _quoted(text: str) -> str:
    return text.replace('"', "“").replace("#", "＃")


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _named(kind: str, title: str, description: str, body: Iterable[str]) -> Picture:
    lines = [kind, f"  accTitle: {title}", f"  accDescr: {description}", *(f"  {line}" for line in body)]
    return Picture("\n".join(lines) + "\n", title, description)


# Devices: maker → family and models → software


@dataclass(slots=True)
class _Maker:
    word: str
    label: str
    families: dict[str, list[Row]]
    software: dict[str, list[str]] = field(default_factory=dict)

    @property
    def nodes(self) -> int:
        return 1 + len(self.families) + len(self.software)

    @property
    def models(self) -> int:
        return sum(len(rows) for rows in self.families.values())


def _device_map(selection: Selection, facts: Facts) -> Iterable[Picture]:
    labels = selection.schema.columns["maker"].choices
    makers = []
    for word, rows in _grouped(selection.rows, lambda row: row.text("maker")).items():
        maker = _Maker(word, labels.get(word, word), _grouped(rows, lambda row: row.text("family") or row.name))
        for family, members in maker.families.items():
            for software in dict.fromkeys(filter(None, (row.text("software") for row in members))):
                maker.software.setdefault(re.split("（", software)[0], []).append(family)
        makers.append(maker)
    parts = _split(makers, lambda maker: maker.nodes, lambda maker: maker.models)
    for part in parts:
        names = "、".join(maker.label for maker in part)
        title = selection.title if len(parts) == 1 else f"{selection.title}：{names}"
        count = sum(maker.models for maker in part)
        told = f"{len(part)} 家厂商的 {count} 个型号，按系列分组，箭头指向各自的软件栈：{names}"
        yield _named(
            _CLOSE + "flowchart LR", title, selection.options.get("desc") or told, _maker_lines(part, selection.links)
        )


def _split(items: Sequence[_Maker], nodes: Callable[[_Maker], int], names: Callable[[_Maker], int]) -> list[list[_Maker]]:
    """Items in as few pictures as fit, in order."""
    parts: list[list[_Maker]] = [[]]
    for item in items:
        total, told = sum(map(nodes, parts[-1])) + nodes(item), sum(map(names, parts[-1])) + names(item)
        if parts[-1] and (total > _NODES or told > _MODELS):
            parts.append([])
        parts[-1].append(item)
    return parts


def _maker_lines(makers: Sequence[_Maker], links: Mapping[str, str]) -> Iterable[str]:
    for number, maker in enumerate(makers):
        yield f'm{number}["{_wrap([maker.label], 8)}"]:::key'
        ids = {family: f"f{number}x{index}" for index, family in enumerate(maker.families)}
        boxes = [f'{ids[family]}["{_family_label(maker, family)}"]:::c1' for family in maker.families]
        boxed = len(boxes) > _FAN and len(maker.software) <= 1  # one arrow for all of them: a fan of arrows takes much room
        if boxed:
            yield from (f'subgraph g{number}[" "]', *(f"  {box}" for box in boxes), "end", f"m{number} --> g{number}")
        else:
            yield from (f"m{number} --> {box}" for box in boxes)
        for index, (software, families) in enumerate(maker.software.items()):
            words = _wrap(re.split(r"[、，\s]+", software), 8)
            yield f's{number}x{index}["{words}"]:::c5'
            starts = [f"g{number}"] if boxed else [ids[family] for family in families]
            yield from (f"{start} --> s{number}x{index}" for start in starts)
        if maker.word in links:
            yield f'click m{number} "{links[maker.word]}" "{_quoted(maker.label)}"'


def _family_label(maker: _Maker, family: str) -> str:
    """A family's name, unless its models say it, and its models."""
    own = family.removeprefix("昇腾 ") if maker.word == "huawei" else family
    names = [short_name(row, maker=maker.label) for row in maker.families[family]]
    said = own in names or all(name.startswith(own) for name in names)
    return _wrap(names) if said else f"{_wrap([own])}<br>{_wrap(names)}"


# Frameworks by layer


def _framework_map(selection: Selection, facts: Facts) -> Iterable[Picture]:
    """One frame a layer, the tools on top and the makers of devices at the bottom."""
    layers = selection.schema.columns["layer"].choices
    by_layer = _grouped(selection.rows, lambda row: row.text("layer"))
    boxes = {layer: list(_layer_boxes(by_layer[layer], layer)) for layer in layers if layer in by_layer}
    boxes = {"hardware": list(_maker_boxes(facts)), **boxes}
    lines: list[str] = []
    for number, layer in reversed(list(enumerate(boxes))):
        lines.append(f'subgraph L{number}["{_NUMBERS[number]} {layers[layer]}"]')
        lines += [f'  n{number}x{index}["{text}"]:::{style}' for index, (text, style) in enumerate(boxes[layer])]
        lines.append("end")
    lines.append(" --> ".join(f"L{number}" for number in reversed(range(len(boxes)))))
    for number, layer in enumerate(boxes):
        if layer in selection.links:
            lines.append(f'click n{number}x0 "{selection.links[layer]}" "{layers[layer]}"')
    counted = "、".join(f"{layers[layer]} {len(rows)} 个" for layer in layers if (rows := by_layer.get(layer)))
    told = f"{len(selection.rows)} 个项目叠在硬件之上，自下而上是{counted}"
    yield _named(_CLOSE + "flowchart TB", selection.title, selection.options.get("desc") or told, lines)


def _layer_boxes(rows: Sequence[Row], layer: str) -> Iterable[tuple[str, str]]:
    """Boxes of a layer: what is in use, what is for Chinese cards alone, what is hardly developed any more."""
    style = _LAYER_CLASSES.get(layer, "c2")
    idle = [row for row in rows if row.text("maintenance") in _IDLE]
    own = [row for row in rows if row not in idle and row.texts("backends") and _CHINESE.issuperset(row.texts("backends"))]
    rest = [row for row in rows if row not in idle and row not in own]
    # Three boxes beside each other are as many as a phone shows legibly.
    half = (len(rest) + 1) // 2 if len(rest) > _TALL and not (own and idle) else len(rest)
    for label, group, class_ in (
        ("", rest[:half], style),
        ("", rest[half:], style),
        ("国产卡：<br>", own, "good"),
        ("少更新：<br>", idle, "mute"),
    ):
        if group:
            yield label + _wrap(_project_name(row) for row in group), class_


def _project_name(row: Row) -> str:
    """The first of a project's names, the Chinese one if it has both."""
    name = short_name(row).split(" / ")[0]
    return re.sub(r"^([一-鿿]+) [A-Za-z]+$", r"\1", name)


def _maker_boxes(facts: Facts) -> Iterable[tuple[str, str]]:
    labels = facts["devices"].schema.columns["maker"].choices
    for chinese in (False, True):
        makers = dict.fromkeys(row.text("maker") for row in facts["devices"] if (row.text("country") == "cn") == chinese)
        names = [labels.get(maker, maker) for maker in makers]
        half = (len(names) + 1) // 2 if len(names) > _TALL else len(names)
        for part in (names[:half], names[half:]):
            if part:
                yield ("国产卡：<br>" if chinese else "") + _wrap(part), "good" if chinese else "c2"


# Time lines


def _model_timeline(selection: Selection, facts: Facts) -> Iterable[Picture]:
    yield from _timeline(selection, lambda row: _SIZE.sub("", re.sub(r"（.*?）", "", row.name)).strip(" -"))


def _device_timeline(selection: Selection, facts: Facts) -> Iterable[Picture]:
    yield from _timeline(selection, _bar_name)


def _timeline(selection: Selection, name: Callable[[Row], str]) -> Iterable[Picture]:
    """One period a year; in it what came from abroad, then what came from China."""
    years: dict[str, dict[bool, list[str]]] = {}
    for row in selection.rows:
        if day := row.text("released"):
            years.setdefault(day[:4], {}).setdefault(row.text("country") == "cn", []).append(name(row))
    if not years:
        raise SelectionError("选中的行都没有发布日期", "放宽 `where`，或先把日期写进数据")
    lines = []
    for year, groups in sorted(years.items()):
        boxes = ["、".join(dict.fromkeys(groups[chinese])) for chinese in (False, True) if chinese in groups]
        lines.append(f"{year} : " + " : ".join(_quoted(box).replace(":", "：") for box in boxes))
    first, last = min(years), max(years)
    told = f"{first} 到 {last} 年；每年先列国外的，再列中国的"
    yield _named("timeline", selection.title, selection.options.get("desc") or told, lines)


# Charts of numbers


def _bars(column: str) -> Callable[[Selection, Facts], Iterable[Picture]]:
    def draw(selection: Selection, facts: Facts) -> Iterable[Picture]:
        return _bar_chart(selection, selection.options.get("column") or column)

    return draw


def _bar_chart(selection: Selection, name: str) -> Iterable[Picture]:
    column = selection.schema.columns.get(name)
    if column is None:
        close = nearest(name, selection.schema.columns)
        raise SelectionError(f"没有 `{name}` 这一列", f"最接近的列是 `{close}`" if close else "写数据里有的列")
    rows = [row for row in selection.rows if row.number(name) is not None]
    if not rows:
        raise SelectionError(f"选中的行都没有“{column.label}”", "放宽 `where`，或换一列")
    rows = sorted(rows, key=lambda row: -(row.number(name) or 0))[:_BARS]
    scale, unit = (1e9, "十亿") if (rows[0].number(name) or 0) >= 1e10 else (1.0, column.unit_label)
    values = [float(f"{(row.number(name) or 0) / scale:.6g}") for row in rows]
    names = ", ".join(f'"{_quoted(_bar_name(row))}"' for row in rows)
    told = f"{_bar_name(rows[0])} 最高，{show(values[0])} {unit}；{_bar_name(rows[-1])} 最低，{show(values[-1])} {unit}"
    body = [
        f"x-axis [{names}]",
        f'y-axis "{column.label}（{unit}）" 0 --> {math.ceil(max(values) * 1.05)}',
        f"bar [{', '.join(map(show, values))}]",
    ]
    yield _named("xychart-beta horizontal", selection.title, selection.options.get("desc") or told, body)


def _bar_name(row: Row) -> str:
    return re.sub(r"（[^）]*）", "", row.name).replace("Instinct ", "").replace("GeForce ", "").strip()


def _quadrant(selection: Selection, facts: Facts) -> Iterable[Picture]:
    """Dense 16-bit compute over memory bandwidth, both on a logarithmic scale."""
    points = {}
    for row in selection.rows:
        compute = row.number("bf16_dense") or row.number("fp16_dense")
        if compute and (bandwidth := row.number("bandwidth")):
            points[_bar_name(row).removeprefix("昇腾 ")] = (bandwidth, compute)
    if len(points) < 2:
        raise SelectionError("选中的行里，既有带宽又有算力的不到两个", "放宽 `where`")
    (x0, x1), (y0, y1) = (_decade(points.values(), axis) for axis in (0, 1))
    body = [
        f'x-axis "带宽低 {x0:g}" --> "高 {x1:g} GB/s"',
        f'y-axis "算力低 {y0:g}" --> "高 {y1:g} TFLOP/s"',
        "quadrant-1 都偏高",
        "quadrant-2 偏算力",
        "quadrant-3 都偏低",
        "quadrant-4 偏带宽",
    ]
    for name, (bandwidth, compute) in points.items():
        x, y = _logarithmic(bandwidth, x0, x1), _logarithmic(compute, y0, y1)
        body.append(f'"{_quoted(name)}": [{x:.3f}, {y:.3f}]')
    told = f"{len(points)} 个型号，两轴取对数，越靠右带宽越高，越靠上稠密 16 位算力越高"
    yield _named("quadrantChart", selection.title, selection.options.get("desc") or told, body)


def _decade(points: Iterable[tuple[float, float]], axis: int) -> tuple[float, float]:
    """Round limits of a logarithmic axis: one or two digits, a little outside of all values."""
    values = [point[axis] for point in points]
    low, high = min(values) / 1.3, max(values) * 1.3
    down, up = 10 ** math.floor(math.log10(low)), 10 ** math.floor(math.log10(high))
    return math.floor(low / down) * down, math.ceil(high / up) * up


def _logarithmic(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low)


@dataclass(frozen=True, slots=True)
class Chart:
    """A kind of picture and the kind of data that it shows."""

    data: str
    draw: Callable[[Selection, Facts], Iterable[Picture]]


CHARTS: Mapping[str, Chart] = {
    "device-map": Chart("devices", _device_map),
    "device-timeline": Chart("devices", _device_timeline),
    "compute-bandwidth": Chart("devices", _quadrant),
    "bandwidth": Chart("devices", _bars("bandwidth")),
    "compute": Chart("devices", _bars("bf16_dense")),
    "framework-map": Chart("frameworks", _framework_map),
    "model-timeline": Chart("models", _model_timeline),
    "parameters": Chart("models", _bars("params_total")),
}
"""Every chart, by the word in the fence."""
