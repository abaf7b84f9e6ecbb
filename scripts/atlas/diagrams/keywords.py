"""The words of Mermaid 12.1: what a diagram's first line may say, and which statements each kind knows."""

from __future__ import annotations

import difflib
import re

HEADERS = {
    "graph": "flowchart", "flowchart": "flowchart", "flowchart-elk": "flowchart", "sequenceDiagram": "sequence",
    "classDiagram": "class", "classDiagram-v2": "class", "stateDiagram": "state", "stateDiagram-v2": "state",
    "erDiagram": "er", "gantt": "gantt", "pie": "pie", "mindmap": "mindmap", "timeline": "timeline", "journey": "journey",
    "gitGraph": "gitGraph", "quadrantChart": "quadrant", "requirementDiagram": "requirement", "requirement": "requirement",
    "C4Context": "c4", "C4Container": "c4", "C4Component": "c4", "C4Dynamic": "c4", "C4Deployment": "c4",
    "sankey": "sankey", "sankey-beta": "sankey", "xychart": "xychart", "xychart-beta": "xychart", "block": "block",
    "block-beta": "block", "packet": "packet", "packet-beta": "packet", "kanban": "kanban",
    "architecture-beta": "architecture", "architecture": "architecture", "radar-beta": "radar", "treemap": "treemap",
    "treemap-beta": "treemap", "venn-beta": "venn", "ishikawa": "ishikawa", "ishikawa-beta": "ishikawa",
    "treeView-beta": "treeView", "eventmodeling": "eventmodeling", "wardley-beta": "wardley", "usecase-beta": "usecase",
    "swimlane-beta": "swimlane", "agentflow-beta": "agentflow", "cynefin-beta": "cynefin", "railroad-beta": "railroad",
    "railroad-ebnf-beta": "railroad", "railroad-abnf-beta": "railroad", "railroad-peg-beta": "railroad", "info": "info",
}  # fmt: skip
"""First word of a diagram → its kind, as the modules of this package name it."""

CHINESE_HEADERS = {
    "流程图": "flowchart", "图": "flowchart", "时序图": "sequenceDiagram", "序列图": "sequenceDiagram",
    "类图": "classDiagram",
    "状态图": "stateDiagram-v2",
    "实体关系图": "erDiagram", "甘特图": "gantt", "饼图": "pie", "思维导图": "mindmap",
    "时间线": "timeline", "看板": "kanban", "桑基图": "sankey", "象限图": "quadrantChart",
    "框图": "block", "泳道图": "swimlane-beta",
}  # fmt: skip

_FLOW = "subgraph end direction style classDef class click linkStyle accTitle accDescr"
STATEMENTS = {
    "flowchart": _FLOW, "swimlane": _FLOW,
    "agentflow": "flow global connector end style classDef class linkStyle accTitle accDescr",
    "sequence": "participant actor create destroy activate deactivate autonumber loop alt else opt par and critical option "
    "break rect box end Note note title accTitle accDescr link links properties details over left right",
    "class": "class namespace direction note link click callback style classDef cssClass accTitle accDescr",
    "state": "state note direction style classDef class click scale hide end accTitle accDescr",
    "er": "direction style classDef class title accTitle accDescr",
    "gantt": "dateFormat axisFormat tickInterval excludes includes todayMarker inclusiveEndDates "
    "weekday weekend section title "
    "click accTitle accDescr",
    "pie": "showData title accTitle accDescr",
    "journey": "title section accTitle accDescr", "timeline": "title section accTitle accDescr",
    "gitGraph": "commit branch checkout switch merge cherry-pick id tag type order parent accTitle accDescr",
    "quadrant": "title x-axis y-axis quadrant-1 quadrant-2 quadrant-3 quadrant-4 classDef accTitle accDescr",
    "requirement": "requirement functionalRequirement interfaceRequirement performanceRequirement physicalRequirement "
    "designConstraint element id text risk verifymethod type docref low medium high analysis demonstration inspection test "
    "contains copies derives satisfies verifies refines traces direction style classDef class accTitle accDescr",
    "c4": "title Person Person_Ext System SystemDb SystemQueue System_Ext SystemDb_Ext "
    "SystemQueue_Ext Container ContainerDb "
    "ContainerQueue Container_Ext Component ComponentDb ComponentQueue Component_Ext Boundary "
    "Enterprise_Boundary System_Boundary "
    "Container_Boundary Deployment_Node Node Node_L Node_R Rel BiRel Rel_U Rel_D Rel_L Rel_R Rel_Up Rel_Down Rel_Left "
    "Rel_Right Rel_Back RelIndex UpdateElementStyle UpdateRelStyle UpdateLayoutConfig accTitle accDescr",
    "xychart": "title x-axis y-axis bar line accTitle accDescr",
    "block": "columns block space end style classDef class",
    "packet": "title accTitle accDescr",
    "architecture": "title group service junction in accTitle accDescr",
    "radar": "title axis curve max min ticks graticule showLegend polygon circle true false accTitle accDescr",
    "treemap": "title classDef accTitle accDescr", "venn": "title set union text style",
    "eventmodeling": "timeframe tf resetframe rf ui command cmd event evt readmodel rmo processor pcr data note",
    "wardley": "title size anchor component evolution evolve pipeline note annotations annotation accelerator deaccelerator "
    "label inertia build buy outsource market accTitle accDescr",
    "usecase": "actor systemBoundary end note for direction class classDef style json accTitle accDescr",
    "cynefin": "title complex complicated clear chaotic confusion accTitle accDescr",
    "railroad": "title terminal nonterminal sequence choice optional zeroOrMore oneOrMore special accTitle accDescr",
}  # fmt: skip
"""Kind → the words with which its statements begin or which stand at fixed places in them."""

DIRECTIONS = ("TB", "TD", "BT", "RL", "LR")


def kind_of(text: str) -> str:
    """The kind of a stripped text, by its first word; empty if no word of Mermaid's."""
    first = re.match(r"\s*([\w-]+)", text)
    return HEADERS.get(first[1], "") if first else ""


def nearest(word: str, words: tuple[str, ...], cutoff: float = 0.7) -> str:
    """The word that the author most likely meant, or nothing."""
    lower = {one.lower(): one for one in reversed(words)}
    close = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=cutoff)
    return lower[close[0]] if close else ""
