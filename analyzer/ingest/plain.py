"""TXT: bytes → text (BOM, UTF-8, GB18030, Big5) → blocks, hard-wrapped lines joined to paragraphs."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import pairwise

from analyzer.ingest.delimited import spaced_tables, tabbed_tables
from analyzer.ingest.flat_tables import rebuild_tables
from analyzer.ingest.outline import find_numbering, shape_outline
from analyzer.ingest.refusals import no_format
from analyzer.lexicon import read_rows
from analyzer.records import Block

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
INDENT = re.compile(r"[\u3000\u2002\u2003]{1,4}|[ \t\u00a0]{2,}")
NEW_ITEM = re.compile(r"[—–－-]{2}|[•●■◆★☆]|[一二三四五六七八九十]是|附件|（责任单位|各位代表")
CLOSED = "。！？；：.!?;:”）)"
WRAP_SLACK = 9  # half-widths: a line ends early where a figure, a Latin word or a closing mark would not fit
LONG_LINE = 3000
# Where a text without line breaks is cut: two blanks behind a sentence, or a heading's number behind one.
CUT = re.compile(r"(?<=[。！？：”）])(?:\s{2,}|\s*(?=[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|各位代表[：！]))|"
                 r"(?<=日电)\s*(?=政府工作报告)|(?<=[一-鿿])(?=各位代表：)")
# 一、2013年工作回顾过去一年… — a heading to which the text behind it is glued
GLUED = re.compile(r"[一二三四五六七八九十]、[^。，；、]{0,24}?(?:工作回顾|的回顾|工作安排|工作任务|重点工作|主要任务|"
                   r"总体要求|总体部署|工作部署|目标任务|的建议)(?!的|和|、|，)")
CHAPTER_GLUED = re.compile(r"[ \t\u3000]*第[一二三四五六七八九十\d]{1,3}[章节][ \t\u3000]*[^\s。；]{1,20}[ \t\u3000]+(?=第[一二三四五六七八九十百\d]{1,4}条)")
UNFINISHED = 100  # a line of so many characters that ends in a word was cut, it is no heading and no cell
ENDS_CELL = "%％》】]"
TAIL_HEADING = re.compile(r"[。！](?=[一二三四五六七八九十]{1,3}、[^，。；：！]{2,24}$)")
CUT_NUMBER = re.compile(r"[\u4e00-\u9fff]{4}[^，。；\s]{0,8}(?<![\d.])\d[\d.,]{0,12}[万亿千百]{0,2}$")
MEASURED = 20_000
LEAST_COMMON = 0.1  # any Chinese prose has three times as many of the commonest characters


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text and the encoding's name. Raises UnreadableDocument if the bytes are no text in any of them."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom):].decode(encoding), encoding
            except UnicodeDecodeError:
                break
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and _is_rather_big5(data, text):
            continue
        if looks_like_text(text):
            return text, encoding
    for encoding in ("utf-16-le", "utf-16-be"):  # without a BOM
        text = data.decode(encoding, "replace")
        if looks_like_text(text) and text.count("�") * 100 < len(text) and common_share(text) > 0.15:
            return text, encoding
    cut = _decode_mostly(data)
    if cut:
        return cut
    raise no_format(name)


def _decode_mostly(data: bytes) -> tuple[str, str] | None:
    """A text with a few broken bytes (cut in the middle of a character, say); the broken ones become U+FFFD."""
    found = []
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") * 50 <= len(text) + 49 and looks_like_text(text):
            found.append((common_share(text), text, encoding))
    share, text, encoding = max(found, default=(0.0, "", ""))
    return (text, encoding) if share > LEAST_COMMON else None


def _is_rather_big5(data: bytes, text: str) -> bool:
    """Whether Big5 makes common characters of bytes of which GB18030 makes rare ones."""
    try:
        other = data.decode("big5")
    except UnicodeDecodeError:
        return False
    return common_share(other) > common_share(text)


# The characters that any Chinese text of some length is full of, simplified and traditional.
COMMON = frozenset("的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到作地于於出就分对對成会會可主发發年动動同工也能下过過"
                   "子说說产產种種面而方后後多定行学學法所民得经經十三之进進着等部度家电電力里如水化高自二理起小物现現实實加量都两兩"
                   "体體制机機当當使点點从從业業本去把性好应應开開它合还還因由其些然前外天政四日那社义義事平形相全表间間样樣与與关關各重新"
                   "，。、；：（）市省府区區府城建设設和第月")


def common_share(text: str) -> float:
    sample = [char for char in text[:5 * MEASURED] if ord(char) > 0x7F][:MEASURED]
    return sum(char in COMMON for char in sample) / max(1, len(sample))


ODD = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f-\x84\x86-\x9f\ud800-\uf8ff\ufff0-\ufffc\ufffe\uffff\U000e0000-\U0010ffff]")


def looks_like_text(text: str) -> bool:
    """Whether control characters are rare enough for a text (form feeds and a stray one are seen in real files)."""
    sample = text[:MEASURED]
    return len(ODD.findall(sample)) * 50 <= len(sample)


def text_to_blocks(text: str) -> tuple[Block, ...]:
    """One block a paragraph, heading or item; offsets index `text` itself, whose line breaks may be \\r\\n."""
    return shape_outline(text, rebuild_tables(text, spaced_tables(text, tabbed_tables(text, join_lines(text, find_lines(text))))))


def find_lines(text: str) -> list[tuple[int, int]]:
    """The lines less their outer blanks at the right; empty ones as (start, start); overlong ones cut at headings."""
    lines: list[tuple[int, int]] = []
    start = 0
    for piece in re.split(r"(?<=\n)|(?<=\r)(?!\n)|(?<=[\f\x0b\x85\u2028\u2029])", text):
        end = start + len(piece)
        last = start
        if len(piece) > LONG_LINE:
            for cut in CUT.finditer(text, start, end):
                lines.append((last, cut.start()))
                last = cut.end()
                glued = GLUED.match(text, last, end)
                if glued and glued.end() < end:
                    lines.append((last, glued.end()))
                    last = glued.end()
        heading = TAIL_HEADING.search(text, max(last, start + len(piece.rstrip()) - 32), start + len(piece.rstrip()))
        if heading:  # …至2023年。一、发展背景
            lines.append((last, heading.end()))
            last = heading.end()
        chapter = CHAPTER_GLUED.match(text, last, end)
        if chapter:  # 第一章　总则　　第一条　为了…
            lines.append((last, last + len(chapter[0].rstrip())))
            last = chapter.end()
        lines.append((last, max(last, start + len(piece.rstrip()))))
        start = end
    return lines


def join_lines(text: str, lines: Sequence[tuple[int, int]], *, width: int | None = 0) -> list[Block]:
    """Paragraph blocks: a line that reaches the wrap width goes on in the next one. Width 0: to be measured."""
    contents = [text[start:end] for start, end in lines]
    width = wrap_width(contents) if width == 0 else width
    indented = width is not None and uses_indents(contents, width)
    blocks: list[Block] = []
    joinable = False
    before = ""
    for (start, end), line in zip(lines, contents, strict=True):
        if not line.strip():
            joinable = False
            continue
        wrapped = joinable and not INDENT.match(line)
        if (wrapped or goes_on(before, line)) and not find_numbering(line.strip()) and not NEW_ITEM.match(line.strip()):
            blocks[-1] = Block("paragraph", blocks[-1].start, end)
        else:
            blocks.append(Block("paragraph", start + len(line) - len(line.lstrip()), end))
        joinable = width is not None and half_widths(line) >= width - WRAP_SLACK and (indented or line[-1] not in CLOSED)
        before = line
    return blocks


def goes_on(before: str, line: str) -> bool:
    """Whether a break cut a paragraph: a long line ends in mid-sentence, or within a bracket that the next one closes, or
    between a number and its unit (…住房3.1万⏎套，).
    """
    line = line.strip()
    if CUT_NUMBER.search(before):
        unit = units().match(line)
        return unit is not None and line[unit.end():unit.end() + 1] in set("，。；、（以")
    if len(before) < 30 or before[-1] in CLOSED + ENDS_CELL or line[-1] not in CLOSED:
        return False
    opened = before.rfind("（")
    if opened > before.rfind("）") and len(before) - opened < 60:
        return 0 <= line.find("）") < (line.find("（") if "（" in line else len(line))
    return len(before) >= UNFINISHED and ("一" <= before[-1] <= "鿿" or before[-1] in "，、") and "一" <= line[0] <= "鿿"


@functools.cache
def units() -> re.Pattern[str]:
    words = sorted((row["unit"] for row in read_rows("units.csv", required=("unit",))), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def half_widths(line: str) -> int:
    return len(line.encode("gb18030", "replace"))  # two bytes a Chinese character or mark, one a Latin one


def wrap_width(lines: Sequence[str]) -> int | None:
    """The width in half-widths at which a text was hard-wrapped, or None where lines are whole paragraphs."""
    widths = sorted(half_widths(line) for line in lines if len(line) > 12)
    broken = sorted(half_widths(line) for line in lines if len(line) > 20 and line[-1] not in CLOSED)
    for measured, least, share in ((widths, 8, 0.5), (broken, 4, 0.7)):  # most lines are full; or most that end in mid-sentence
        if len(measured) < least:
            continue
        longest = measured[int(len(measured) * 0.95)]
        near = sum(abs(longest - width) <= WRAP_SLACK for width in measured)
        if longest < 180 and near >= share * len(measured) and widths[-1] <= longest * 1.3:
            return longest
    return None


def uses_indents(lines: Sequence[str], width: int) -> bool:
    """Whether paragraphs begin with an indent, so that a full line without one behind it always goes on."""
    begins = [line for before, line in pairwise(lines) if line.strip() and half_widths(before) < width - WRAP_SLACK]
    return sum(bool(INDENT.match(line)) for line in begins) >= 0.6 * max(1, len(begins))
