"""Which blocks are headings, of what depth, and which are numbered items with their text run in.

Depth: 1 the title of the document (or of an annex), 2 一、, 3 （一）, 4 1., 5 （1）, 6 ①; where a document has parts,
chapters or sections (第一章, 第一节), these take 2 and onwards and the others stand below them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.ingest.contents import find_contents
from analyzer.records import Block

HAN = "零〇一二三四五六七八九十百"
# In order of depth, as GB/T 9704 gives them and as regulations and plans put chapters above.
NUMBERINGS = (
    ("part", re.compile(rf"第[{HAN}\d]{{1,4}}(?:部分|篇|编)")),
    ("chapter", re.compile(rf"第[{HAN}\d]{{1,4}}章")),
    ("division", re.compile(rf"第[{HAN}\d]{{1,4}}节")),
    # not 一、二、三产业 and not 一、二级公路
    ("han", re.compile(rf"[{HAN}]{{1,4}}\s*[、．.](?![{HAN}]{{1,3}}(?:[、级线类产期]|$))")),
    ("bracketed", re.compile(rf"[（(〔]\s*[{HAN}]{{1,4}}\s*[）)〕]")),
    ("arabic", re.compile(r"\d{1,3}\s*[.、](?:(?!\d)|(?=\d{1,2}[A-Za-z]))")),  # 10.5G产业 but not 2.5亿元
    ("arabic_bracketed", re.compile(r"(?:[（(]\s*\d{1,3}\s*[）)]|\d{1,2}[）)])")),
    ("circled", re.compile(r"[①-⑳]")),
)
BARE_NUMBER = re.compile(r"(\d{1,2})\s{0,2}(?!人次|[个家项件名年月日次条座所户亿万元度层栋级号类只台套吨米%％]|人(?![口才民工文]))(?=[一-鿿]{2,20}$)")
ABOVE = ("part", "chapter", "division")
BELOW = ("han", "bracketed", "arabic", "arabic_bracketed", "circled")
DECIMAL = re.compile(r"\d{1,2}((?:\.\d{1,2}){1,3})[.、]?\s+(?=[^\d\s%])")
ARTICLE = re.compile(rf"第[{HAN}\d]{{1,5}}条(?:之[{HAN}])?[\s　]")
ANNEX = re.compile(r"附\s*[件表录则图]\s*[\d一二三四五六七八九十]{0,3}(?:[-—－]\d+)?\s*(?:[:：]|$|(?=[^\s，。、和及与中所的]))")
FOLD = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)} | {ord("．"): ord(".")}
LONGEST_HEADING, LONGEST_ITEM_HEADING, LONGEST_BARE_HEADING = 60, 45, 36
ENDS = "。！？；!?;"
OPEN_ENDS = "，,、"
# What a title ends with; the bracket behind it holds the years or 试行.
TITLE_END = re.compile(
    r"(?:报告|公报|通知|意见|方案|规划|计划|办法|措施|政策|要点|纲要|细则|条例|规定|规则|规程|决定|决议|批复|答复|复函|函|通告|公告|通报|"
    r"标准|大纲|讲话|清单|名单|台账|目录|分工|指南|指引|导则|章程|制度|机制|说明|解释|安排|任务表|一览表|汇总表|分工表|表|预算|草案|工作|局面|方向|声明|倡议书|指标)"
    r"(?:\s*[（(〔][^（()）〕]{1,40}[）)〕])*$")
PRINTED = re.compile(r"(?:方案|规划|计划|办法|措施|政策|要点|纲要|细则|条例|规定|意见|"
                     r"清单|台账|任务表|分工表|一览表|名词解释)(?:\s*[（(〔][^（()）〕]{1,40}[）)〕])*$")
DEADLINE = re.compile(r"(?:底|月|年|旬|日)以?前$|^(?:全年|长期|持续|年底)(?:推进|坚持|实施)?$")
RED_HEAD = re.compile(r"[一-鿿、\s]{2,40}(?:政府|办公厅|办公室|委员会|委|厅|局|部|院)\s*文\s*件")  # the issuer's name printed in red
CAPTION = re.compile(r"[表图]\s*\d|单\s*位\s*[:：]|注\s*[:：]|资料来源")
# Buttons and paths of a web page that were copied with its text.
CHROME = re.compile(
    r"(?:下载|打印(?:本页)?|全屏|收藏|加大|还原|减小|分享(?:到)?|关闭(?:窗口|本页)?|首页|返回(?:首页|顶部)?|上一[篇页]|下一[篇页]|纠错|无障碍|长者模式|扫一扫|微信|微博|"
    r"【?字[体号][:：]?|【字[体号][:：].*|】|>+|[>›»]\s*.{0,12}|(?:您)?(?:现在的|当前的?)?位置\s*[:：].*|【(?:打印|关闭|收藏|大|中|小).*】|视力保护色.*|"
    r"扫码.{0,12}|.{0,6}(?:扫|微信|公众号).{0,4}二维码.{0,6}|责任编辑[:：].{0,10}|浏览次数[:：].*|\[?\s*大\s+中\s+小\s*\]?)$")
APPENDIX = re.compile(r"(?:名词|术语|有关|相关)?(?:解释|注释|名词)$|名词解释|术语解释|注\s*释$")
META_LINE = re.compile(
    r"(?:索\s*引\s*号|主\s*题\s*(?:分\s*类|词)|标\s*题\s*[:：]|发\s*文\s*(?:机\s*关|字\s*号)|成\s*文\s*日\s*期|发\s*布\s*日\s*期|\d{9}/\d{4}|"
    r"(?:19|20)\d\d\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}日?\s.{0,20}(?:来\s*源|\d\d:\d\d)|[（(]?此件(?:公开|主动|依申请|删减)|信息名称|信息索引|生成日期|内容概述|发文机构|"
    r"来源|北大法宝|【法宝|【(?:相关|原文|附件|打印|字体|关闭)|原文链接|当前位置|您?现?在?的?位置|首页|时间|日期|发布|成文|索引号|文号|发文|信息来源|字体|字号|作者|责任编辑|编辑|浏览|点击|打印|分享|主题|分类|有效性|检索|下载|关闭|摘自|"
    r"中央政府门户网站|新华社|https?:|www\.)|.*(?:【字体|字体：|www\.|本报记者|摄$)")
DATE_LINE = re.compile(rf"[—\-－（(]*\s*(?:[\d{HAN}]{{4}}|[\d]{{2}})\s*[年./-]\s*[\d{HAN}]{{1,3}}\s*(?:[月./-]\s*(?:[\d{HAN}]{{1,3}}\s*日?)?)?")
NUMBER_LINE = re.compile(r"[（(]?\s*[一-鿿]{2,14}(?:令)?\s*(?:[〔\[［【（(]\s*(?:19|20)\d\d\s*[〕\]］】）)]|第)\s*\d{1,5}\s*号\s*[）)]?$")
BODY_END = re.compile(r"(?:人民政府|办公厅|办公室|委员会|管委会|厅|局|部|院|处|中心|领导小组|党组|集团|公司|街道|镇|乡)(?:[（(].{1,12}[）)])?$")
BODY_LIST = re.compile(r"[^。；]*(?:责任单位|牵头单位|牵头部门|配合单位|责任部门|"
                       r"(?:^|[、，,：:（(])\s*[省市区县州](?!域)[^，。]{1,12}[局委办厅院部](?:[、，,]|$))")
PERSON_LINE = re.compile(r"(?:.{0,24}(?:省长|市长|区长|县长|州长|主席|总理|主任|书记|局长|厅长|部长)\s*[一-鿿]\s*[一-鿿·]{1,4}|[一-鿿]\s{0,2}[一-鿿]{1,2})$")
SPEECH = re.compile(r"[—\-－]{1,2}.*|.*(?:会议上|大会上)(?:的报告|的讲话)?$|.*(?:会议上|大会上).{0,40}作.{0,8}报告。?$|各位代表|同志们|现在，我")


@dataclass(frozen=True, slots=True)
class Numbering:
    """The number that a line begins with: its kind, its depth below the kind (for 1.1.1) and its length."""

    kind: str
    length: int
    depth: int = 0


def find_numbering(line: str) -> Numbering | None:
    """The number at the start of a stripped line: 第一章, 一、, （一）, 1., （1）, ① or 1.1."""
    line = line[:24].translate(FOLD)
    decimal = DECIMAL.match(line)
    if decimal:
        return Numbering("arabic", decimal.end(), decimal[1].count("."))
    for kind, pattern in NUMBERINGS:
        match = pattern.match(line)
        if match:
            return Numbering(kind, match.end())
    return None


def heading_level(line: str) -> int | None:
    """The depth of one line taken alone, or None: long lines and lines that end a sentence are none."""
    line = line.strip()
    number = find_numbering(line)
    if not number or not 0 < len(line) <= LONGEST_HEADING or line[-1] in ENDS + OPEN_ENDS or any(c in line for c in "。；"):
        return None
    return depths({number.kind})[number.kind] + number.depth


def depths(present: set[str]) -> dict[str, int]:
    """The depth of each kind of number in a document that has the kinds `present`."""
    above = [kind for kind in ABOVE if kind in present]
    ranks = dict.fromkeys(ABOVE, 2) | {kind: 2 + place for place, kind in enumerate(above)}
    return ranks | {kind: 2 + len(above) + place for place, kind in enumerate(BELOW)}


def shape_outline(text: str, blocks: Sequence[Block], centred: frozenset[int] = frozenset()) -> tuple[Block, ...]:
    """Blocks with their roles: paragraphs become headings or list items where they are; all others stay as they are.

    `centred` are the indices of the blocks that stand in the middle of the page: at the head they are titles.

    A heading that came with its level (a style, an HTML tag) keeps being one; its number, if any, decides the level.
    """
    blocks = [replace(block, kind="furniture") if block.kind == "paragraph" and block.end - block.start <= 60
              and CHROME.match(text[block.start:block.end].strip()) else block for block in blocks]
    lines = [text[block.start:block.end].strip().lstrip("*_ ").rstrip("*_ ") if block.kind in ("paragraph", "heading", "list_item")
             else "" for block in blocks]
    for at in find_contents(lines):
        blocks[at], lines[at] = replace(blocks[at], kind="furniture"), ""
    numbers = find_numberings(lines)
    ranks = depths({number.kind for number, line in zip(numbers, lines, strict=True)
                    if number and len(line) <= LONGEST_HEADING})
    titles = find_titles(lines, numbers, centred)
    shaped: list[Block] = []
    depth = 1
    for at, block in enumerate(blocks):
        number = numbers[at]
        if not lines[at]:
            shaped.append(block)
            continue
        rank = ranks[number.kind] + number.depth if number else None
        if at in titles:
            block = replace(block, kind="heading", level=1)
        elif block.kind == "heading":
            block = replace(block, level=rank or block.level or depth + 1)
        elif number and is_heading(at, lines, numbers, ranks):
            block = replace(block, kind="heading", level=rank)
        elif number:
            block = replace(block, kind="list_item", level=rank)
        elif ARTICLE.match(lines[at] + " "):
            block = replace(block, kind="list_item", level=6)
        elif is_bare_heading(at, lines, numbers, blocks):
            block = replace(block, kind="heading", level=1 if APPENDIX.match(lines[at]) else depth + 1)
        if block.kind == "heading" and (number or at in titles):
            depth = block.level or depth
        shaped.append(block)
    return tuple(shaped)


def find_numberings(lines: Sequence[str]) -> list[Numbering | None]:
    """The number that each line begins with, also one without any mark if such ones head the document's parts."""
    numbers = [find_numbering(line) for line in lines]
    for at, length in find_bare_series(lines):
        numbers[at] = numbers[at] or Numbering("chapter", length)
    return numbers


def find_bare_series(lines: Sequence[str]) -> list[tuple[int, int]]:
    """(line, length of its number) of headings numbered without a mark: 1人口特征 … 2婚姻家庭; three or more, text or tables between them."""
    found: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        match = BARE_NUMBER.match(line) if len(line) <= LONGEST_BARE_HEADING else None
        if match and int(match[1]) == len(found) + 1 and (not found or any(
                is_prose(between) or not between for between in lines[found[-1][0] + 1:at])):
            found.append((at, match.end()))
    return found if len(found) > 2 else []


def is_heading(at: int, lines: Sequence[str], numbers: Sequence[Numbering | None], ranks: dict[str, int]) -> bool:
    """Whether a numbered line is a heading rather than an item whose text runs on."""
    line, number = lines[at], numbers[at]
    assert number
    body = line[number.length:].strip()
    if not body or len(line) > LONGEST_HEADING or any(mark in body[:-1] for mark in "。；;"):
        return False
    if number.kind in ABOVE:
        return True
    followed = has_body(at, lines, numbers, ranks)
    if body[-1] in OPEN_ENDS + "；;！？!?" or BODY_LIST.match(body):
        return False
    if body[-1] in "。：:":  # （二）数据资源体系构建行动。 — with a text of its own below it
        return len(line) <= LONGEST_ITEM_HEADING and followed and not _among_items(at, lines, numbers)
    if number.kind in ("han", "bracketed"):
        return True
    return followed or any(_same_kind(numbers, at, other) and has_body(other, lines, numbers, ranks)
                           for other in range(max(0, at - 3), min(len(lines), at + 4)) if other != at) and \
        not _among_items(at, lines, numbers)


def has_body(at: int, lines: Sequence[str], numbers: Sequence[Numbering | None], ranks: dict[str, int]) -> bool:
    """Whether prose or deeper numbers follow a numbered line."""
    number = numbers[at]
    if at + 1 >= len(lines) or not number:
        return False
    after = numbers[at + 1]
    if after:
        return ranks[after.kind] + after.depth > ranks[number.kind] + number.depth
    following = lines[at + 1]
    if not following:  # a table stands below it
        return True
    return is_prose(following) and not following.startswith(("（责任", "(责任", "（牵头", "责任单位", "牵头"))


def is_prose(line: str) -> bool:
    return line.startswith(("——", "--", "──")) or len(line) > 45 or (len(line) > 8 and line[-1] in ENDS + "：:，")


def is_bare_heading(at: int, lines: Sequence[str], numbers: Sequence[Numbering | None], blocks: Sequence[Block]) -> bool:
    """Whether an unnumbered short line heads the prose below it: 保障措施, not a table's cell, a name or a date."""
    line = lines[at]
    if re.match(r"专栏\s*[\d一二三四五六七八九十]+", line) and len(line) <= LONGEST_HEADING and line[-1] not in ENDS:
        return True
    longest = LONGEST_HEADING if re.match(rf"[{HAN}]{{1,2}}是", line) else LONGEST_BARE_HEADING
    if not 2 <= len(line) <= longest or line[-1] in ENDS + OPEN_ENDS + "：:）)…”》" or _is_front_matter(line):
        return False
    if sum("一" <= char <= "鿿" for char in line) < max(2, len(line) // 2) or BODY_END.search(line) or BODY_LIST.match(line):
        return False
    before = lines[at - 1] if at else ""
    after = lines[at + 1] if at + 1 < len(lines) else ""
    if CAPTION.match(line) or DEADLINE.search(line) or re.search("[=÷＝]|号$", line):
        return False
    closed = not before or CAPTION.match(before) or before[-1] in ENDS + "）)”" or bool(numbers[at - 1]) or bool(TITLE_END.search(before))
    if ARTICLE.match(after + " ") and bool(closed):
        return True
    return bool(closed) and len(after) > 45 and after[-1] in ENDS + "：:）)”"


def find_titles(lines: Sequence[str], numbers: Sequence[Numbering | None],
                centred: frozenset[int] = frozenset()) -> set[int]:
    """Which lines are titles: at the head of the document, behind a notice's signature, and of an annex."""
    titles: set[int] = set()
    head = True
    for at, line in enumerate(lines):
        if not line or line.startswith(">"):
            continue
        number = numbers[at]
        if at > 60 or number or (line[-1] in ENDS + "：:" and len(line) > 4 and not META_LINE.match(line)):
            head = False
        if ANNEX.match(line) and len(line) <= LONGEST_HEADING and (line[-1] not in ENDS + OPEN_ENDS + "：:" or len(line) <= 6):
            titles.add(at)
            continue
        if (number and number.kind != "part") or not 4 <= len(line) <= 120 or line[-1] in ENDS + OPEN_ENDS + "：:":
            continue
        if not _is_front_matter(line) and (at in centred and len(line) <= 45 and (head or _closes_notice(lines[at - 1]) or TITLE_END.search(line))
                                             or _is_title(at, line, lines, numbers, head, bool(titles))):
            titles.add(at)
    return titles | _wrapped_titles(lines, titles)


def _wrapped_titles(lines: Sequence[str], titles: set[int]) -> set[int]:
    """The middle lines of a title that was broken over three or four: 某局办公厅 / 关于…期间 / 做好…的通知."""
    middle: set[int] = set()
    for first in titles:
        last = next((at for at in range(first + 2, min(first + 5, len(lines))) if at in titles), None)
        between = range(first + 1, last) if last and not TITLE_END.search(lines[first]) and TITLE_END.search(lines[last]) else ()
        if between and all(lines[at] and lines[at][-1] not in ENDS + "：:" and not find_numbering(lines[at]) and not META_LINE.match(lines[at])
                           and not DATE_LINE.match(lines[at]) and not NUMBER_LINE.match(lines[at]) for at in between):
            middle |= set(between)
    return middle


def _is_title(at: int, line: str, lines: Sequence[str], numbers: Sequence[Numbering | None], head: bool, found: bool) -> bool:
    before = lines[at - 1] if at else ""
    if ANNEX.match(before) and len(before) <= 8:
        return True
    if re.match(r".{0,24}工作报告\s*[—\-]{2}", line):  # title, date and speaker in one line
        return True
    if head and not found and len(line) >= 6 and "。" not in line and not any(lines[:at][-1:] and not _is_front_matter(each) for each in lines[:at] if each):
        return True
    if not TITLE_END.search(re.sub(r"\s", "", line)) or "。" in line:
        return False
    if head or _closes_notice(before) or (at <= 15 and line.startswith("关于") and line.endswith("通知")):
        return True
    # 某市数字经济发展三年行动计划（2021—2023年） in the middle, before a text that begins its numbers anew
    return len(line) >= 8 and bool(PRINTED.search(line)) and (not before or before[-1] in ENDS + "）)") and any(
        number.kind in ("han", "chapter") and re.match(r"一|第[一1]", lines[after]) or number.kind == "bracketed" and "一" in lines[after][:2]
        for after, number in enumerate(numbers[at + 1:at + 6], at + 1) if number)


def _closes_notice(line: str) -> bool:
    return bool(DATE_LINE.fullmatch(line) or NUMBER_LINE.fullmatch(line) or BODY_END.search(line) and len(line) <= 30
                and not re.search("[、，。]", line))


def _is_front_matter(line: str) -> bool:
    """Whether a line is a date, number, source, speaker or other line of the title page but no title."""
    return bool(META_LINE.match(line) or RED_HEAD.fullmatch(line) or NUMBER_LINE.match(line) or DATE_LINE.fullmatch(line.strip("（）()"))
                or PERSON_LINE.fullmatch(line) or SPEECH.fullmatch(line))


def _same_kind(numbers: Sequence[Numbering | None], at: int, other: int) -> bool:
    first, second = numbers[at], numbers[other]
    return bool(first and second and first.kind == second.kind and first.depth == second.depth)


def _among_items(at: int, lines: Sequence[str], numbers: Sequence[Numbering | None]) -> bool:
    """Whether the line before is an item of the same kind as short as this one, without a text of its own."""
    return at > 0 and _same_kind(numbers, at, at - 1) and len(lines[at - 1]) <= LONGEST_ITEM_HEADING
