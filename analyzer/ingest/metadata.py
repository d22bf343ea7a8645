"""What a document says about itself: title, issuer, 发文字号, dates, region and level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from analyzer.ingest.outline import BODY_END, DATE_LINE, NUMBER_LINE, RED_HEAD, TITLE_END, find_numbering
from analyzer.ingest.regions import Region, find_region, guess_region
from analyzer.records import Document

HEAD_LINES, TAIL_LINES = 40, 25
LABELS = {
    "title": r"标\s*题|名\s*称|信息名称|文件名称|公文名称",
    "issuer": r"发文机关|发文机构|发文单位|发布机构|发布单位|发布机关|制发机关|制定机关|公开主体|印发机关|发文部门",
    "number": r"发文字号|发文文号|文\s*号|文件编号|公文字号",
    "written": r"成文日期|发文日期|印发日期|生成日期|签署日期|公文日期|制发日期|成文时间|发文时间",
    "published": r"发布日期|发布时间|公布日期|公开日期|发布于|上传时间|公布时间|时\s*间|日\s*期",
}
LABEL = re.compile("|".join(rf"(?P<{name}>(?:{words}))" for name, words in LABELS.items()))
LABELLED = re.compile(rf"(?:^|(?<=[\s　|【\[（(\-*#]))({'|'.join(LABELS.values())})\s*+[*】\]]*+\s*+[:：]\s*+[*]*+[ 　\t]*+([^\n]*?)"
                      rf"(?=\s{{2,}}|[|】]|\s+(?:来\s*源|作\s*者|浏\s*览|字\s*体|{'|'.join(LABELS.values())})\s*[:：]|$)")
# Labels that a page prints one behind the other without a blank: 标题：…发文机关：…成文日期：…
GLUED_LABEL = re.compile(r"(?<=[^\s:：])(?=(?:标\s{0,4}题|索\s{0,4}引\s{0,4}号|来\s{0,4}源|文\s{0,4}号|发文机关|发文机构|发布机构|发文字号|成文日期|生成日期|"
                         r"发布日期|发布时间|主题分类|公文种类|信息类别|信息索引|有效性)\s*[:：])")
NOTHING = re.compile(r"(?:无|暂无|[-—/*\s]*|未知)$")
ERA = "零〇○ＯO0一二三四五六七八九"
DATE = re.compile(rf"(?<!\d)((?:19|20)\d\d|[一二][{ERA}]{{3}})\s*+(?:年|[-./])\s*+(?:(\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s*+"
                  rf"(?:(?:月|[-./])\s*+|(?<=\s)|(?!\d))(?:(\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s*日?(?!\d))?)?")
NUMBER = re.compile(r"[一-鿿]{2,14}?\s*[〔\[［【（(]\s*(?:19|20)\d\d\s*[〕\]］】）)]\s*+第?\s*+\d{1,5}\s*号")
ORDER = re.compile(r"[（(]?\s*第\s*\d{1,5}\s*号\s*[）)]?$")
ISSUED = re.compile(r"^(.{2,60}?)(?:办公[厅室])?(?=关于|印发|转发|批转|发布|令)")
BODY = re.compile(r"(?:政府|国务院|中央|办公厅|办公室|委员会|委|厅|局|部|院|署|处|办|中心|小组|组|集团|总队|"
                  r"公司|联合会|大队|会|部门|行|军|司|馆|室|所|站|社|学|学院|等.{0,3}|等.{1,3}(?:部门|单位))$")
SPOKEN = re.compile(r"^[—\-－]{0,4}\s*(.{8,16}?日)\s*在.*(?:会议|大会|全会|第.{1,4}届)")
SITE_DATE = re.compile(r"(?:www\.|门户网站|来源|发布|字体|时间|\d\d时\d\d分|\d\d:\d\d)")
NATIONAL = re.compile(
    r"^(?:中共中央|国务院|全国人|全国政协|中央|最高人民|国家(?!税务总局.{2,})|中国(?:人民银行|证券|银行|气象|地震|民用|科学院|残|科协|工程院)|中华人民共和国|"
    r"[一-鿿]{2,10}(?:部|总局|总署|银保监会|证监会|网信办|林草局|药监局)(?:\s|、|等|办公厅|$))")
PASSED = re.compile(r"[（(]?\s*(?:19|20)\d\d年\d{1,2}月\d{1,2}日\s*(.{0,16}?)(?:第[一二三四五六七八九十]+届)?(全国人民代表大会|人民代表大会)(常务委员会)?"
                    r"(?:第[一二三四五六七八九十]+次会议).{0,30}?(?:通过|修订|公布)")
REPORT = re.compile(r"政府工作报告|国民经济和社会发展")
HAN_DIGITS = {char: str(place % 10) for place, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "Ｏ": "0", "O": "0", "0": "0"}


# 公报[1]: a note's mark is no part of the title; what a metadata box glued behind a number (信息类别：…) is no part of it.
NOTE_MARK = re.compile(r"(?<!\s)\s*[\[［]\d{1,2}[\]］]$")
NUMBER_WHOLE = re.compile(r"[^\n]*?号(?=\s|$)|[^\n]*")


def describe(document: Document) -> Document:
    """The document with what its text says about it; what its reader already knows stays."""
    lines = _lines(document)
    head = lines[:HEAD_LINES]
    labels = find_labels(head)
    title = document.title or labels.get("title") or find_title(document)
    dates = {**find_dates(lines, labels), **document.dates}
    issuer = document.issuer or title_issuer(title) or find_issuer_by(labels.get("issuer"), title, lines)
    number = document.number or labels.get("number") or find_number(head, title)
    region, level = find_area(issuer, title, head, lines[-TAIL_LINES:])
    if not issuer and title and region and "政府工作报告" in title:
        issuer = "国务院" if level == "national" else region.name + "人民政府"
    title = title and NOTE_MARK.sub("", title)
    number = number and NUMBER_WHOLE.match(number)[0]  # type: ignore[index]
    return replace(document, title=title, issuer=issuer, number=number, dates=dates,
                   region=document.region or (region.name if region else None), level=document.level or level)


def _lines(document: Document) -> list[str]:
    """The texts of the blocks in order, a table's rows as lines of label：value."""
    lines: list[str] = []
    for block in document.blocks:
        if block.kind == "table" and len(lines) > HEAD_LINES:
            continue
        if block.cells:
            if len(block.cells) > 60:
                continue
            texts = [document.text[cell.start:cell.end].strip() for cell in block.cells]
            lines += [label.rstrip(":： ") + "：" + value for label, value in zip(texts, texts[1:], strict=False)
                      if re.fullmatch(LABEL.pattern, re.sub(r"[\s:：]", "", label)) and len(value) < 200
                      and not re.fullmatch(LABEL.pattern, re.sub(r"[\s:：]", "", value))]
        else:
            lines.append(_one_line(document.text[block.start:block.end]))
    return lines


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def find_labels(lines: Sequence[str]) -> dict[str, str]:
    """What lines such as 发文字号：…  发布日期：… name; the first of each kind."""
    found: dict[str, str] = {}
    for at, line in enumerate(lines):
        if len(line) > 1000:
            continue
        glued = len(GLUED_LABEL.findall(line))
        if len(line) > 240 and glued < 3:
            continue
        line = GLUED_LABEL.sub("  ", line) if glued else line
        if line[-1:] in ("：", ":") and len(line) < 12 and at + 1 < len(lines) and len(lines[at + 1]) < 120 and lines[at + 1][-1:] not in "：:":
            line += lines[at + 1]  # a table of label and value, flattened
        for match in LABELLED.finditer(line):
            kind = next(name for name, words in LABELS.items() if re.fullmatch(words, match[1]))
            value = match[2].strip(" 　*\"'“”")
            if value and not NOTHING.match(value):
                found.setdefault(kind, value)
    return found


def find_title(document: Document) -> str | None:
    """The first title of the document, its wrapped lines put together; blanks between single characters close up."""
    titles: list[str] = []
    last = None
    for at, block in enumerate(document.blocks[:HEAD_LINES]):
        if block.kind != "heading" or block.level != 1:
            if titles and (block.kind == "heading" or len(titles) > 1 or TITLE_END.search(titles[-1])):
                break
            continue
        line = _one_line(document.text[block.start:block.end]).strip(" 　#*")
        line = re.sub(r"(?<=[一-鿿])[\s　]+(?=[一-鿿](?:[\s　]|$))", "", line) if re.fullmatch(r"(?:\S\s+)+\S", line) else line
        line = re.sub(r"(?<!\s)\s*(?:19|20)\d\d-\d\d-\d\d\s+\d\d:\d\d.*$", "", line)  # what the site prints beside it
        line = re.sub(r"(?<!\s)\s*[—\-]{2}.*$", "", line) if re.match(r".{0,24}工作报告\s*[—\-]{2}", line) else line
        if not titles and re.match(r"附\s*件\s*+[\d一二三四五六七八九十]{0,3}\s*+[:：.]?$", line):
            continue
        if titles and (last != at - 1 or TITLE_END.search(titles[-1]) or _begins_title(line)):
            break
        titles.append(line)
        last = at
    title = "".join(titles)
    return title if 0 < len(title) <= 200 else None


def _begins_title(line: str) -> bool:
    return bool(re.match(r"附\s*件|目\s*录|第[一二三四五六七八九十\d]+[章节篇]", line))


def find_number(lines: Sequence[str], title: str | None) -> str | None:
    """The 发文字号 on a line of its own at the head, or behind the title; one that a sentence cites is none."""
    for at, line in enumerate(lines[:HEAD_LINES]):
        if NUMBER_LINE.match(line) or (len(line) < 40 and NUMBER.search(line) and not re.search("[，。；《]", line)):
            match = NUMBER.search(line)
            if match:
                return re.sub(r"\s", "", match[0])
        if ORDER.match(line) and at and re.search("令$", lines[at - 1]):
            return lines[at - 1] + line.strip("（）() ")
        if len(line) > 120 and line[-1] in "。；" and at > 12:
            break
    match = NUMBER.search(title or "")
    return re.sub(r"\s", "", match[0]) if match else None


def find_dates(lines: Sequence[str], labels: dict[str, str]) -> dict[str, str]:
    """`written` (labelled, spoken, or below the signature) and `published` (labelled, or on the site's line)."""
    dates: dict[str, str] = {}
    for kind in ("written", "published"):
        value = read_date(labels.get(kind, ""))
        if value:
            dates[kind] = value
    head, tail = lines[:HEAD_LINES], lines[-TAIL_LINES:]
    begun = False
    for line in head:
        begun = begun or bool(find_numbering(line))
        if len(line) > 120:
            continue
        spoken = SPOKEN.match(line)
        date = read_date(line)
        if not date:
            continue
        if spoken or re.match(r".{0,24}工作报告\s*[—\-]{2}", line):
            dates.setdefault("written", date)
        elif SITE_DATE.search(line) and len(line) < 90 and "。" not in line:
            if begun:
                continue
            dates.setdefault("published", date)
        elif _is_date_line(line) or (len(line) < 60 and NUMBER.match(line.lstrip("（(")) and not re.search("[。；《]", line)):
            # the year of 〔2020〕 alone is no date
            date = read_date(NUMBER.sub("", line)) or ""
            if "-" in date:
                dates.setdefault("written", date)
    if "written" not in dates:
        for line in reversed(tail):
            if _is_date_line(line):
                dates["written"] = read_date(line) or ""
                break
    passed = next((match for line in head[:12] if (match := PASSED.match(line))), None)
    if passed:
        dates["written"] = read_date(passed[0]) or ""
    if "written" not in dates:  # an order says when it was adopted
        adopted = next((match for line in head if (match := re.search(r"已(?:经)?(.{8,14}?日).{0,40}(?:会议|大会).{0,12}通过", line))), None)
        if adopted and read_date(adopted[1]):
            dates["written"] = read_date(adopted[1]) or ""
    return {kind: value for kind, value in dates.items() if value}


def _is_date_line(line: str) -> bool:
    line = line.strip("（）() 　")
    match = DATE.fullmatch(line) or DATE.fullmatch(line.removesuffix("印发").strip())
    return bool(match and match[2]) or bool(DATE_LINE.fullmatch(line) and (DATE.match(line) or [""])[0] == line and "月" in line)


def read_date(text: str) -> str | None:
    """The first date of a text as an ISO string as exact as the text: 二〇二六年一月二十七日 → 2026-01-27."""
    match = DATE.search(text.translate({code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}))
    if not match:
        return None
    year = "".join(HAN_DIGITS.get(char, char) for char in match[1])
    if not year.isdigit() or not 1900 <= int(year) <= 2100:
        return None
    parts = [year]
    for value, most in ((match[2], 12), (match[3], 31)):
        number = _small_number(value) if value else 0
        if not 1 <= number <= most:
            break
        parts.append(f"{number:02d}")
    return "-".join(parts)


def _small_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    digits = {char: place for place, char in enumerate("〇一二三四五六七八九")}
    if "十" not in text:
        return digits.get(text, 0)
    return (digits.get(tens, 1) if tens else 1) * 10 + (digits.get(ones, 0) if ones else 0)


def title_issuer(title: str | None) -> str | None:
    """The body that a title begins with: 某市人民政府关于…, 某部等七部门印发…"""
    match = ISSUED.match(title or "")
    if match and title:
        body = title[:match.end()].removesuffix("关于").strip(" 　《“")
        if BODY.search(body) and "《" not in body and not REPORT.search(body):
            return body
    return None


def find_issuer_by(label: str | None, title: str | None, lines: Sequence[str]) -> str | None:
    """The labelled issuer, unless the title names another place: then a site passes on what another body wrote."""
    place, named = find_region(label or ""), find_region(title or "")
    if label and (not place or not named or place.code.startswith(named.code.rstrip("0")[:4]) and place.level == named.level
                  or place.name == named.name):
        return label
    return find_issuer(title, lines) or label


def find_issuer(title: str | None, lines: Sequence[str]) -> str | None:
    """Who issued it, where neither title nor label says so: the speaker's government, or the signature above the date."""
    if title and re.match(r"(?:19|20)?\d{0,4}年?国务院.{0,2}(?:政府)?工作报告", title):
        return "国务院"
    head = lines[:HEAD_LINES]
    for line in head[:15]:
        if RED_HEAD.fullmatch(line):
            return re.sub(r"(?<!\s)\s*文\s*件$", "", line).strip()
        passed = PASSED.match(line)
        if passed:
            return passed[1].strip() + passed[2] + (passed[3] or "")
        if re.search("代表(?:中华人民共和国)?国务院，?向", line[:400]):
            return "国务院"
        printed = re.match(r"(?:.{0,12}电\s*)?(?:近日|日前)，(.{2,30}?)(?:联合)?(?:印发|发布|出台)了?《", line)
        if printed and BODY.search(printed[1]):
            return printed[1]
        order = re.fullmatch(r"(.{4,24}?(?:政府|部|委员会|局|署|院))令", re.sub(r"\s", "", line))
        if order:
            return order[1]
        speaker = re.match(r"^(.{0,20}?(?:政府|国务院|自治区|[省市区县州旗盟]))(?:人民政府)?\s*(?:代)?(?:省长|市长|区长|县长|州长|旗长|盟长|主席|总理)", line)
        if speaker and len(line) < 40:
            body = re.sub(r"^——?", "", speaker[1]).strip()
            if body in ("国务院", "省", "市", "县", "区", "自治区", "省人民政府", "市人民政府"):
                return "国务院" if body == "国务院" else None
            return body if body.endswith(("政府", "国务院")) else body + "人民政府"
    for part in (head, lines[-TAIL_LINES:]):
        for at, line in enumerate(part):
            if at and _is_date_line(line):
                body = re.sub(r"[\s　]+", "", part[at - 1]) if len(part[at - 1]) < 12 else part[at - 1].strip()
                if BODY.search(body) and 3 <= len(body) <= 60 and not re.search("[，。：；]", body):
                    return body
    for line in reversed(lines[-TAIL_LINES:]):
        signed = re.fullmatch(r"[（(]([一-鿿]{4,30})[）)]", line)
        if signed and BODY_END.search(signed[1]):
            return signed[1]
    return None


def find_area(issuer: str | None, title: str | None, head: Sequence[str], tail: Sequence[str]) -> tuple[Region | None, str | None]:
    """The place that a document is for, and the level of who issued it."""
    whole = Region("全国", "national", "")
    for text in (issuer or "", title or ""):
        if text and NATIONAL.match(re.sub(r"^(?:(?:19|20)\d\d年)", "", text)) and not (text == issuer and find_region(text)):
            return whole, "national"
        region = find_region(text) if text else None
        if region:
            return region, region.level
    for text in (issuer or "", title or ""):
        region = guess_region(text)
        if region:
            return region, region.level
    for line in [*head[:15], *tail]:
        if re.search("国务院总理|全国人民代表大会第", line) and len(line) < 90:
            return whole, "national"
        session = re.search(r"在(.{2,24}?)第?[一二三四五六七八九十]+届", line)
        region = find_region(session[1]) if session else (find_region(line) if len(line) < 30 and BODY.search(line) else None)
        if region:
            return region, region.level
    return None, None
