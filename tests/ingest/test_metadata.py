"""Title, issuer, number, dates, region and level, from the lines that carry them in real documents."""

from __future__ import annotations

import pytest

from analyzer.ingest import text_to_document
from analyzer.ingest.metadata import find_labels, read_date
from analyzer.ingest.regions import find_region, guess_region

BODY = "为深入贯彻落实上级部署，加快推进城市更新，结合本地实际，制定本方案，请各单位认真贯彻执行，确保各项任务落到实处。"
NOTICE = f"""沈阳市人民政府办公室关于印发沈阳市城市更新行动计划（2024—2026年）的通知
（沈政办发〔2024〕27号）
各区、县（市）人民政府，市政府有关部门：
{BODY}
沈阳市人民政府办公室
2024年10月16日
沈阳市城市更新行动计划
一、总体要求
{BODY}
"""
REPORT = f"""2026年甘肃省政府工作报告
——二〇二六年一月二十七日在甘肃省人民代表大会上
来源：甘肃日报
时间：2026-02-10
甘肃省省长 任某某
各位代表：
{BODY}
"""


def test_a_notice():
    document = text_to_document(NOTICE)
    assert document.title == "沈阳市人民政府办公室关于印发沈阳市城市更新行动计划（2024—2026年）的通知"
    assert (document.issuer, document.number) == ("沈阳市人民政府办公室", "沈政办发〔2024〕27号")
    assert document.dates == {"written": "2024-10-16"}
    assert (document.region, document.level) == ("辽宁省沈阳市", "municipal")


def test_a_red_head_is_the_issuer_and_no_title():
    document = text_to_document(f"云州省教育厅文件\n云教发〔2025〕19号\n云州省基础教育提质行动计划（2025—2027年）\n{BODY}\n")
    assert (document.issuer, document.number, document.title) == ("云州省教育厅", "云教发〔2025〕19号", "云州省基础教育提质行动计划（2025—2027年）")


def test_a_work_report():
    document = text_to_document(REPORT)
    assert document.issuer == "甘肃省人民政府"
    assert document.dates == {"written": "2026-01-27", "published": "2026-02-10"}
    assert (document.region, document.level) == ("甘肃省", "provincial")


@pytest.mark.parametrize(("text", "iso"), [
    ("2026年1月27日", "2026-01-27"), ("二〇二六年一月二十七日", "2026-01-27"), ("二○一八年十二月三十一日", "2018-12-31"),
    ("2022-04-24 10:00:43", "2022-04-24"), ("2019年3月", "2019-03"), ("2021年", "2021"), ("１９９２年３月２０日", "1992-03-20"),
    ("2006年02月16日", "2006-02-16"), ("二〇二三年十月", "2023-10"), ("没有日期", None), ("2023.02.16", "2023-02-16"), ("1234年5月", None),
])
def test_dates(text, iso):
    assert read_date(text) == iso


@pytest.mark.parametrize(("line", "found"), [
    ("发布日期: 2023-02-16  来源：中国建设报", {"published": "2023-02-16"}),
    ("索 引 号：000014349/2019-00005  发文字号：国发〔2019〕4号", {"number": "国发〔2019〕4号"}),
    ("**发布机构**: 中共中央", {"issuer": "中共中央"}),
    ("**发布机构**: 暂无", {}),
    ("成文日期：2019年01月24日", {"written": "2019年01月24日"}),
    ("缓缴的月份照样算年限，职工要用就能取。", {}),
])
def test_labels(line, found):
    assert find_labels([line]) == found


@pytest.mark.parametrize(("text", "name", "level"), [
    ("上海市静安区人民政府办公室", "上海市静安区", "county"),
    ("呼伦贝尔市海拉尔区人民政府", "内蒙古自治区呼伦贝尔市海拉尔区", "county"),
    ("黔西南州人民政府", "贵州省黔西南布依族苗族自治州", "municipal"),
    ("广西壮族自治区人民政府办公厅", "广西壮族自治区", "provincial"),
    ("2025年西藏政府工作报告", "西藏自治区", "provincial"),
    ("宁波市经济和信息化局", "浙江省宁波市", "municipal"),
])
def test_regions(text, name, level):
    region = find_region(text)
    assert region and (region.name, region.level) == (name, level)


@pytest.mark.parametrize(("text", "name", "level"), [
    ("川岩县人民政府", "川岩县", "county"), ("2025年川岩县政府工作报告", "川岩县", "county"), ("云州省住房和城乡建设厅", "云州省", "provincial"),
    ("临北市重点行业领域安全隐患专项行动方案", "临北市", "municipal"),
])
def test_places_that_no_directory_knows(text, name, level):
    region = guess_region(text)
    assert region and (region.name, region.level) == (name, level)


@pytest.mark.parametrize("text", ["关于加快城市更新的实施方案", "国家发展改革委", "加强城市管理工作的意见", "老旧小区改造方案", "教育部办公厅", "全市重点工作清单"])
def test_words_that_end_like_places(text):
    assert guess_region(text) is None


@pytest.mark.parametrize("text", ["关于做好有关工作的通知", "关于加快中山公园改造的意见", "东方红渠修缮方案"])
def test_no_region(text):
    assert find_region(text) is None


@pytest.mark.parametrize(("title", "issuer"), [
    ("国务院关于印发国家职业教育改革实施方案的通知", "国务院"),
    ("工业和信息化部等五部门关于推动旧机床更新的实施意见", "工业和信息化部等五部门"),
    ("教育部办公厅关于开展浸润行动计划的通知", "教育部办公厅"),
])
def test_national_issuers(title, issuer):
    document = text_to_document(f"{title}\n各省、自治区、直辖市人民政府：\n{BODY}\n")
    assert (document.issuer, document.level, document.region) == (issuer, "national", "全国")


def test_a_number_that_a_sentence_cites_is_not_the_documents():
    document = text_to_document(f"某市城市更新方案\n根据《通知》（国办发〔2020〕23号）精神，{BODY}\n")
    assert document.number is None


def test_front_matter_of_markdown():
    text = f"---\n标题: 静安区更新方案\n文号: 静府办发〔2023〕13号\n发布日期: 2023-12-18\n---\n# 静安区更新方案\n\n{BODY}\n"
    document = text_to_document(text)
    assert (document.format, document.title, document.number) == ("md", "静安区更新方案", "静府办发〔2023〕13号")
    assert document.dates["published"] == "2023-12-18"
