"""Tables in plain text: one cell a line, tab-separated, comma-separated; rebuilt whole or not at all."""

from __future__ import annotations

import pytest

from analyzer.ingest import text_to_document
from analyzer.ingest.flat_numbered import find_numbered
from analyzer.ingest.tables import rows_of

BODY = "坚持以人民为中心的发展思想，统筹发展和安全，推动各项工作取得新的成效，让人民群众共享改革发展的成果。"
INDICATORS = "序号\n指　　标\n2025年\n属性\n1\n城镇化率\n72.5%\n预期性\n2\n森林覆盖率\n≥42%\n约束性\n3\n单位能耗\n下降15%\n约束性\n"


def tables(text: str) -> list[list[list[str]]]:
    document = text_to_document(text)
    return [rows_of(document, block) for block in document.blocks if block.kind == "table"]


def test_numbered_rows():
    (table,) = tables(f"主要指标\n{INDICATORS}{BODY}\n")
    assert table[0] == ["序号", "指　　标", "2025年", "属性"]
    assert table[3] == ["3", "单位能耗", "下降15%", "约束性"]


def test_offsets_are_those_of_the_text():
    text = f"一、目标\n{BODY}\n{INDICATORS}"
    document = text_to_document(text)
    block = next(b for b in document.blocks if b.kind == "table")
    assert [text[c.start:c.end] for c in block.cells[:4]] == ["序号", "指　　标", "2025年", "属性"]
    assert [c.header for c in block.cells[:5]] == [True] * 4 + [False]


def test_a_groups_name_spans_the_row():
    text = "序号\n任务\n牵头单位\n一、改造\n1\n改造小区\n市住建局\n2\n改造管网\n市水务局\n二、建设\n3\n建设公园\n市城管局\n"
    assert tables(text)[0] == [["序号", "任务", "牵头单位"], ["一、改造"] * 3, ["1", "改造小区", "市住建局"], ["2", "改造管网", "市水务局"],
                               ["二、建设"] * 3, ["3", "建设公园", "市城管局"]]


def test_a_head_repeated_on_the_next_page_is_left_out():
    row = "{0}\n任务{0}\n市住建局\n"
    head = "序号\n任务\n牵头单位\n"
    found = tables(head + row.format(1) + row.format(2) + head + row.format(3))
    assert [r[0] for r in found[0]] == ["序号", "1", "2", "3"]


def test_heads_of_any_words_reach_down_to_the_first_number():
    text = "序号\n项目名称\n地点\n建设内容\n联系电话\n1\n甲园区\n南城\n厂房三栋\n123456\n2\n乙园区\n北城\n厂房两栋\n654321\n"
    assert tables(text)[0][0] == ["序号", "项目名称", "地点", "建设内容", "联系电话"]


def test_a_broken_head_closes_up():
    text = "序号\n指标\n基数\n（2018年）\n目标值\n（2021年）\n1\n营业收入（亿元）\n132\n230\n2\n机器人数量（台）\n1208\n2560\n"
    document = text_to_document(text)
    (block,) = [b for b in document.blocks if b.kind == "table"]
    assert [c.header for c in block.cells[:4]] == [True] * 4
    assert rows_of(document, block)[0] == ["序号", "指标", "基数\n（2018年）", "目标值\n（2021年）"]


def test_pages_before_an_irregular_row_are_taken():
    head = "序号\n任务\n牵头单位\n"
    row = "{0}\n任务{0}\n市住建局\n"
    found = tables(head + row.format(1) + row.format(2) + head + row.format(3) + "4\n任务4\n5\n任务5\n市住建局\n" + BODY)
    assert [[r[0] for r in rows] for rows in found] == [["序号", "1", "2"]]


def test_groups_of_rows_without_numbers():
    text = "指标\n2020年\n2025年\n总体水平\n数字经济占比（%）\n30\n35\n产业发展\n软件收入（亿元）\n500\n800\n"
    assert tables(text)[0] == [["指标", "2020年", "2025年"], ["总体水平"] * 3, ["数字经济占比（%）", "30", "35"], ["产业发展"] * 3,
                               ["软件收入（亿元）", "500", "800"]]


def test_rows_without_numbers_are_told_by_their_columns():
    text = "指标\n单位\n2020年\n2025年\n城镇化率\n%\n64\n70\n常住人口\n万人\n820\n850\n" + BODY
    assert tables(text) == [[["指标", "单位", "2020年", "2025年"], ["城镇化率", "%", "64", "70"], ["常住人口", "万人", "820", "850"]]]


@pytest.mark.parametrize("text", [
    "序号\n任务\n牵头单位\n1\n改造小区\n市住建局\n2\n改造管网\n3\n建设公园\n市城管局\n",  # a merged cell: nothing is sure
    "序号\n任务\n1\n改造小区\n",  # one row
    "任务\n牵头单位\n配合单位\n改造小区\n市住建局\n市财政局\n",  # no numbers and no column that tells rows
    "一、任务\n1.改造小区。\n2.建设公园。\n",
])
def test_left_as_lines(text):
    assert tables(text) == []


def test_tab_separated_lines():
    text = f"{BODY}\n序号\t任务\t牵头单位\n1\t改造小区\t市住建局\n2\t建设公园\t市城管局\n{BODY}\n"
    assert tables(text) == [[["序号", "任务", "牵头单位"], ["1", "改造小区", "市住建局"], ["2", "建设公园", "市城管局"]]]


def test_comma_separated_values():
    text = '指标,2025年,备注\n城镇化率,72.5%,"目标，""预期性"""\n森林覆盖率,42%,\n'
    document = text_to_document(text)
    assert document.format == "csv"
    assert rows_of(document, document.blocks[0])[1] == ["城镇化率", "72.5%", '目标，""预期性""']


def test_prose_with_commas_is_no_table():
    assert text_to_document("a, b, c.\nd, e, f and g, h.\n").format == "txt"


def test_heads_on_two_levels_and_a_table_that_stays_lines():
    lines = ["序号", "地区", "合计（处）", "甲类", "乙类", "泵站（处）", "资金（万元）", "泵站（处）", "资金（万元）",
             "1", "河东县", "90", "40", "80", "50", "60", "2", "河西县", "70", "30", "50", "40", "45"]
    found = find_numbered(lines, 0)
    assert found and found.each == 2 and [len(row) for row in found.rows] == [7, 7]
    document = text_to_document("\n".join(lines))
    (table,) = [block for block in document.blocks if block.kind == "table"]
    heads = {document.text[c.start:c.end]: (c.row, c.column, c.row_span, c.column_span) for c in table.cells if c.header and c.column < 4}
    assert heads["地区"] == (0, 1, 2, 1) and heads["甲类"] == (0, 3, 1, 2) and heads["泵站（处）"] == (1, 3, 1, 1)
    irregular = ["序号", "领域", "重点任务", "目标值", "牵头单位", "配合单位", "1", "水利", "泵站改造", "6座", "水利局", "财政局", "2", "灌区改造", "3处"]
    assert not [block for block in text_to_document("\n".join(irregular)).blocks if block.kind == "table"]


def test_two_columns():
    text = f"{BODY}\n指标名称\n2025年目标值\n城镇化率\n72.5%\n森林覆盖率\n≥42%\n新建公园\n120个\n一、内容\n{BODY}\n"
    assert tables(text) == [[["指标名称", "2025年目标值"], ["城镇化率", "72.5%"], ["森林覆盖率", "≥42%"], ["新建公园", "120个"]]]


def test_a_column_in_front_is_merged_over_rows_without_numbers():
    text = "类别\n指标\n2025年目标值\n属性\n创新\n研发强度（%）\n3.0\n预期性\n发明专利（件）\n12\n预期性\n绿色\n森林覆盖率（%）\n42\n约束性\n"
    document = text_to_document(text)
    (block,) = [b for b in document.blocks if b.kind == "table"]
    assert [row[0] for row in rows_of(document, block)] == ["类别", "创新", "创新", "绿色"]
    assert [(c.row, c.row_span) for c in block.cells if c.row_span > 1] == [(1, 2)]


UNEVEN = ["序号", "主要任务", "工作内容", "分管领导", "牵头单位", "配合单位", "一、平台建设",
          "1", "完善政务云", "建设统一的政务云平台，扩大接入范围。", "王某某", "市数据局", "各区人民政府",
          "2", "完善公共", "数据库", "归集部门数据，形成基础数据库和专题库。", "李某", "市自然资源", "规划局", "市数据局、市财政局",
          "3", "建设物联网平台，统一接入标准和安全要求。", "赵  某", "市工信局",
          "二、应用建设", "（一）交通应用",
          "4", "推进智慧交通", "完善公交查询功能，接入轨道交通和停车场。", "王某某", "市交通局", "市公安局"]


def test_rows_with_empty_merged_and_broken_cells():
    (table,) = tables("\n".join(UNEVEN))
    assert table[2] == ["1", "完善政务云", "建设统一的政务云平台，扩大接入范围。", "王某某", "市数据局", "各区人民政府"]
    assert table[3] == ["2", "完善公共\n数据库", "归集部门数据，形成基础数据库和专题库。", "李某", "市自然资源\n规划局", "市数据局、市财政局"]
    assert table[4] == ["3", "完善公共\n数据库", "建设物联网平台，统一接入标准和安全要求。", "赵  某", "市工信局", ""]
    assert table[5] == ["二、应用建设"] * 6 and table[6] == ["（一）交通应用"] * 6
    assert table[7][5] == "市公安局"


def test_a_table_ends_at_an_empty_line():
    found = tables("\n".join([*UNEVEN, "", "说明：本表由市数据局汇总。", "联系人：王某某"]))
    assert [row[0] for row in found[0]] == ["序号", "一、平台建设", "1", "2", "3", "二、应用建设", "（一）交通应用", "4"]


def test_numbers_begin_anew_in_each_group_and_remarks_are_empty():
    rows = "序号\n企业名称\n联系人\n联系电话\n备注\n一、技术类\n1\n甲科技公司\n王  某\n13800000000\n2\n乙科技公司\n李某某\n13900000000\n" \
           "二、服务类\n1\n丙服务公司\n赵某\n13700000000\n附件2\n另一份名单\n"
    (table,) = tables(rows)
    assert table[1:] == [["一、技术类"] * 5, ["1", "甲科技公司", "王  某", "13800000000", ""], ["2", "乙科技公司", "李某某", "13900000000", ""],
                         ["二、服务类"] * 5, ["1", "丙服务公司", "赵某", "13700000000", ""]]


def test_known_texts_tell_which_column_is_broken():
    head = ["序号", "项目", "内容", "责任单位", "备注", "项目类型"]
    rows = [["1", "政务网", "更新替换骨干设备，提高网络的质量和安全水平。", "市数据局", "新建", "公共支撑类"],
            ["2", "信用平台", "推进信用信息平台建设，完善信用评价的功能。", "市发改委", "续建", "公共支撑类"],
            ["3", "云平台", "提升计算和存储能力，扩大接入的单位的范围。", "市数据局", "续建", "公共", "支撑类"],
            ["4", "交通平台", "完善查询指引的功能，汇聚公交和轨道的数据。", "市交通局", "新建", "公共支撑类"]]
    (table,) = tables("\n".join(line for row in [head, *rows] for line in row))
    assert table[3][4:] == ["续建", "公共\n支撑类"]


def test_offsets_of_uneven_rows_stay_those_of_the_text():
    text = "\n".join(UNEVEN)
    (block,) = [b for b in text_to_document(text).blocks if b.kind == "table"]
    assert [text[c.start:c.end] for c in block.cells][-1] == "市公安局"
    assert all(one.end <= other.start for one, other in zip(block.cells, block.cells[1:], strict=False))


def test_columns_set_with_blanks():
    text = f"{BODY}\n指标          2025年     2030年     属性\n城镇化率（%）   65       70       预期性\n森林覆盖率（%）  41.2      ≥42      约束性\n{BODY}\n"
    assert tables(text) == [[["指标", "2025年", "2030年", "属性"], ["城镇化率（%）", "65", "70", "预期性"], ["森林覆盖率（%）", "41.2", "≥42", "约束性"]]]


def test_lists_set_with_blanks_are_no_tables():
    assert tables("组  长：王某某  市长  男\n副组长：李某某  副市长  女\n成  员：赵某某  局长  男\n") == []
