"""Why a number is no figure, in words; the rules give their reasons English names."""

from __future__ import annotations

from analyzer.ui.language import language

_CHINESE = {
    "date": "日期", "time": "时间", "title": "名称、书名号内", "quoted name": "引号内的名称", "web address": "网址",
    "part of a name": "名称的一部分", "code": "编号", "model name": "型号", "reference number": "文号、条款号",
    "list number": "序号", "ordinal": "序数", "class": "等级或门槛", "base of a rate": "比率的基数", "streak": "持续时间",
    "duration": "时长", "age class": "年龄段", "word": "词语，不是计数", "article": "冠词“一”", "row number": "行号",
    "name": "名称", "idiom": "习语", "heading": "标题编号", "furniture": "页眉页脚",
    "lone number": "孤立的数字", "no unit": "没有单位", "ratio name": "比例式名称", "address": "地址、坐标", "copies": "一式几份",
}  # fmt: skip


def reason_name(reason: str) -> str:
    return reason if language() == "en" else _CHINESE.get(reason, reason)
