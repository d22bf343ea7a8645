"""Marked-up sample documents → plain text with gold records.

A source is a text file: header lines `%key: value`, then the body, one paragraph a line.

    # title   ## heading   ### heading below   ~ line outside the prose (number, addressee, signature, caption)
    ‖cell‖cell‖cell      a table row, the first of a table is its head; `^^` continues the cell above, `<<` the one left
    #! P @2026 c=housing,renewal r=null d=lead:A、B|support:C      defaults for all that follows; each stays until changed
    {1200个|老旧[小区]|改造|ge @2025 -}      a figure: quote | indicator with its head in brackets | action | options
    {!5A级}      looked at, not a figure
    \\A: or \\CB,water:      kind(s) of the sentence that follows (C commitment, A achievement, R rule, B background,
                            H heading), category of it
    ⏎      a line break inside a paragraph

Options of a figure and of `#!`: P A S R (planned, achieved, standard, reference), `@period` (in a `#!` also `@2025/2027|2027`:
another reading), `c=`, `r=`, `d=`.
Of a figure alone: eq ge gt le lt approx range, `+` (increase), `-` (decrease), `v=`, `m=` (value_max), `u=`, `opt`, and other readings
`ia= ha= pa= sa= ca= ra= ua= va= aa= da=` parted by `/` (periods, units and bodies by `;`), `ok` (contradicts a cue on purpose).
`_` stands for null, in a figure `&` for the `|` between bodies.
Bodies in brackets （责任单位：…） or （牵头单位：…；配合单位：…） hold for the figures before them in their paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

STATUS = {"P": "planned", "A": "achieved", "S": "standard", "R": "reference"}
KIND = {"C": "commitment", "A": "achievement", "R": "rule", "B": "background", "H": "heading"}
KIND_OF_STATUS = {"P": "C", "A": "A", "S": "R", "R": "B"}
COMPARATORS = {"eq", "ge", "gt", "le", "lt", "approx", "range"}
CHANGES = {"+": "increase", "-": "decrease"}
ALTERNATIVES = {"ia": "indicator", "ha": "head", "pa": "period", "sa": "status", "ca": "category", "ra": "region",
                "ua": "unit", "va": "value", "aa": "action"}
DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
WORDS: dict[str, tuple[float, str | None, str]] = {
    "全覆盖": (100, "%", "level"), "清零": (0, None, "level"), "零增长": (0, None, "increase"), "零发生": (0, None, "level"),
    "翻番": (2, "倍", "increase"), "翻一番": (2, "倍", "increase"), "翻两番": (4, "倍", "increase"),
    "减半": (50, "%", "decrease"), "倍增": (2, "倍", "increase"), "一半": (50, "%", "level"), "半数": (50, "%", "level"), "过半": (50, "%", "level"),
}
NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|[〇零一二两三四五六七八九十百千]+)"
AMOUNT = re.compile(rf"(?P<n>{NUMBER})?(?P<v>[多余几])?(?P<m>[万亿]*)(?P<w>[多余])?(?P<u>.*)", re.S)
RANGE = re.compile(rf"(?P<a>{NUMBER}[万亿]*)(?P<ua>[^\d〇零一二两三四五六七八九十百千—~至-]*)(?:—|–|~|～|至|-)(?P<b>{NUMBER}.*)", re.S)
FIGURE = re.compile(r"\{([^{}]*)\}|\\([CARBH]{1,2})?(?:,([a-z_,]+))?:|⏎")
SENTENCE = re.compile(r"[^。！？；!?]*(?:[。！？；!?]+[”’」』）)》]*|$)")
BODIES = re.compile(r"（((?:责任|牵头|配合|参与)(?:单位|部门)：[^（）]*(?:（[^（）]*）[^（）]*)*|[^（）]{3,}(?:配合|负责|牵头))）")
BETWEEN = re.compile("[、，,](?![^（]*）)")  # not inside 各县（市、区）人民政府
NUMBERED = re.compile(r"(?:\d+[.．、]|（[一二三四五六七八九十]+）|[一二三四五六七八九十]+、)")
ROLES = {"责任": "responsible", "牵头": "lead", "配合": "support", "参与": "support"}


@dataclass
class Mark:
    """What a piece of marked-up text says about the characters `start`–`end` of its line."""

    start: int
    end: int
    what: str  # figure, not, kind
    body: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)


@dataclass
class Line:
    """One paragraph, heading or table row of the clean text; `cells` only for a row."""

    role: str  # title, h1, h2, h3, note, para, row
    text: str
    marks: list[Mark]
    state: dict[str, Any]
    cells: list[str] = field(default_factory=list)


@dataclass
class Sample:
    """A parsed source: header fields and lines."""

    name: str
    head: dict[str, str]
    lines: list[Line]


def parse_source(path: Path) -> Sample:
    """A source file as header and lines; errors name file and line."""
    head: dict[str, str] = {}
    lines: list[Line] = []
    state: dict[str, Any] = {"status": "P", "period": None, "category": ["governance"], "region": None, "departments": None}
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            if raw.startswith("%"):
                key, _, value = raw[1:].partition(":")
                head[key.strip()] = value.strip()
            elif raw.startswith("#!"):
                state = {**state, **read_options(raw[2:].split(), state)[0]}
            elif raw.strip():
                lines.append(parse_line(raw.rstrip(), state))
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"{path.name}:{number}: {error!r}") from error
    return Sample(path.stem, head, lines)


def parse_line(raw: str, state: dict[str, Any]) -> Line:
    role = "para"
    for sign, name in (("#### ", "h3"), ("### ", "h2"), ("## ", "h1"), ("# ", "title"), ("~ ", "note")):
        if raw.startswith(sign):
            role, raw = name, raw[len(sign):]
            break
    if raw.startswith("‖"):
        cells, marks, at = [], [], 0
        for cell in raw.strip("‖").split("‖"):
            text, found = strip_marks(cell.strip(), state)
            shown = "" if text in ("^^", "<<") else text
            for mark in found:
                mark.start, mark.end = mark.start + at, mark.end + at
            cells.append(text)
            marks += found
            at += len(shown) + bool(shown)
        clean = "\n".join(c for c in cells if c not in ("^^", "<<"))  # one cell a line, as flattened tables come
        return Line("row", clean, marks, state, cells)
    text, marks = strip_marks(raw, state)
    return Line(role, text, marks, state)


def strip_marks(raw: str, state: dict[str, Any]) -> tuple[str, list[Mark]]:
    """The text without its marks, and the marks at their places in it."""
    out: list[str] = []
    marks: list[Mark] = []
    size = last = 0
    for match in FIGURE.finditer(raw):
        out.append(raw[last:match.start()])
        size += match.start() - last
        last = match.end()
        if match[0] == "⏎":
            out.append("\n")
            size += 1
        elif match[1] is not None:
            body = match[1].split("|")
            what = "not" if body[0].startswith("!") else "figure"
            quote = body[0].lstrip("!").replace("⏎", "\n")
            marks.append(Mark(size, size + len(quote), what, body, state))
            out.append(quote)
            size += len(quote)
        else:
            marks.append(Mark(size, size, "kind", [match[2] or "", match[3] or ""], state))
    out.append(raw[last:])
    return "".join(out), marks


def read_options(words: list[str], state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options as (fields that a default may set, fields of one figure)."""
    shared: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for word in words:
        key, _, value = word.partition("=")
        if word in STATUS:
            shared["status"] = word
        elif word.startswith("@"):
            shared["period"], _, other = (null(part) if part else None for part in word[1:].partition("|"))
            shared["period_alt"] = [other] if other else []
        elif word in COMPARATORS:
            own["comparator"] = word
        elif word in CHANGES:
            own["change"] = CHANGES[word]
        elif word == "ok":
            own["ok"] = True
        elif word == "opt":
            own["optional"] = True
        elif key == "c":
            shared["category"] = value.split(",")
        elif key == "r":
            shared["region"] = null(value)
        elif key == "d":
            shared["departments"] = read_bodies(value)
        elif key == "da":
            own["departments_alt"] = [read_bodies(part) or [] for part in value.split(";")]
        elif key == "v":
            own["value"] = float(value)
        elif key == "m":
            own["value_max"] = float(value)
        elif key == "u":
            own["unit"] = null(value)
        elif key in ALTERNATIVES:
            parts = value.split(";" if key in ("pa", "ua") else "/")
            kept: list[Any] = [null(p) for p in parts]
            if key == "va":
                kept = [float(p) for p in parts]
            if key == "sa":
                kept = [STATUS[p] for p in parts]
            own[f"{ALTERNATIVES[key]}_alt"] = kept
        else:
            raise ValueError(f"unknown option {word!r}")
    return shared, own


def null(value: str) -> str | None:
    return None if value in ("_", "null", "") else value


def read_bodies(value: str) -> list[dict[str, str]] | None:
    """`lead:A、B|support:C` as a list of bodies; empty means none by default, brackets then count."""
    if not value:
        return None
    bodies = []
    for part in re.split("[|&]", value):
        role, _, names = part.rpartition(":")
        bodies += [{"name": name, "role": role or "responsible"} for name in re.split(BETWEEN, names)]
    return bodies


def bracket_bodies(text: str) -> list[dict[str, str]]:
    bodies = []
    if "：" not in text:  # （A牵头，B、C配合）
        text = re.sub("(?:按职责分工)?负责", "", re.sub("(.*?)牵头，?", r"牵头单位：\1；", re.sub("([^，；]*)配合$", r"配合单位：\1", text)))
        text = text if "：" in text else f"责任单位：{text}"
    for part in filter(None, re.split("[；;]", text.replace("\n", ""))):
        role, _, names = part.partition("：")
        bodies += [{"name": name, "role": ROLES[role[:2]]} for name in re.split(BETWEEN, names) if name]
    return bodies


def han_number(text: str) -> float:
    """〇一二… and 十百千 as a number; plain digits of years (二〇二五) read positionally."""
    if not any(c in TENS for c in text):
        return float(int("".join(str(DIGITS[c]) for c in text)))
    total, digit = 0.0, None
    for c in text:
        if c in TENS:
            total += (1 if digit is None else digit) * TENS[c]
            digit = None
        else:
            digit = DIGITS[c]
    return float(total + (digit or 0))


def number(text: str) -> Decimal:
    text = text.replace(",", "")
    return Decimal(text) if text[0].isdigit() else Decimal(int(han_number(text)))


def scale(magnitude: str) -> Decimal:
    result = Decimal(1)
    for c in magnitude:
        result *= 10**4 if c == "万" else 10**8
    return result


def read_amount(quote: str) -> dict[str, Any]:
    """Value, unit, comparator and change that a quote alone tells."""
    text = quote.replace("\n", "").replace("％", "%")
    found: dict[str, Any] = {"value_max": None, "comparator": "eq", "change": "level"}
    if text.startswith("零") and text not in WORDS and len(text) > 1 and text[1] not in DIGITS:
        return {**found, "value": 0, "unit": None}
    if text in WORDS:
        value, unit, change = WORDS[text]
        return {**found, "value": value, "unit": unit, "change": change} | ({"comparator": "gt"} if text == "过半" else {})
    if match := re.fullmatch(r"半(.+)", text):
        return {**found, "value": 0.5, "unit": match[1]}
    if match := re.fullmatch(r"百分之(.+)", text):
        return {**found, "value": _spoken(match[1]), "unit": "%"}
    if match := re.fullmatch(r"(.+)成(半)?", text):
        return {**found, "value": float(number(match[1]) * 10 + (5 if match[2] else 0)), "unit": "%"}
    if match := re.fullmatch(rf"({NUMBER})分之({NUMBER})", text):
        return {**found, "value": round(float(100 * number(match[2]) / number(match[1])), 4), "unit": "%"}
    if match := RANGE.fullmatch(text):
        high = read_amount(match["b"])
        low = read_amount(match["a"])
        factor = Decimal(1)
        if not re.search("[万亿]", match["a"]) and (m := AMOUNT.fullmatch(match["b"])) and not match["ua"]:
            factor = scale(m["m"])
        return {**found, "value": float(Decimal(str(low["value"])) * factor), "value_max": high["value"], "unit": high["unit"], "comparator": "range"}
    match = AMOUNT.fullmatch(text.removeprefix("第"))
    if not match or not (match["n"] or match["m"]):
        raise ValueError(f"no number in {quote!r}")
    amount = (number(match["n"]) if match["n"] else Decimal(1)) * scale(match["m"])
    if match["v"] or match["w"]:
        found["comparator"] = "gt"
    return {**found, "value": float(amount), "unit": match["u"] or None}


def _spoken(text: str) -> float:
    whole, _, part = text.partition("点")
    return float(number(whole)) + (float("0." + "".join(str(DIGITS[c]) for c in part)) if part else 0)


def figure_record(mark: Mark, text: str, base: int, bodies: list[dict[str, str]], category: list[str] | None) -> dict[str, Any]:
    """The gold record of a figure; `text` is the document's, `base` the place of the mark's line in it."""
    body = [*mark.body, "", "", ""][:4]
    start, end = mark.start + base, mark.end + base
    quote = text[start:end].replace("\n", "")
    shared, own = read_options(body[3].split(), mark.state)
    state = {**mark.state, **({"category": category} if category else {}), **shared}
    amount = read_amount(quote)
    indicator = body[1].replace("[", "").replace("]", "")
    head = re.search(r"\[(.*?)\]", body[1])
    departments = state["departments"] if state["departments"] is not None else bodies
    record: dict[str, Any] = {
        "quote": quote, "start": start, "end": end, "value": own.get("value", amount["value"]),
        "value_max": own.get("value_max", amount["value_max"]), "unit": own.get("unit", amount["unit"]) if "unit" in own else amount["unit"],
        "comparator": own.get("comparator", amount["comparator"]), "change": own.get("change", amount["change"]),
        "indicator": indicator or None, "head": head[1] if head else indicator or None, "action": null(body[2]),
        "status": STATUS[state["status"]], "period": state["period"], "region": state["region"],
        "category": state["category"][0], "departments": departments,
    }
    if len(state["category"]) > 1:
        record["category_alt"] = state["category"][1:]
    if record["value_max"] is not None and "comparator" not in own:
        record["comparator"] = "range"
    if record["status"] in ("standard", "reference") and not shared.get("period") and record["status"] == "standard":
        record["period"] = None
    if state.get("period_alt") and record["period"]:
        record["period_alt"] = state["period_alt"]
    record |= {key: value for key, value in own.items() if key.endswith("_alt") or key in ("optional", "ok")}
    for key in ("value", "value_max"):
        if isinstance(record[key], float) and record[key].is_integer():
            record[key] = int(record[key])
    return record


def line_figures(line: Line, text: str, base: int) -> list[dict[str, Any]]:
    """The figures of a line with the bodies of the next bracket behind them."""
    brackets = [(m.end(), bracket_bodies(m[1])) for m in BODIES.finditer(line.text)] if line.role != "row" else []
    records = []
    for mark in line.marks:
        if mark.what == "figure":
            bodies = next((b for end, b in brackets if mark.start < end), [])
            kind = [m for m in line.marks if m.what == "kind" and m.start <= mark.start]
            category = None
            if kind and kind[-1].body[1] and not _ends_between(line.text, kind[-1].start, mark.start):
                category = kind[-1].body[1].split(",")
            records.append(figure_record(mark, text, base, bodies, category))
    return records


def _ends_between(text: str, start: int, end: int) -> bool:
    return bool(re.search("[。！？；]", text[start:end]))


def line_sentences(line: Line, base: int) -> list[dict[str, Any]]:
    """The sentences of a line with kinds and category; rows of tables have none."""
    if line.role == "row":
        return []
    found = []
    for match in SENTENCE.finditer(line.text):
        start, end = match.span()
        while start < end and line.text[start].isspace():
            start += 1
        sentence = line.text[start:end].rstrip()
        if not sentence:
            continue
        kinds = KIND_OF_STATUS[line.state["status"]]
        category = line.state["category"]
        if line.role != "para" or re.match("（?(责任|牵头|配合|参与)(单位|部门)：|（[^（）]{3,}(配合|负责|牵头)）$", sentence):
            kinds = "H"
        inside = [m for m in line.marks if m.what == "figure" and match.start() <= m.start < end]
        if kinds in ("C", "A", "R") and inside:
            kinds = rule_kinds(kinds, [read_options([*m.body, "", "", ""][3].split(), m.state)[0].get("status") for m in inside])
        elif kinds != "H" and match.start() == 0 and len(sentence) < 26 and NUMBERED.match(sentence):
            kinds = "H"
        elif kinds in ("C", "A") and match.start() == 0 and len(sentence) < 16 and end < len(line.text):
            kinds = {"C": "HC", "A": "AH"}[kinds]
        for mark in line.marks:
            if mark.what == "kind" and mark.body[0] and match.start() <= mark.start < end:
                kinds = mark.body[0]
            if mark.what == "kind" and mark.body[1] and match.start() <= mark.start < end:
                category = mark.body[1].split(",")
        found.append({"start": start + base, "end": start + len(sentence) + base, "kinds": [KIND[k] for k in kinds],
                      "category": category, "text": sentence.replace("\n", "")})
    return found


def rule_kinds(kind: str, own: list[str | None]) -> str:
    """A sentence of rules alone is a rule first, one with some of them may be read as one."""
    if kind == "R":
        return "CR" if all(status == "P" for status in own) else "RC" if "P" in own else kind
    if kind == "A" and all(status == "P" for status in own):
        return "C"
    if all(status == "S" for status in own):
        return "R" + kind
    return kind + "R" if "S" in own else kind


