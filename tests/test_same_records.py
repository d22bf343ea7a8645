"""A change meant for speed changes no record: the records of the sample documents against the ones kept.

After a change that is meant to change records: `REGENERATE_RECORDS=1 python -m pytest tests/test_same_records.py`, and look
at the difference of `tests/data/same_records.json` before it is committed.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest

from analyzer import analyze, read_document
from analyzer.records import to_dict

HERE = Path(__file__).parent
KEPT = HERE / "data" / "same_records.json"
DOCUMENTS = sorted(path for ending in ("txt", "md", "html", "docx") for path in (HERE.parent / "corpus" / "documents").glob(f"*.{ending}"))
KINDS = ("figures", "commitments", "sentences", "rejected")


def digest(analysis):
    """The number of records of each kind and a hash of them; chances are left out, for they differ in the last bit between machines."""
    told = {}
    for kind in KINDS:
        records = [{name: value for name, value in to_dict(record).items() if name != "confidence"} for record in getattr(analysis, kind)]
        told[kind] = [len(records), hashlib.sha256(json.dumps(records, ensure_ascii=False).encode()).hexdigest()[:16]]
    return told


def test_records_stay_the_same():
    found = {path.name: digest(analyze(read_document(path))) for path in DOCUMENTS}
    assert found
    if os.environ.get("REGENERATE_RECORDS"):
        KEPT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        pytest.skip("the kept records were written anew")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    changed = {name: [kind for kind in KINDS if kept.get(name, {}).get(kind) != told[kind]] for name, told in found.items()}
    assert {name: kinds for name, kinds in changed.items() if kinds} == {}


def test_a_document_analysed_again_or_among_others_is_the_same():
    first = digest(analyze(read_document(DOCUMENTS[0])))
    analyze(read_document(DOCUMENTS[-1]))
    assert digest(analyze(read_document(DOCUMENTS[0]))) == first
