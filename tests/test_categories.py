"""Policy areas: the codebook, the model, what it explains, and how it is trained."""

import json

import pytest
import yaml

from analyzer.categories import (
    Codebook,
    check_codebook,
    classify,
    figure_parts,
    load_classifier,
    load_codebook,
    neighbours,
    sentence_parts,
    words_alone,
)
from analyzer.category_contexts import find_topics, read_places
from analyzer.category_training import (
    check_examples,
    clause_around,
    fit,
    label_lines,
    place_examples,
    read_examples,
    train,
)
from analyzer.errors import LexiconError, ModelError

PHRASES = {
    "housing": ["筹集保障性租赁住房2万套。", "保交楼项目全部交付。"],
    "construction": ["装配式建筑占新建建筑面积比例达到40%。", "培育建筑业总承包特级资质企业3家。"],
    "renewal": ["改造城镇老旧小区800个。", "既有住宅加装电梯500部。"],
    "urban": ["新建口袋公园60个。", "城市生活垃圾回收利用率达到35%。", "建成地铁线路42公里。"],
    "rural": ["改造农村危房3000户。", "农村卫生户厕普及率提高到75%。"],
    "safety": ["开展燃气安全专项整治，排查隐患1200处。", "新建消防站5座。"],
    "economy": ["地区生产总值增长5.5%左右。", "社会消费品零售总额增长6%。"],
    "finance": ["一般公共预算收入增长4%。", "新增上市公司6家。"],
    "industry": ["规模以上工业增加值增长7%。", "培育专精特新“小巨人”企业30家。"],
    "innovation": ["全社会研发经费投入强度达到2.6%。", "每万人口高价值发明专利拥有量达到12件。"],
    "digital": ["新建5G基站1.2万个。", "算力规模达到15EFLOPS。"],
    "agriculture": ["粮食产量稳定在480亿斤以上。", "新建高标准农田200万亩。"],
    "opening": ["外贸进出口总额增长8%。", "中欧班列开行600列。"],
    "reform": ["企业开办时间压缩至1个工作日。", "新登记经营主体20万户。"],
    "employment": ["城镇新增就业35万人。", "开展补贴性职业技能培训20万人次。"],
    "education": ["新增义务教育学位4万个。", "新建公办幼儿园80所。"],
    "health": ["每千人口拥有3岁以下婴幼儿托位数4.5个。", "建设县域医共体30个。"],
    "welfare": ["新增护理型养老床位5000张。", "城乡低保标准提高5%。"],
    "culture": ["接待游客1.2亿人次。", "新增国家4A级景区3家。"],
    "ecology": ["森林覆盖率达到45%。", "细颗粒物平均浓度下降3%。"],
    "energy": ["新能源装机规模突破5000万千瓦。", "建成充电桩3万个。"],
    "transport": ["高速公路通车里程达到5000公里。", "港口货物吞吐量增长4%。"],
    "water": ["除险加固病险水库60座。", "改造大中型灌区12处。"],
    "governance": ["人大代表建议和政协提案办复率100%。", "行政规范性文件合法性审查率达到100%。"],
}
NO_TASK = ["各市、县人民政府，省政府各部门：", "（责任单位：省财政厅、省教育厅）", "向关心支持我省发展的各界人士表示衷心感谢！"]


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in PHRASES.items() for text in texts])
def test_a_plain_sentence_has_its_area(code, text):
    assert classify([text], allow_none=False)[0].code == code


@pytest.mark.parametrize("text", NO_TASK)
def test_what_states_no_task_has_none(text):
    found = classify([text])[0]
    assert found.code is None
    assert found.words == ()


def test_probability_second_and_words():
    found = classify(["推进城镇老旧小区改造。", "支持智能制造装备产业数字化转型。"])
    assert all(0 < item.probability <= 1 for item in found)
    assert "老旧小区" in "".join(found[0].words)
    assert found[0].second is None or found[0].second != found[0].code


def test_batch_and_single_agree_and_empty_is_none():
    texts = ["新建公办幼儿园80所。", "", "除险加固病险水库60座。"]
    assert classify(texts) == [classify([text])[0] for text in texts]
    assert classify([]) == []


def test_context_decides_what_the_words_leave_open():
    bare = sentence_parts("完成年度任务的80%。")
    told = sentence_parts("完成年度任务的80%。", section=("五、水利",), near=["除险加固病险水库12座。"], paragraph=["新建灌区3处。"])
    assert classify([bare], allow_none=False)[0].code != "water"
    assert classify([told], allow_none=False)[0].code == "water"


def test_figures_are_judged_by_indicator_first():
    parts = figure_parts("建设幼儿园20所", indicator="幼儿园", sentence="改造老旧小区100个，建设幼儿园20所。")
    assert classify([parts], allow_none=False)[0].code == "education"


def test_neighbours_stay_in_reach_and_line():
    near, paragraph = neighbours(list("abcde"), [0, 0, 1, 1, 1], 2)
    assert near == list("abde")
    assert paragraph == list("de")


def test_words_alone_work_without_training():
    found = classify(["改造城镇老旧小区800个。"], classifier=words_alone(load_codebook()))[0]
    assert (found.code, found.words) == ("renewal", ("老旧小区",)) or found.code == "renewal"


def test_a_long_word_hides_the_short_one_inside():
    alone = words_alone(load_codebook())
    assert classify(["农村公路"], classifier=alone)[0].code == "transport"
    assert classify(["住房公积金"], classifier=alone)[0].code == "housing"


@pytest.mark.parametrize(("rows", "told"), [
    ("text", "list"),
    ([{"code": "a"}, {"code": "a"}], "duplicate code"),
    ([{"code": "a"}, {"code": ""}], "empty"),
    ([{"code": "a", "keywords": ["水库"]}, {"code": "b", "keywords": ["水库"]}], "already belongs"),
    ([{"code": "a", "keywords": 3}, {"code": "b"}], "list"),
])
def test_a_codebook_that_contradicts_itself_is_refused(rows, told, tmp_path):
    with pytest.raises(LexiconError, match=told) as caught:
        check_codebook(rows, tmp_path / "own.yaml")
    assert "own.yaml" in caught.value.chinese


def own_codebook(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump([{"code": "wet", "zh": "水", "keywords": ["水库", "灌区"]},
                                    {"code": "dry", "zh": "路", "keywords": ["公路", "桥梁"]}], allow_unicode=True), encoding="utf-8")
    return path


LABELS = [("wet", f"建设第{n}座水库，改造灌区") for n in range(6)] + [("dry", f"修建{n}条公路和桥梁") for n in range(6)]


@pytest.mark.parametrize("kind", ["tsv", "jsonl", "csv"])
def test_training_from_an_own_codebook_and_labels(kind, tmp_path):
    codebook = load_codebook(own_codebook(tmp_path))
    source = tmp_path / f"labels.{kind}"
    if kind == "jsonl":
        lines = [json.dumps({"text": text, "labels": [code]}, ensure_ascii=False) for code, text in LABELS]
    else:
        mark = "\t" if kind == "tsv" else ","
        lines = [f"text{mark}code", *(f"{text.replace('，', '、')}{mark}{code}" for code, text in LABELS)]
    source.write_text("\n".join(lines), encoding="utf-8")
    scores = train([source], tmp_path / "own.npz", codebook=codebook, folds=3)
    assert scores["sentences_right"] == 1.0
    classifier = load_classifier(tmp_path / "own.npz")
    assert [found.code for found in classify(["整修水库", "养护公路"], classifier=classifier, allow_none=False)] == ["wet", "dry"]


def test_sentences_are_learned_from_in_their_places(tmp_path):
    codebook = load_codebook(own_codebook(tmp_path))
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "report.txt").write_text("一、水利建设\n整修水库。疏通灌区。\n二、交通\n养护公路。", encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04broken")
    places = read_places([folder])
    assert list(places) == ["report"]  # what cannot be read is left out
    source = tmp_path / "labels.jsonl"
    rows = [{"text": "疏通灌区。", "labels": ["wet"], "document": "report"}, {"text": "架设桥梁。", "labels": ["dry"], "document": "report"},
            {"text": "疏通灌区。", "labels": ["wet"], "document": "another"}]
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    first, *others = place_examples(read_examples(source, codebook), places)
    texts = [text for text, _ in first.parts if text]
    assert texts[0] == "疏通灌区。" and "整修水库。" in texts and any("水利建设" in text for text in texts[1:])
    assert all(not any(text for text, _ in example.parts[1:]) for example in others)  # not in that document, or no such document


def test_topics_need_many_sentences_and_become_weights_of_n_grams(tmp_path):
    assert find_topics(["修建水库和灌区"] * 500) is None
    codebook = load_codebook(own_codebook(tmp_path))
    source = tmp_path / "labels.jsonl"
    source.write_text("\n".join(json.dumps({"text": text, "labels": [code]}, ensure_ascii=False) for code, text in LABELS), encoding="utf-8")
    heads, tails = "建设修复加固整治疏浚清理", "水库灌区公路桥梁渠道隧道码头泵站堤防驿站"
    texts = [f"{heads[a]}{heads[b]}{tails[c]}{tails[d]}第{a}{b}号工程" for a in range(12) for b in range(12) for c in range(20) for d in range(0, 20, 4)]
    topics = find_topics(texts)
    assert topics is not None and topics.axes.shape[1] == len(topics.grams)
    plain, wider = fit(read_examples(source, codebook), codebook), fit(read_examples(source, codebook), codebook, topics=topics)
    assert len(wider.grams) > len(plain.grams) and wider.by_term.shape == (len(wider.grams) + len(wider.words), 3)
    assert classify(["加固水库"], classifier=wider, allow_none=False)[0].code == "wet"


def test_too_few_labels_and_unknown_codes_are_refused(tmp_path):
    codebook = load_codebook(own_codebook(tmp_path))
    source = tmp_path / "labels.tsv"
    source.write_text("text\tcode\n建设水库\twet\n", encoding="utf-8")
    with pytest.raises(ModelError, match="dry") as caught:
        check_examples(read_examples(source, codebook), codebook)
    assert "标注太少" in caught.value.chinese
    source.write_text("text\tcode\n建设水库\tdamp\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="row 1.*damp"):
        read_examples(source, codebook)
    (tmp_path / "labels.doc").write_text("x")
    with pytest.raises(LexiconError):
        read_examples(tmp_path / "labels.doc", codebook)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(ModelError):
        load_classifier(path)


def test_the_default_codebook_covers_the_codes_of_the_guideline():
    codebook = load_codebook()
    assert isinstance(codebook, Codebook)
    assert list(codebook.codes) == list(PHRASES)
    assert all(category.zh and category.en and category.covers and category.keywords for category in codebook.categories)
    assert set(load_classifier().codes) == {*codebook.codes, "none"}


def test_lines_of_a_file_are_labelled():
    rows = label_lines(["新建公办幼儿园80所。\n", "\n"])
    assert [set(row) for row in rows] == [{"text", "code", "second", "probability", "words"}]


def test_the_clause_around_a_figure():
    text = "改造小区5个，新建桥梁2座。"
    assert clause_around(text, 11, 13, 0, len(text)) == "新建桥梁2座"


@pytest.mark.parametrize("text", ["5", "三、", "今年改造老旧小区1200个。\n5", "。\n。"])
def test_lone_characters_at_the_end_of_a_document(text):
    from analyzer.analysis import analyze
    from analyzer.ingest import text_to_document

    assert analyze(text_to_document(text)).document.text == text
