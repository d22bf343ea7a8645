"""Headings by number, place and context; each row says what forced it."""

from __future__ import annotations

import pytest

from analyzer.ingest import text_to_document
from analyzer.ingest.outline import find_numbering, heading_level

BODY = "坚持以人民为中心的发展思想，统筹发展和安全，推动各项工作取得新的成效，让全市人民共享改革发展的成果。"


def outline(text: str) -> list[tuple[int | None, str]]:
    document = text_to_document(text)
    return [(b.level, document.text[b.start:b.end]) for b in document.blocks if b.kind == "heading"]


def kinds(text: str) -> list[str]:
    return [block.kind for block in text_to_document(text).blocks]


@pytest.mark.parametrize(("line", "kind"), [
    ("第一章　总则", "chapter"), ("第三节 目标", "division"), ("第二部分 任务", "part"),
    ("一、总体要求", "han"), ("十二、保障措施", "han"), ("（一）指导思想", "bracketed"), ("(三)目标", "bracketed"),
    ("1.加快建设", "arabic"), ("１２．加快建设", "arabic"), ("3、加强领导", "arabic"), ("10.5G产业", "arabic"),
    ("（1）第一阶段", "arabic_bracketed"), ("②其次", "circled"), ("1.2 编制依据", "arabic"),
    ("2.5亿元投资", None), ("一、二、三产业融合", None), ("2025年工作", None), ("一批项目", None), ("3.1万", None),
])
def test_numbers_at_the_start_of_a_line(line, kind):
    found = find_numbering(line)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(("line", "level"), [
    ("一、总体要求", 2), ("（一）指导思想", 3), ("1.主要目标", 4), ("（1）近期", 5), ("第一章 总则", 2),
    ("一、突出重点。推进各项工作", None), ("平常的一行", None), ("", None),
])
def test_one_line_alone(line, level):
    assert heading_level(line) == level


def test_levels_nest_and_go_back():
    text = f"某市工作方案\n一、总体要求\n（一）指导思想\n{BODY}\n（二）目标\n{BODY}\n二、重点任务\n1.改造小区\n{BODY}\n2.建设公园\n{BODY}\n"
    assert [level for level, _ in outline(text)] == [1, 2, 3, 3, 2, 4, 4]


def test_chapters_push_the_rest_down():
    text = f"某市发展规划\n第一章 发展基础\n一、成效\n（一）经济\n{BODY}\n第二章 目标\n一、指标\n{BODY}\n"
    assert [level for level, _ in outline(text)] == [1, 2, 3, 4, 2, 3]


def test_a_final_stop_is_a_heading_where_a_text_follows_and_an_item_where_none_does():
    heading = f"一、任务\n（一）数据资源体系构建行动。\n{BODY}\n（二）全面布局行动。\n{BODY}\n"
    assert [level for level, _ in outline(heading)] == [2, 3, 3]
    items = "一、任务\n1.建成公园三十处。\n2.改造小区一百个。\n3.新建学校五所。\n二、保障\n" + BODY
    assert [line for _, line in outline(items)] == ["一、任务", "二、保障"]


def test_run_in_text_stays_in_its_paragraph_with_the_depth_of_its_number():
    text = f"一、任务\n（一）突出产业升级，增强动能。{BODY}\n（二）突出改革，激发活力。{BODY}\n"
    document = text_to_document(text)
    assert [(b.kind, b.level) for b in document.blocks] == [("heading", 2), ("list_item", 3), ("list_item", 3)]


@pytest.mark.parametrize("short", ["州商粮局", "市大数据局", "12月底前", "30", "广东省省长 孟某某", "2025年1月20日", "（沪府办发〔2021〕19号）",
                                   "各位代表：", "市发展改革委、市财政局", "来源：某某日报", "表2 居民消费价格涨跌幅度"])
def test_short_lines_that_are_no_headings(short):
    assert short not in [line for _, line in outline(f"某市报告\n{BODY}\n{short}\n{BODY}\n")]


def test_an_unnumbered_short_line_above_prose_is_a_heading():
    assert (3, "保障措施") in outline(f"某市工作方案\n一、任务\n{BODY}\n保障措施\n{BODY}\n")


def test_titles_behind_the_signature_and_of_annexes():
    text = (f"某市人民政府办公室关于印发某市三年行动计划的通知\n各区人民政府：\n现将计划印发给你们，请认真贯彻执行。\n某市人民政府办公室\n2024年5月6日\n"
            f"某市三年行动计划（2024—2026年）\n一、总体要求\n{BODY}\n附件1\n重点任务清单\n{BODY}\n")
    assert [line for level, line in outline(text) if level == 1] == [
        "某市人民政府办公室关于印发某市三年行动计划的通知", "某市三年行动计划（2024—2026年）", "附件1", "重点任务清单"]


def test_a_second_plan_in_the_middle_begins_anew():
    text = f"某市若干政策\n一、支持\n{BODY}\n本政策由市工信局解释。\n某市创新发展行动计划（2021—2023年）\n为深入实施战略，制定本计划。\n一、总体要求\n{BODY}\n"
    assert (1, "某市创新发展行动计划（2021—2023年）") in outline(text)


def test_a_table_of_contents_is_furniture_and_heads_nothing():
    parts = ["一、发展基础", "（一）成效", "（二）形势", "二、总体要求", "三、重点任务", "四、保障措施"]
    body = "".join(f"{part}\n{BODY}\n" for part in parts)
    text = "某市发展规划\n目　录\n" + "".join(f"{part} …… {page}\n" for page, part in enumerate(parts, 3)) + f"{BODY}\n{body}"
    found = kinds(text)
    assert found[:9] == ["heading"] + ["furniture"] * 7 + ["paragraph"]
    assert [line for _, line in outline(text)] == ["某市发展规划", *parts]


def test_repeated_items_are_no_contents():
    text = "某市清单\n" + "1.改造小区\n2.建设公园\n3.新建学校\n" * 3
    assert "furniture" not in kinds(text)


def test_page_chrome_is_furniture():
    assert kinds("打印\n【字体：大 中 小】\n某市政府工作报告\n各位代表：\n" + BODY)[:2] == ["furniture", "furniture"]


def test_glossary_does_not_stand_under_the_last_section():
    assert (1, "名词解释") in outline(f"某省工作报告\n一、安排\n{BODY}\n名词解释\n1.两重：{BODY}\n{BODY}\n")


def test_chapters_numbered_without_a_mark():
    prose = "2025年，全市常住人口850万人，比上年末增加12万人，其中城镇人口占七成以上，人口结构进一步优化。"
    text = "\n".join(["某市统计报告", "1人口特征", prose, "2 婚姻及家庭", prose, "5个城市入选", prose, "3文化教育", prose])
    assert [text[b.start:b.end] for b in text_to_document(text).blocks if b.kind == "heading" and b.level == 2] == ["1人口特征", "2 婚姻及家庭", "3文化教育"]
    cells = "\n".join(["1战略组织", "2制度保障", "3团队建设", "4机制优化"])
    assert not [b for b in text_to_document(cells).blocks if b.kind == "heading" and b.level == 2]
