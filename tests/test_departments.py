"""Named bodies of a stretch with their ids, likely bodies where none is named, and the training of the model."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from analyzer.department_training import collect_examples, cross_validate, main, train_model
from analyzer.departments import departments_for, infer_departments
from analyzer.errors import ModelError
from analyzer.ingest import text_to_document
from analyzer.lexicon import model_path
from analyzer.likely_departments import GENERAL, load_model, read_model, score_types, write_model
from analyzer.pipeline.organisations import find_assignments
from analyzer.pipeline.reading import read_text

TEXT = "1.改造小区50个。（牵头单位：市住建局；配合单位：财政局、各区政府）\n2.造林500亩。由市林业局牵头验收20处。"


def named(figure: str, **document):
    reading = read_text(text_to_document(TEXT))
    start = reading.text.index(figure)
    return departments_for(start, start + len(figure), find_assignments(reading), **document)


def test_named_bodies_carry_role_source_and_id():
    bodies = named("50个", level="municipal", region="辽宁省沈阳市")
    assert [(b.name, b.role, b.source, b.id) for b in bodies] == [
        ("市住建局", "lead", "explicit", "辽宁省沈阳市/housing-construction"),
        ("财政局", "support", "explicit", "辽宁省沈阳市/finance"),
        ("各区政府", "support", "explicit", "辽宁省沈阳市/each-people-government")]
    assert all(b.probability is None for b in bodies)


def test_a_stretch_without_named_bodies_has_none():
    assert named("500亩") == ()
    assert [b.name for b in named("20处")] == ["市林业局"]


def test_a_body_on_a_line_of_its_own_is_inherited():
    reading = read_text(text_to_document("1.改造小区50个。\n责任单位：市住建局"))
    start = reading.text.index("50个")
    (body,) = departments_for(start, start + 3, find_assignments(reading))
    assert body.source == "inherited"


LIKELY = [  # task, who may answer for it
    ("改造城镇老旧小区1200个，加装电梯300部。", {"housing-construction", "real-estate", "renewal-office"}),
    ("新建5G基站2万个，实现重点区域连续覆盖。", {"communications-admin", "industry-it"}),
    ("建设高标准农田50万亩，粮食产量稳定在200亿斤。", {"agriculture"}),
    ("每万人口执业医师数达到3.2人，县级医院床位增加2000张。", {"health"}),
    ("新增幼儿园学位1.2万个，改扩建中小学校60所。", {"education"}),
    ("研发经费投入增长10%，高新技术企业达到5000家。", {"science-technology"}),
]


@pytest.mark.parametrize(("task", "types"), LIKELY, ids=[task[:10] for task, _ in LIKELY])
def test_likely_bodies_fit_the_task(task, types):
    (bodies,) = infer_departments([task], [None], level="municipal", region="沈阳市")
    assert {body.id.split("/")[1] for body in bodies} & types
    assert all(b.source == "inferred" and 0 < b.probability <= 1 and b.name.startswith("沈阳市") for b in bodies)
    assert [b.probability for b in bodies] == sorted((b.probability for b in bodies), reverse=True)


def test_a_national_document_gets_ministries():
    (bodies,) = infer_departments(["建设高标准农田5000万亩。"], ["agriculture"], level="national")
    assert bodies[0].name == "农业农村部"


def test_many_tasks_at_once_give_what_each_gives_alone():
    tasks = [task for task, _ in LIKELY]
    together = infer_departments(tasks, [None] * len(tasks))
    assert together == [infer_departments([task], [None])[0] for task in tasks]
    assert infer_departments([], []) == []


def test_nothing_below_the_least_probability():
    assert infer_departments([LIKELY[0][0]], [None], least=1.0) == [()]
    assert len(infer_departments([LIKELY[0][0]], [None], limit=1, least=0.0)[0]) == 1


def test_the_shipped_model_is_small_and_holds_arrays_only():
    path = model_path("departments.npz")
    assert path.stat().st_size < 5_000_000
    with np.load(path, allow_pickle=False) as arrays:
        assert all(array.dtype != object for array in arrays.values())
    assert not GENERAL & set(load_model().types)


def test_a_missing_or_foreign_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="train"):
        read_model(tmp_path / "none.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(2))
    with pytest.raises(ModelError):
        read_model(tmp_path / "other.npz")


FIELDS = {"市住建局": "改造小区{n}个，加装电梯{n}部，完善小区管线", "市农业农村局": "建设高标准农田{n}万亩，培育种业企业，防控农田虫害",
          "市教育局": "新增学位{n}个，新建学校，培训教师{n}名"}


def lines(number: int):
    """Small documents of our own, three fields each, bodies in brackets."""
    for n in range(number):
        text = "".join(f"{i}.{task.format(n=n + 2)}。（责任单位：{body}、各区政府）\n"
                       f"{i + 3}.继续{task.format(n=n + 9)}第{n}批。（责任单位：{body}）\n"
                       for i, (body, task) in enumerate(FIELDS.items(), 1))
        yield text_to_document(text, f"d{n}.txt")


def test_examples_have_their_brackets_taken_away():
    examples = collect_examples(lines(1))
    assert len(examples) == 6 and {kind for e in examples for kind in e.types} == {"housing-construction", "agriculture", "education"}
    assert not any("责任单位" in e.text or "局" in e.text for e in examples)


def test_training_on_own_documents_learns_and_round_trips(tmp_path):
    examples = collect_examples(lines(12))
    scores = cross_validate(examples)
    assert scores["model"]["hit@1"] > 0.95
    model = train_model(examples)
    write_model(model, tmp_path / "own.npz")
    again = read_model(tmp_path / "own.npz")
    table = score_types(again, ["建设学校，新增学位"], [None])
    assert again.types[int(table.argmax())] == "education"
    assert 1 / (1 + np.exp(-(again.slope * table.max() + again.offset))) > 0.5


def test_too_few_examples_are_refused_with_numbers():
    with pytest.raises(ModelError, match="at least 60"):
        train_model(collect_examples(lines(2)))


def test_the_command_trains_from_files(tmp_path, capsys):
    for document in lines(12):
        (tmp_path / document.name).write_text(document.text, encoding="utf-8")
    assert main([str(tmp_path), "--out", str(tmp_path / "m.npz")]) == 0
    assert "hit@1" in capsys.readouterr().out and read_model(tmp_path / "m.npz").types


SHARED = Path(os.environ.get("POLICY_SHARED", Path(__file__).parents[1].parent / "shared")) / "gold" / "dev"


@pytest.mark.skipif(not SHARED.exists(), reason="the gold documents are not part of the project")
def test_named_bodies_on_gold_figures():
    """Exact per figure, on gold spans: the bar is 0.95."""
    import json

    from analyzer.ingest import read_document

    right = total = 0
    for gold in sorted(SHARED.glob("*.jsonl")):
        document = read_document(gold.with_suffix(".txt"))
        reading = read_text(document)
        assignments = find_assignments(reading, blocks=document.blocks)
        place = {source: number for number, source in enumerate(reading.offsets)}
        for line in gold.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record.get("optional") or record["start"] not in place:
                continue
            found = departments_for(place[record["start"]], place[record["end"] - 1] + 1, assignments)
            wanted = [record["departments"], *(record.get("departments_alt") or [])]
            right += {(d.name, d.role) for d in found} in [{(d["name"], d["role"]) for d in reading} for reading in wanted if reading != ""]
            total += 1
    assert right / total >= 0.95
