"""Builds the sample files and the gold data from `sources/`: python corpus/build.py [--check] [NAME...]

Every source becomes its files in `documents/`, and if it asks for it, `gold/NAME.txt`, `gold/NAME.jsonl`, its rows of
`gold/sentences.jsonl` and `gold/categories.jsonl`. `manifest.csv` lists the files. `--check` writes nothing and reports problems.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from markup import COMPARATORS, Sample, line_figures, line_sentences, parse_source

HERE = Path(__file__).parent
CATEGORIES = [
    "housing", "construction", "renewal", "urban", "rural", "safety", "economy", "finance",
    "industry", "innovation", "digital", "agriculture", "opening", "reform", "employment", "education",
    "health", "welfare", "culture", "ecology", "energy", "transport", "water", "governance",
]
STATUSES = ("planned", "achieved", "standard", "reference")
NUMERIC = re.compile(  # digits, number words before a measure word, the closed list
    r"零(?!售|星|部|食|担|工|钱|距)[一-鿿]+|"
    r"\d[\d.,]*|[〇零一二两三四五六七八九十百千万]+(?=["
    r"个件项户套所座条家名人次亩元批处台部张支只种类级倍成年天日月]|分之|公里|百分点)"
    r"|全覆盖|清零|翻番|翻一番|倍增|减半|零增长|零发生"
)
KNOWN = re.compile("|".join([  # what a number may be without being a figure and without a mark
    r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?底?", r"\d{1,2}月(?:\d{1,2}日)?", r"\d{4}[—–-]\d{4}年?", r"\d{4}-\d{2}-\d{2}", "二〇三五年",  # dates
    "一年(?:来|接着一年|极不|。)", "(?:过去|关键)一年", "一(?=年干)", "近?[三五]年(?!以)", "学前一年",  # spans
    r"〔\d{4}〕\d+号", r"附件\d?", r"专栏\d", r"(?m:^\d+(?:[.．、]|$))", "（[一二三四五六七八九十]+）", "(?m:^[一二三四五六七八九十]+、)",  # list numbers
    "[一二三四]是", "二十大",
    r"第[\d一二三四五六七八九十]+[章条届次批]?", "[一二三四五六七八九十]+届[一二三四]中", "会?[一二三四五六]次会议", "十[三四五]五", "三年行动",  # names
    "三农", "两会", "三次产业", "第三产业", "九年义务", "一网通办", "一件事(?:接着一件事)?", "零就业家庭", "等[二三四五六七八九十]+部门",
    "万元(?:GDP|地区)", "每[百千万]人口?", "(?m:^万[套人户个]$)", "（万元）",  # units of rates and of table columns
    "一批", "一项", "一次(?:性|验收)",  # articles
]))


def sample_text(sample: Sample) -> tuple[str, list[int]]:
    """The plain text of a sample and the place where each line begins in it; headings are plain lines."""
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    indent = "　　" if sample.head["format"].split(",")[0] == "txt" else ""
    for line in sample.lines:
        lead = indent if line.role in ("para", "h1", "h2", "h3") else ""
        starts.append(at + len(lead))
        parts.append(lead + line.text + "\n")
        at += len(parts[-1])
    return "".join(parts), starts


def sample_gold(sample: Sample) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Text, figures and sentences; offsets index the text, also where it is hard-wrapped."""
    text, starts = sample_text(sample)
    figures: list[dict[str, Any]] = []
    sentences: list[dict[str, Any]] = []
    for line, start in zip(sample.lines, starts, strict=True):
        figures += line_figures(line, text, start)
        sentences += line_sentences(line, start)
    if width := int(sample.head.get("wrap", 0)):
        text, place = wrap(text, width)
        for record in (*figures, *sentences):
            record["start"], record["end"] = place[record["start"]], place[record["end"] - 1] + 1
    return text, figures, sentences


def wrap(text: str, width: int) -> tuple[str, list[int]]:
    """The text broken after `width` full-width characters, and the new place of each old character."""
    out: list[str] = []
    place: list[int] = []
    used = 0.0
    for i, char in enumerate(text):
        wide = 0.5 if ord(char) < 128 else 1.0
        inside = i and re.match(r"[0-9.A-Za-z%]", char) and re.match(r"[0-9.A-Za-z]", text[i - 1])
        if char != "\n" and used + wide > width and char not in "，。、；：？！”）》%" and not inside:
            out.append("\n")
            used = 0.0
        place.append(len(out))
        out.append(char)
        used = 0.0 if char == "\n" else used + wide
    return "".join(out), place


CUES = [  # what the words before and behind a number say of it; `ok` in a figure's options says that they were looked at
    ("comparator", "ge", r"(?:不低于|不得低于|不少于|至少|不小于)$", r"^(?:以上|及以上|（含）以上)"),
    ("comparator", "le", r"(?:不超过|不高于|不得超过|不多于|最高|不大于|不得高于)$", r"^(?:以内|以下|内)"),
    ("comparator", "gt", r"(?<!不)(?<!不得)(?:超过|突破|超)$", None),
    ("comparator", "lt", r"(?<!不)(?<!不得)(?:低于|不足|不到|小于)$", None),
    ("comparator", "approx", r"(?:约|近|大约)$", r"^(?:左右|上下)"),
    ("change", "increase", r"(?:增长|提高|上升|上涨|净增|增产)$", None),
    ("change", "decrease", r"(?:下降|减少|压减|降低)$", None),
    ("change", "level", r"(?:新增|增至|达到|提高到|控制在|降至|增加到)$", None),
]


def cue_problems(record: dict[str, Any], text: str) -> Iterable[str]:
    """Where a field contradicts the words beside the number."""
    before, after = text[:record["start"]].replace("\n", "")[-8:], text[record["end"]:].replace("\n", "")[:6]
    for field, expected, left, right in CUES:
        said = re.search(left, before) or (right and re.search(right, after))
        if said and record[field] != expected and not (field == "comparator" and record[field] == "range"):
            yield f"{before}[{record['quote']}]{after}: {field} {record[field]}, the words say {expected}"
    if record["change"] == "increase" and "新增" in (record["action"] or ""):
        yield f"{before}[{record['quote']}]{after}: 新增 is level"


def problems(sample: Sample, text: str, figures: list[dict[str, Any]]) -> Iterable[str]:
    """What is wrong with the annotation; every number that is neither figure nor marked nor of a known kind is named."""
    flat = text.replace("\n", "")
    for r in figures:
        where = f"{sample.name}: {r['quote']}"
        if text[r["start"]:r["end"]].replace("\n", "") != r["quote"]:
            yield f"{where}: quote is not the text's {text[r['start']:r['end']]!r}"
        if r["category"] not in CATEGORIES or not set(r.get("category_alt", [])) <= set(CATEGORIES):
            yield f"{where}: category {r['category']} {r.get('category_alt')}"
        if r["comparator"] not in COMPARATORS or r["status"] not in STATUSES or r["change"] not in ("level", "increase", "decrease"):
            yield f"{where}: enum"
        readings = [r["indicator"] or "", *r.get("indicator_alt", [])]
        for head in (r["head"], *r.get("head_alt", [])):
            if not any(head in reading for reading in readings):
                yield f"{where}: head {head} not in {readings}"
        if not r["indicator"] or not set(r["indicator"]) <= set(flat):
            yield f"{where}: indicator {r['indicator']}"
        if r["status"] in ("planned", "achieved") and not re.fullmatch(r"\d{4}(-\d\d|-[QH]\d|/\d{4})?|None", str(r["period"])):
            yield f"{where}: period {r['period']}"
        if r["comparator"] == "range" and (r["value_max"] is None or r["value_max"] <= r["value"]):
            yield f"{where}: range {r['value']}–{r['value_max']}"
        if not r.pop("ok", False):
            yield from (f"{sample.name}: {found}" for found in cue_problems(r, text))
        if r["action"] and not set(r["action"]) <= set(flat):
            yield f"{where}: action {r['action']}"
    for line in sample.lines:
        taken = [(m.start, m.end) for m in line.marks if m.what != "kind"] + [m.span() for m in KNOWN.finditer(line.text)]
        for match in NUMERIC.finditer(line.text):
            if not any(a <= match.start() < b for a, b in taken):
                around = line.text[max(0, match.start() - 12):match.end() + 12]
                yield f"{sample.name}: unmarked number {match[0]} in …{around}…"


def write_gold(samples: list[Sample], gold: Path) -> list[str]:
    """Writes the gold files; returns the problems found."""
    found: list[str] = []
    all_sentences: list[dict[str, Any]] = []
    labelled: list[dict[str, Any]] = []
    seen: set[str] = set()
    for sample in samples:
        text, figures, sentences = sample_gold(sample)
        found += problems(sample, text, figures)
        if sample.head.get("gold") == "yes":
            write(gold / f"{sample.name}.txt", text)
            write(gold / f"{sample.name}.jsonl", to_lines(figures))
        if sample.head.get("sentences") == "yes":
            all_sentences += [{"document": sample.name, **{k: s[k] for k in ("start", "end", "kinds", "text")}} for s in sentences]
        if sample.head.get("categories") == "yes":
            for s in sentences:
                if s["kinds"][0] in ("commitment", "achievement", "rule") and len(s["text"]) > 9 and s["text"] not in seen:
                    seen.add(s["text"])
                    labelled.append({"document": sample.name, "text": s["text"], "labels": s["category"]})
    for path in sorted((HERE / "sources" / "categories").glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                labels, _, text = line.partition(" ")
                if text in seen or not set(labels.split(",")) <= {*CATEGORIES, "none"}:
                    found.append(f"{path.name}:{number}: repeated or unknown label: {line}")
                seen.add(text)
                labelled.append({"document": f"own_{path.stem}_{(number - 1) // 6 + 1:02}", "text": text, "labels": labels.split(",")})
    for record in labelled:
        if not set(record["labels"]) <= {*CATEGORIES, "none"}:
            found.append(f"{record['document']}: label {record['labels']}: {record['text']}")
    write(gold / "sentences.jsonl", to_lines(all_sentences))
    write(gold / "categories.jsonl", to_lines({"id": n, **r} for n, r in enumerate(labelled, 1)))
    return found


def to_lines(records: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)


def write(path: Path, content: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding))


def manifest(samples: list[Sample]) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["file", "title", "issuer", "region", "level", "genre", "date", "format", "gold"])
    for sample in samples:
        for kind in sample.head["format"].split(","):
            h = sample.head
            rows.writerow([f"documents/{sample.name}.{kind}", h["title"], h["issuer"], h["region"], h["level"], h["genre"], h["date"], kind,
                           "yes" if h.get("gold") == "yes" else "no"])
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only these documents are rebuilt (the gold data always whole)")
    parser.add_argument("--check", action="store_true", help="report problems of the annotation, write nothing but the gold data")
    args = parser.parse_args()
    samples = [parse_source(path) for path in sorted((HERE / "sources").glob("*.txt"))]
    found = write_gold(samples, HERE / "gold")
    write(HERE / "manifest.csv", manifest(samples))
    if not args.check:
        from formats import write_document

        for sample in samples:
            if not args.names or sample.name in args.names:
                for kind in sample.head["format"].split(","):
                    write_document(sample, kind, HERE / "documents" / f"{sample.name}.{kind}", sample_gold(sample)[0])
    print(*found, sep="\n", file=sys.stderr)
    print(f"{len(samples)} documents, {sum(len(sample_gold(s)[1]) for s in samples if s.head.get('gold') == 'yes')} gold figures, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
