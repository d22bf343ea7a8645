"""HTML: the main text of government pages, their tables and what their index table says."""

from __future__ import annotations

from analyzer.ingest import read_bytes
from analyzer.ingest.html import read_html
from analyzer.ingest.tables import rows_of

BODY = "为深入贯彻落实上级部署，加快推进城市更新，结合本地实际，制定本方案，请各单位认真贯彻执行，确保各项任务落到实处。"
NAV = "<div class='nav'>" + "".join(f"<a href='/{n}'>栏目{n}</a>" for n in range(40)) + "</div>"
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>某市城市更新方案 | 某市人民政府</title>
<meta name="ArticleTitle" content="杭州市城市更新方案"><meta name="PubDate" content="2024-03-02 10:00:00"></head><body>{NAV}
<table><tr><td>索 引 号：</td><td>0001/2024-1</td><td>发文机关：</td><td>杭州市人民政府</td></tr>
<tr><td>发文字号：</td><td>杭政函〔2024〕8号</td><td>成文日期：</td><td>2024年03月01日</td></tr>
<tr><td>标　题：</td><td>杭州市城市更新方案</td><td>发布日期：</td><td>2024年03月05日</td></tr></table>
<div id="zoomcon"><p style="text-align:center">杭州市城市更新方案</p><p>一、总体要求</p><p>{BODY}</p>
<p>（一）目标<br/>　　{BODY}</p><script>alert('x')</script><p style="display:none">隐藏文字</p>
<table><thead><tr><th rowspan="2">指标</th><th colspan="2">目标</th></tr><tr><th>2024年</th><th>2025年</th></tr></thead>
<tr><td>改造小区（个）</td><td>100</td><td>120</td></tr><tr><td rowspan="2">公园<br>绿地</td><td>3</td><td>4</td></tr><tr><td>5</td><td>6</td></tr></table>
<ol><li>第一项任务；</li><li>第二项任务。</li></ol></div><div class="footer">版权所有</div></body></html>"""


def page():
    return read_bytes(PAGE.encode(), "a.txt")


def test_what_the_page_says_about_itself():
    document = page()
    assert (document.format, document.title, document.issuer, document.number) == ("html", "杭州市城市更新方案", "杭州市人民政府", "杭政函〔2024〕8号")
    assert document.dates == {"written": "2024-03-01", "published": "2024-03-05"}
    assert document.level == "municipal"


def test_main_text_without_chrome_scripts_and_hidden_parts():
    text = page().text
    for word in ("栏目", "alert", "隐藏文字", "版权"):
        assert word not in text


def test_blocks():
    document = page()
    found = [(b.kind, document.text[b.start:b.end]) for b in document.blocks if b.kind != "table" and b.kind != "furniture"]
    assert found == [("heading", "杭州市城市更新方案"), ("heading", "一、总体要求"), ("paragraph", BODY), ("heading", "（一）目标"), ("paragraph", BODY),
                     ("list_item", "1. 第一项任务；"), ("list_item", "2. 第二项任务。")]


def test_rowspan_and_colspan():
    document = page()
    table = next(b for b in document.blocks if b.kind == "table")
    assert rows_of(document, table) == [["指标", "目标", "目标"], ["指标", "2024年", "2025年"], ["改造小区（个）", "100", "120"],
                                        ["公园绿地", "3", "4"], ["公园绿地", "5", "6"]]
    assert [c.header for c in table.cells[:4]] == [True] * 4


def test_a_page_in_gb2312():
    data = PAGE.replace('charset="utf-8"', 'charset="gb2312"').encode("gb18030")
    assert BODY in read_html(data, "a.html").text


def test_a_wrong_charset_is_found_out():
    assert BODY in read_html(PAGE.replace('charset="utf-8"', 'charset="gb2312"').encode(), "a.html").text


def test_an_unknown_container_is_found_behind_a_portal():
    html = f"<html><body>{NAV * 6}<div class='abc'><h1>某市城市更新方案</h1>" + f"<p>{BODY}</p>" * 8 + f"</div>{NAV * 6}</body></html>"
    document = read_html(html.encode(), "a.html")
    assert document.text.count(BODY) == 8 and "栏目3" not in document.text


def test_several_first_headings_stand_below_the_title():
    html = f"<html><body><h1>某市发展规划纲要</h1><h1>总体要求</h1><h2>目标</h2><p>{BODY}</p><h1>任务</h1><ol><li><p>改造小区；</p></li></ol></body></html>"
    document = read_html(html.encode(), "a.html")
    assert [b.level for b in document.blocks if b.kind == "heading"] == [1, 2, 3, 2]
    assert document.text.endswith("1. 改造小区；\n")


def test_layout_tables_are_walked_through():
    html = f"<html><body><table><tr><td><table><tr><td><p>一、任务</p><p>{BODY}</p></td></tr></table></td></tr></table></body></html>"
    document = read_html(html.encode(), "a.html")
    assert [b.kind for b in document.blocks] == ["heading", "paragraph"]


def test_a_page_of_pictures_says_so():
    document = read_html(b"<html><body><p>\xe9\x80\x9a\xe7\x9f\xa5</p><img src='a.png'></body></html>", "a.html")
    assert "picture" in document.warnings[0]


def test_a_web_archive():
    data = ("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=\"utf-8\"\r\n"
            f"Content-Transfer-Encoding: 8bit\r\n\r\n{PAGE}\r\n--b--\r\n").encode()
    assert BODY in read_bytes(data, "a.mht").text
