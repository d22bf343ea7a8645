"""Parameters of laws and rules (terms, fines, frequencies), and numbers that tell which one, not how much."""

import pytest

from analyzer.pipeline.figures import find_quantities


def quotes(text):
    return [text[quantity.start:quantity.end] for quantity in find_quantities(text) if quantity.reason is None]


@pytest.mark.parametrize(("text", "expected"), [
    ("新录用人员试用期为一年。", ["一年"]),
    ("主管部门自本规则施行之日起一年内定出细则。", ["一年"]),
    ("领导人员离职三年内，其他人员离职两年内，不得任职。", ["三年", "两年"]),
    ("自领取许可证之日起满二年，或者投入生产满一年的。", ["二年", "一年"]),
    ("须在一个月内用书面告诉本人结果。", ["一个月"]),
    ("在有效期届满的30天前提出申请。", ["30天"]),
    ("五年内不受理其申请。", ["五年"]),
    ("分别在三个工作日、六个工作日、九个工作日内答复。", ["三个工作日", "六个工作日", "九个工作日"]),
    ("处三万元以上八万元以下罚款。", ["三万元", "八万元"]),
    ("并处所得款项二倍以上四倍以下的罚款。", ["二倍", "四倍"]),
    ("对不足部分每吨处以十元的罚款。", ["十元"]),
    ("每年至少组织一次健康检查，每三个月开展两次活动。", ["一次", "两次"]),
    ("禁止在岸线一公里范围内新建项目。", ["一公里"]),
])
def test_what_binds_is_a_figure(text, expected):
    assert quotes(text) == expected


@pytest.mark.parametrize(("text", "reason"), [
    ("实施三年行动计划，经过两年努力。", "a span"),
    ("一年内新增企业，每年一次性发放补贴，不得一次审批两次收费。", "a window, at one stroke"),
    ("材料一式两份。", "copies"),
    ("地址：人民路3栋2层，12号楼5单元。", "an address"),
    ("建设10.5代线，推进28纳米（nm）工艺。", "a generation, a process"),
    ("根据1%人口抽样调查结果。", "a survey's name"),
    ("位于北纬30度。", "a coordinate"),
    ("改造320国道。", "a road's number"),
    ("一方不照办的，另一方可以申请；亿元以上项目；十万元以下企业。", "classes and articles"),
])
def test_what_tells_which_one_is_none(text, reason):
    assert quotes(text) == [], reason
