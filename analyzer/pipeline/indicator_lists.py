"""Lists that share numbers or names: the n-th number takes the n-th item, a row of a table its name."""

from __future__ import annotations

import re

from analyzer.pipeline.indicator_clauses import Add, Place
from analyzer.pipeline.indicator_words import HEAD_END, find_verbs, strip_head
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading

BARE_UNIT = re.compile(r"(?<!\s)\s*[（(][^（()）]{1,8}[）)]\s*$")
NUMBERED = re.compile(r"^\s*(?:\d{1,3}[.、．\s]*|[（(]?[一二三四五六七八九十]{1,3}[）)、.]\s*)")
ORDINAL = re.compile(r"\d{1,3}$")
SPAN_YEARS = re.compile(r"[\d\s.,%年月日\-—－～~/至、≥≤<>＜＞()（）〔〕]+$")
# words in which 和, 与, 及 join nothing
JOINED = frozenset(("普及", "涉及", "惠及", "波及", "及时", "及格", "参与", "与会", "饱和", "共和", "总和", "温和", "和谐", "和平", "和美"))
LATELY = re.compile("近年来?|首次|持续|继续|稳步|不断|均|都|双双|再次")
RATES = ("增速", "增幅", "占比", "比重")
ROWS_BACK = 9


def propose_pairs(text: str, quantities: list[Quantity], places: list[Place], index: int, add: Add) -> None:
    """城镇、农村居民人均可支配收入分别增长5%、6%: the n-th number takes the n-th item and the shared rest."""
    first, last = places[index].group
    size, order = last - first, index - first
    head = places[first]
    start, end = head.starts[-1], head.end
    leading = [verb.end for verb in head.verbs if verb.start <= start and verb.end < end]
    start = max([start, *leading])
    spot = text.find("城乡", start, end)
    if size == 2 and spot >= 0:
        pieces = ((spot, spot + 1), (spot + 2, end)) if order == 0 else ((spot + 1, end),)
        add("paired", "town", *pieces, words=("城镇", "农村")[order] + text[spot + 2:end])
    items = _items(text, start, end)
    if len(items) != size:
        rest = text[start:end]
        if "分别" in head.marks and "给予" not in head.marks and (not rest or len(rest) < 5 and HEAD_END.search(rest)):
            _pair_clause_before(text, quantities, places, index, (start, end), add)
        return
    _pair_item(text, items, order, add)


def _pair_item(text: str, items: list[tuple[int, int]], order: int, add: Add) -> None:
    """The n-th item of a list, alone or with what the first and a later item share with it."""
    size = len(items)
    (item_start, item_end), (last_start, last_end) = items[order], items[-1]
    if order == size - 1:
        add("paired", "last", (item_start, item_end))
        for ahead in (2, 3, 4):
            if 2 <= items[0][1] - items[0][0] - ahead <= 4 and item_end - item_start <= 4:
                add("paired", f"last-prefix{ahead}", (items[0][0], items[0][0] + ahead), (item_start, item_end))
        return
    item, model = text[item_start:item_end], text[last_start:last_end]
    add("paired", "named" if HEAD_END.search(item) else "alike" if item[-1:] == model[-1:] else "alone", (item_start, item_end))
    if model.endswith(RATES) and not item.endswith(RATES) and HEAD_END.search(model[:-2]) and HEAD_END.search(item):
        add("paired", "rate", (item_start, item_end), (last_end - 2, last_end))  # 工业增加值、税收增速
    if len(item) > 3 and (item[-2:] == model[-2:] or HEAD_END.search(item)):
        return
    # 卫生户厕、垃圾处理覆盖率和污水治理率: the nearest later item with a head lends it
    donor = next((later for later in items[order + 1:] if HEAD_END.search(text[later[0]:later[1]])), items[-1])
    model = text[donor[0]:donor[1]]
    prefix = items[0][0]
    for start in sorted(_seams(item, model)):
        for ahead in ((0,) if order == 0 else (0, 2, 3, 4)):
            lead = ((prefix, prefix + ahead),) if ahead and items[0][1] - prefix > ahead else ()
            if ahead and not lead:
                continue
            shared = ((donor[0] + start, donor[1]),) if start < len(model) else ()
            add("paired", f"prefix{ahead}:{_seams(item, model)[start]}", *lead, (item_start, item_end), *shared)


def _pair_clause_before(text: str, quantities: list[Quantity], places: list[Place], index: int, rest: tuple[int, int], add: Add) -> None:
    """甲、乙处理能力提高，处理率分别达到5%、6%: the items stand in the clause before, the shared rest in the own one."""
    first, last = places[index].group
    head = places[first]
    stop = head.left - 1
    limit = quantities[head.previous].end if head.previous is not None else head.line_start
    start = max([limit, *(text.rfind(mark, limit, stop) + 1 for mark in "，,；;。：:")])
    if stop <= start or text[stop] not in "，,":
        return
    begin = strip_head(text, start, stop)[-1]
    items = _items(text, begin, stop)
    if len(items) != last - first:
        return
    verbs = [verb for verb in find_verbs(text, items[-1][0], stop) if verb.start > items[-1][0]]
    adverb = LATELY.search(text, items[-1][0] + 1, stop)
    ends = [stop, *(verb.start for verb in verbs[:1]), *([adverb.start()] if adverb else [])]
    items[-1] = (items[-1][0], min(ends))
    own = items[index - first]
    if rest[1] - rest[0] > 1:
        again = text.find(text[rest[0]:rest[0] + 2], own[0] + 1, own[1])  # 垃圾处理能力, 处理率: 垃圾处理率
        add("split", "clause-rest", own if again < 0 else (own[0], again), rest)
    else:
        add("split", "clause", own)


def _seams(item: str, model: str) -> dict[int, str]:
    """Where in the model item the shared head may begin, and why."""
    seams = {len(model): "none"}
    for length in (2, 3, 4):
        if len(model) > length:
            seams[len(model) - length] = f"suffix{length}"
    if len(item) < len(model):
        seams[len(item)] = "same-length"
    if item.endswith("”") and "”" in model[:-1]:
        seams[model.rindex("”") + 1] = "quote"
    at = model.rfind(item[-2:]) if len(item) > 2 else -1
    if 0 <= at < len(model) - 3:
        seams[at + 2] = "common"
    return seams


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The items of a list with 、 和 与 及 或 outside of brackets."""
    items, depth, at = [], 0, start
    position = start
    while position < end:
        mark = text[position]
        if mark in "（(“《":
            depth += 1
        elif mark in "）)”》":
            depth -= 1
        elif depth <= 0 and mark in "、和与及或" and text[position - 1:position + 1] not in JOINED and text[position:position + 2] not in JOINED:
            if position > at:
                items.append((at, position))
            at = position + 1
        position += 1
    if at < end:
        items.append((at, end))
    return items


def propose_row_names(reading: Reading, places: list[Place], index: int, add: Add) -> None:
    """Lines above a bare cell: the row's name stands before its cells, often behind the row's number."""
    row, steps = places[index].line, 0
    text = reading.text
    for number in range(row - 1, max(-1, row - 1 - ROWS_BACK), -1):
        line = reading.lines[number]
        start, end = line.start, line.end
        if SPAN_YEARS.match(text[start:end]):
            continue
        steps += 1
        unit = BARE_UNIT.search(text[start:end])
        if unit:
            end = start + unit.start()
        mark = NUMBERED.match(text[start:end])
        if mark:
            start += mark.end()
        above = reading.lines[number - 1] if number else None
        numbered = bool(above and ORDINAL.match(text[above.start:above.end]))
        add("row", f"{steps}{'#' if numbered else ''}{'u' if unit else ''}", (start, end))
        if numbered:
            break
