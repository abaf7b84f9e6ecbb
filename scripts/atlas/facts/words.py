"""The schemas of what pages cite and explain: sources and terms. Their rows are the evidence and the words themselves."""

from __future__ import annotations

from atlas.facts.columns import address, choice, date, several, text
from atlas.facts.schemas import Schema, named

KINDS = {
    "paper": "论文",
    "vendor": "厂商资料",
    "config": "公开配置",
    "code": "源代码",
    "docs": "文档",
    "news": "报道",
    "secondary": "二手整理",
    "law": "法规",
    "book": "书",
}
"""What a source is."""

TOPICS = {name: name for name in ("硬件", "架构", "分布式", "训练", "微调", "评估", "部署", "应用")}

SOURCES = Schema(
    "sources",
    "来源",
    named(
        {
            "title": text("标题", required=True),
            "by": text("作者或发布者", required=True),
            "year": date("年份", claim=False, required=True),
            "url": address("地址", required=True),
            "kind": choice("类别", KINDS, required=True),
            "read": date("读取日期", claim=False, required=True),
            "note": text("说明"),
        }
    ),
    dated=False,
    rule="source-invalid",
    unique="",
    key_pattern=r"[A-Za-z0-9][\w.:-]*",
)

GLOSSARY = Schema(
    "glossary",
    "术语",
    named(
        {
            "topic": choice("主题", TOPICS, required=True),
            "zh": text("中文", required=True),
            "en": text("英文", required=True),
            "abbr": text("缩写"),
            "short": text("一句话定义", required=True),
            "also": several("别名"),
            "avoid": several("不用的译法"),
            "see": text("讲得最细的一节"),
        }
    ),
    dated=False,
    unique="zh",
)

CHANGES = Schema(
    "changes",
    "更正",
    named(
        {
            "name": text("更正了什么", required=True),
            "date": date("日期", claim=False, required=True),
            "pages": several("在哪些页"),
            "was": text("原来写的", required=True),
            "now": text("现在写的", required=True),
            "why": text("为什么"),
            "sources": several("来源"),
        }
    ),
    dated=False,
)

LICENCES = Schema(
    "licences",
    "随站发布的软件",
    named(
        {
            "name": text("名称", required=True),
            "what": text("用在哪里", required=True),
            "licence": text("许可", required=True, remark="SPDX 的写法"),
            "holder": text("版权", required=True),
            "url": address("网址", required=True),
            "package": text("从哪个包来", remark="pypi:名字 或 npm:名字；空着是别的包里带的"),
            "text": several("许可全文", remark="包里的文件，如 pypi:名字:LICENSE"),
            "files": several("网站里的文件", remark="通配符；空着是写进页面里的"),
        }
    ),
    dated=False,
)
