"""How fast a library of N figures answers: filter, search, facet counts, sort and a page of 100 rows, as the app asks.

python benchmarks/store.py 1000000
"""

from __future__ import annotations

import hashlib
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from analyzer import store as library
from analyzer.store import Filters, search
from analyzer.store.schema import analyses, documents, figures, next_revision, writing

CATEGORIES = [
    "housing",
    "construction",
    "renewal",
    "urban",
    "rural",
    "safety",
    "economy",
    "finance",
    "industry",
    "innovation",
    "digital",
]
UNITS = ["个", "套", "户", "公里", "%", "亿元", "万人", "座", "家", "项", "平方米", "吨", None]
WORDS = [
    "老旧小区改造",
    "保障性租赁住房",
    "城市燃气管道更新",
    "口袋公园",
    "高标准农田",
    "数字经济核心产业",
    "城镇新增就业",
    "污水处理厂",
]
BODIES = [
    f"省{name}厅" for name in ("住房城乡建设", "财政", "自然资源", "生态环境", "交通运输", "水利", "农业农村", "教育")
]
PER_DOCUMENT = 200


def fill(store: library.Store, count: int) -> None:
    chance = random.Random(7)
    for first in range(0, count, 20_000):
        with writing(store) as connection:
            revision = next_revision(connection)
            rows = []
            for i in range(first, min(first + 20_000, count)):
                number = i // PER_DOCUMENT + 1
                if i % PER_DOCUMENT == 0:
                    _add_document(connection, number, chance)
                rows.append(_figure(i, number, revision, chance))
            connection.execute(figures.insert(), rows)
            connection.execute(
                sa.text("INSERT INTO figure_grams(rowid, grams) VALUES (:id, :grams)"),
                [{"id": row["id"], "grams": " ".join(search.text_to_grams(search.body_of(row)))} for row in rows],
            )


def _add_document(connection: sa.Connection, number: int, chance: random.Random) -> None:
    connection.execute(
        documents.insert().values(
            id=number,
            sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            name=f"{number}.txt",
            title=f"第{number}号文件",
            region=f"地区{chance.randrange(34)}",
            text="",
            blocks="[]",
            places="[]",
            warnings="[]",
            added="2026-01-01",
            sample=0,
        )
    )
    connection.execute(
        analyses.insert().values(
            document_id=number,
            version="0",
            codebook="",
            created="2026-01-01",
            figures=PER_DOCUMENT,
            commitments=0,
            rejected="[]",
            sentences="[]",
        )
    )


def _figure(i: int, number: int, revision: int, chance: random.Random) -> dict:
    word, value = chance.choice(WORDS), chance.randrange(1, 100_000)
    sentence = f"到{2020 + i % 11}年，{chance.choice(BODIES)}牵头，全市{word}达到{value}，第{i}项任务按期完成，责任到人、抓好落实。"
    bodies = [
        {"name": b, "role": "responsible", "source": "explicit"} for b in chance.sample(BODIES, chance.randrange(3))
    ]
    return {
        "id": i + 1, "key": f"{i:024d}", "document_id": number, "analysis_id": number, "start": i % PER_DOCUMENT * 70,
        "end": i % PER_DOCUMENT * 70 + 4, "quote": str(value), "value": value, "unit": chance.choice(UNITS),
        "comparator": chance.choice(["eq", "eq", "eq", "ge", "le", "approx"]), "change": "level", "indicator": word,
        "status": chance.choice(["planned", "planned", "achieved", "standard", "reference"]),
        "period": str(2020 + i % 11), "category": chance.choice(CATEGORIES), "sentence": sentence, "sentence_start": 0,
        "sentence_end": 60, "section": "[]", "rules": "[]", "confidence": chance.random(), "review": "open", "gone": 0,
        "departments": json.dumps(bodies, ensure_ascii=False), "revision": revision,
    }  # fmt: skip


QUESTIONS = [
    ("everything", Filters(), "document"),
    ("status", Filters(status=("planned",)), "value"),
    ("category, period", Filters(category=("housing", "renewal"), period=("2025",)), "-value"),
    ("department", Filters(department=("省财政厅",)), "period"),
    ("search 住房", Filters(text="住房"), "document"),
    ("search 老旧小区, status", Filters(text="老旧小区", status=("planned",)), "confidence"),
    ("region, unit, comparator", Filters(region=("地区3",), unit=("套", "户"), comparator=("ge",)), "-confidence"),
    ("one document", Filters(document=("77",)), "document"),
]


def forget(store: library.Store) -> None:
    """The answers, as every new filter finds them; the orderings stay, as they do in the app."""
    found = store.memory["columns"].found
    for key in [key for key in found if key[0] != "order"]:
        del found[key]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        store = library.open_store(home=Path(folder))
        start = time.perf_counter()
        fill(store, count)
        size = sum(p.stat().st_size for p in Path(folder).iterdir() if p.is_file()) / 1e6
        print(f"filled {count} figures in {time.perf_counter() - start:.0f} s, {size:.0f} MB")
        start = time.perf_counter()
        library.find(store)
        print(f"first question (columns into memory): {time.perf_counter() - start:.2f} s")
        every = []
        for name, filters, sort in QUESTIONS:
            times = []
            for _ in range(5):
                forget(store)
                start = time.perf_counter()
                found = library.find(store, filters, sort=sort)
                rows = library.read_figures(store, found.ids[200:300])
                times.append((time.perf_counter() - start) * 1000)
            every += times
            print(f"{name:28} {found.total:8} found, {len(rows)} rows, median {statistics.median(times):6.1f} ms")
        print(f"median of all {statistics.median(every):.1f} ms, worst {max(every):.1f} ms")
        key = library.read_figures(store, [500_000 % count])[0]["key"]
        start = time.perf_counter()
        library.accept_figures(store, [key], who="benchmark")
        library.find(store, Filters(status=("planned",)))
        print(f"one correction and the next question: {(time.perf_counter() - start) * 1000:.0f} ms")
        print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
