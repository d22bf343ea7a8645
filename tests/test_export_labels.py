"""Corrections as labels for the next model of categories."""

import json

from analyzer.categories import load_codebook
from analyzer.category_training import read_examples
from analyzer.export import rows_to_labels

ROWS = [
    {"review": "accepted", "category": "housing", "sentence": "筹集保障房3万套，改造小区200个。", "sha256": "a"},
    {"review": "edited", "category": "renewal", "sentence": "筹集保障房3万套，改造小区200个。", "sha256": "a"},
    {"review": "open", "category": "urban", "sentence": "新建公园30个。", "sha256": "a"},
    {"review": "rejected", "category": "urban", "sentence": "新建公园31个。", "sha256": "a"},
    {"review": "added", "category": "urban", "sentence": "新建绿道30公里。", "sha256": "b"},
]


def test_only_reviewed_figures_teach():
    rows = [json.loads(line) for line in rows_to_labels(ROWS).decode("utf-8").splitlines()]
    assert [(row["labels"], row["document"]) for row in rows] == [(["housing", "renewal"], "a"), (["urban"], "b")]


def test_training_reads_them(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(rows_to_labels(ROWS))
    examples = read_examples(path, load_codebook())
    assert [example.codes for example in examples] == [("housing", "renewal"), ("urban",)]
