"""Automatic numbering of word processors, rendered: 一、（一）1.（1）①, which no Python library does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from analyzer.ingest.package import attribute, child, local, whole_number

DEEPEST = 8  # levels of a list count from 0
DIGITS = "〇一二三四五六七八九"
FORMAL = "零壹贰叁肆伍陆柒捌玖"
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
         (5, "v"), (4, "iv"), (1, "i"))
HAN = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
       "ideographDigital", "koreanCounting", "japaneseDigitalTenThousand", "taiwaneseDigital", "chineseDigital"}


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered; `text` holds %1–%9 for the numbers of the levels."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)  # by list id
    family: dict[str, str] = field(default_factory=dict)  # list id → abstract list, whose lists count on together
    overrides: dict[tuple[str, int], int] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def next_label(self, number: str, depth: int) -> str | None:
        """The label of the next paragraph at a depth (from 0) of a list; "" for a bullet, None for no list."""
        levels = self.levels.get(number)
        if not levels or depth not in levels:
            return None
        level = levels[depth]
        counts = self.counts.setdefault(self.family[number], {})
        if number not in self.begun:
            self.begun.add(number)
            for (owner, place), start in self.overrides.items():
                if owner == number:
                    counts[place] = start - 1
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [place for place in counts if place > depth]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart and depth < restart):
                del counts[deeper]
        if level.format in ("bullet", "none") and "%" not in level.text:
            return "" if level.format == "bullet" else level.text
        for above in range(depth):
            if above in levels:
                counts.setdefault(above, levels[above].start)

        def render(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            form = levels[place].format if place in levels else "decimal"
            if level.legal and place < depth:
                form = "decimal"
            return format_number(counts.get(place, 1), form)

        label = re.sub(r"%(\d)", render, level.text)
        return label + " " if label[-1:] in ".)" or (label and label[-1].isalnum()) else label


def read_numbering(root: etree._Element | None, style_lists: dict[str, str]) -> Numbering:
    """The lists of numbering.xml; `style_lists` maps a numbering style to the list that defines it."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract: dict[str, dict[int, Level]] = {}
    links: dict[str, str] = {}
    for element in root:
        if local(element) == "abstractNum":
            key = attribute(element, "abstractNumId") or ""
            abstract[key] = {_depth(each): _level(each) for each in element if local(each) == "lvl"}
            link = attribute(child(element, "numStyleLink"), "val")
            if link:
                links[key] = link
    family = {attribute(each, "numId") or "": attribute(child(each, "abstractNumId"), "val") or ""
              for each in root if local(each) == "num"}
    for element in root:
        if local(element) != "num":
            continue
        key = attribute(element, "numId") or ""
        base = family[key]
        if base in links:
            base = family.get(style_lists.get(links[base], ""), base)
        levels = dict(abstract.get(base, {}))
        for override in element:
            if local(override) != "lvlOverride":
                continue
            depth = _depth(override)
            own = child(override, "lvl")
            if own is not None:
                levels[depth] = _level(own)
            start = attribute(child(override, "startOverride"), "val")
            if start and start.isdigit():
                numbering.overrides[key, depth] = whole_number(start, 1)
        numbering.levels[key] = levels
        numbering.family[key] = base
    return numbering


def _depth(element: etree._Element) -> int:
    return min(whole_number(attribute(element, "ilvl")), DEEPEST)


def _level(element: etree._Element) -> Level:
    def value(name: str, default: str) -> str:
        return attribute(child(element, name), "val", default) or default

    start, restart = value("start", "1"), value("lvlRestart", "")
    legal = child(element, "isLgl")
    text = attribute(child(element, "lvlText"), "val", "") or ""
    return Level(whole_number(start, 1), value("numFmt", "decimal"), text, value("suff", "tab"),
                 whole_number(restart) if restart.isdigit() else None, legal is not None and attribute(legal, "val") not in ("0", "false"))


def format_number(number: int, form: str) -> str:
    """A number as a list format writes it; unknown formats write digits."""
    if form in HAN:
        return "".join(DIGITS[int(digit)] for digit in str(number)) if "igital" in form and number > 10 else han_number(number)
    if form in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        return han_number(number).translate({ord(plain): formal for plain, formal in zip(DIGITS, FORMAL, strict=True)} | {
            ord("十"): "拾", ord("百"): "佰"})
    if form == "decimalZero":
        return f"{number:02d}"
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
    if form.startswith(("decimalEnclosedCircle", "ideographEnclosedCircle")):
        return chr(0x2460 + number - 1) if 1 <= number <= 20 else f"({number})"
    if form == "decimalEnclosedParen":
        return f"({number})"
    if form == "decimalEnclosedFullstop":
        return f"{number}."
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    if form == "ideographTraditional":
        return "甲乙丙丁戊己庚辛壬癸"[(number - 1) % 10]
    if form == "ideographZodiac":
        return "子丑寅卯辰巳午未申酉戌亥"[(number - 1) % 12]
    return "" if form in ("none", "bullet") else str(number)


def han_number(number: int) -> str:
    """1–9999 in Chinese numerals: 十, 十一, 二十, 一百零一."""
    if not 0 < number < 10_000:
        return str(number)
    text, gap = "", False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + word
        gap = not digit
    return text[1:] if text.startswith("一十") else text


def _roman(number: int) -> str:
    text = ""
    for value, letters in ROMAN:
        while number >= value and len(text) < 20:
            text += letters
            number -= value
    return text
