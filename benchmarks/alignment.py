"""How well and how fast indicators are aligned and targets tracked.

    python benchmarks/alignment.py pairs      # cross-validation by document on the gold pairs
    python benchmarks/alignment.py track      # the shipped models on consecutive reports (needs the shared documents)
    python benchmarks/alignment.py speed      # 100,000 figures in groups
    python benchmarks/alignment.py train      # fit and write models/alignment.json and models/track.json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from analyzer import alignment, analyze, read_document, reports
from analyzer.alignment import Measure, figure_to_measure, is_vague, measures_part, pair_features, words_to_measure
from analyzer.grouping import Source, analysis_to_source, group_measures
from analyzer.lexicon import read_rows, split
from analyzer.track import track_targets

HERE = Path(__file__).parents[1]
PAIRS = HERE / "tests" / "data" / "indicator_pairs.jsonl"
RESULTS = HERE / "tests" / "data" / "target_results.jsonl"


def shared() -> Path:
    return Path(os.environ.get("POLICY_SHARED") or HERE.parent / "shared") / "corpus" / "documents"


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def side_to_measure(side: dict[str, Any]) -> Measure:
    return words_to_measure(side["indicator"], side["unit"], side["change"], side["action"] or "", side["region"])


def rates(right: int, found: int, wanted: int) -> str:
    return f"precision {right / max(1, found):.4f}  recall {right / max(1, wanted):.4f}  F1 {2 * right / max(1, found + wanted):.4f}"


def read_pairs() -> tuple[np.ndarray, np.ndarray, np.ndarray, list[tuple[str, str]], list[dict[str, Any]]]:
    rows = read_lines(PAIRS)
    pairs = [(side_to_measure(row["a"]), side_to_measure(row["b"])) for row in rows]
    apart = np.array([measures_part(a, b) is not None or is_vague(a) or is_vague(b) for a, b in pairs])
    features = np.array([pair_features(a, b) for a, b in pairs])
    same = np.array([row["label"] == "same" for row in rows])
    return features, apart, same, [(row["a"]["document"], row["b"]["document"]) for row in rows], rows


def score_pairs(*, folds: int = 10, errors: bool = False) -> None:
    """A pair is tested where one of its documents is held out, by a model that saw none of the held-out documents."""
    features, apart, same, documents, rows = read_pairs()
    names = sorted({name for pair in documents for name in pair})
    random.Random(1).shuffle(names)
    right = found = wanted = 0
    for k in range(folds):
        held = set(names[k::folds])
        test = np.array([a in held or b in held for a, b in documents])
        model = fit(features[~test & ~apart], same[~test & ~apart], strength=3)
        said = ~apart & (model.predict_proba(features)[:, 1] >= alignment.THRESHOLD)
        right, found, wanted = right + int((said & same & test).sum()), found + int((said & test).sum()), wanted + int((same & test).sum())
        if errors:
            for i in np.flatnonzero(test & (said != same)):
                print("  wrong:" if said[i] else "  missed:", *(f"{rows[i][s]['action'] or ''}/{rows[i][s]['indicator']}/{rows[i][s]['quote']}" for s in "ab"))
    print(f"{len(rows)} pairs, {int(same.sum())} same, {folds} folds by document: {rates(right, found, wanted)}")


def fit(features: np.ndarray, labels: np.ndarray, *, strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=2000).fit(features, labels)


def read_reports() -> list[tuple[Source, Source, list[dict[str, Any]]]]:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in read_lines(RESULTS):
        groups[row["earlier"], row["later"]].append(row)
    found = []
    for (earlier, later), rows in groups.items():
        paths = [next(shared().glob(f"{name}.*")) for name in (earlier, later)]
        found.append((*(analysis_to_source(analyze(read_document(str(path)))) for path in paths), rows))
    return found


def same_figure(figure: Any, gold: dict[str, Any]) -> bool:
    """Offsets may move a little with the reading of a DOCX file; quote and indicator do not."""
    return figure.quote == gold["quote"] and (abs(figure.start - gold["start"]) < 4 or figure.indicator == gold["indicator"])


def score_track(loaded: list[tuple[Source, Source, list[dict[str, Any]]]], *, cross: bool = True, errors: bool = False) -> None:
    data = [collect(earlier, later, rows) for earlier, later, rows in loaded]
    right = found = wanted = lost = total = 0
    for k, (earlier, later, rows) in enumerate(loaded):
        if cross:
            rest = [data[i] for i in range(len(data)) if i != k]
            model = fit(np.vstack([x for x, _ in rest]), np.concatenate([y for _, y in rest]), strength=2)
            weights = ([float(w) for w in model.coef_[0]], float(model.intercept_[0]))
            reports._weights = lambda kept=weights: kept  # type: ignore[assignment]
        follows = track_targets([earlier], [later])
        for row in rows:
            total += 1
            follow = next((f for f in follows if same_figure(f.target, row["target"])), None)
            lost += follow is None
            got = follow.result.figure if follow and follow.result and follow.reason != "growth against amount" else None
            good = bool(got is not None and row["result"] and same_figure(got, row["result"]))
            right, found, wanted = right + good, found + (got is not None), wanted + (row["result"] is not None)
            if errors and not good and (got or row["result"]):
                print("  ", earlier.region,
                      row["target"]["indicator"], row["target"]["quote"], "→", got and (got.indicator, got.quote), "gold", row["result"] and
                      (row["result"]["indicator"], row["result"]["quote"]))
    print(f"{total} targets ({lost} no longer extracted), {wanted} with a result, {'cross-validated by province' if cross else 'shipped model'}: "
          + rates(right, found, wanted))


def collect(earlier: Source, later: Source, rows: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    achieved = [(f, figure_to_measure(f, home=later.region)) for f in later.figures if f.status == "achieved" and f.indicator]
    features, labels = [], []
    for row in rows:
        target = next((f for f in earlier.figures if same_figure(f, row["target"])), None)
        if target is None:
            continue
        measure = figure_to_measure(target, home=earlier.region)
        for figure, other in achieved:
            seen = reports.report_features(target, measure, figure, other)
            good = bool(row["result"]) and same_figure(figure, row["result"])
            if seen and (good or seen[0] > 0.05 or seen[2] > 0.15 or seen[14] > 0.2):
                features.append(seen)
                labels.append(good)
    return np.array(features).reshape(-1, len(reports.FEATURES)), np.array(labels, dtype=bool)


def train() -> None:
    features, apart, same, _, _ = read_pairs()
    save("alignment.json", alignment.FEATURES, fit(features[~apart], same[~apart], strength=3))
    data = [collect(*entry) for entry in read_reports()]
    save("track.json", reports.FEATURES, fit(np.vstack([x for x, _ in data]), np.concatenate([y for _, y in data]), strength=2))


def save(name: str, features: tuple[str, ...], model: LogisticRegression) -> None:
    weights = {"features": list(features), "weights": [round(float(w), 4) for w in model.coef_[0]], "bias": round(float(model.intercept_[0]), 4)}
    (HERE / "models" / name).write_text(json.dumps(weights, indent=1, ensure_ascii=False), encoding="utf-8")


def measure_speed(count: int = 100_000) -> None:
    """Names of the canonical table and of the gold pairs, varied by place, time, verb, unit and a made-up thing."""
    rng = random.Random(3)
    names = [name for row in read_rows("indicators.csv", required=("id", "name", "aliases")) for name in (row["name"], *split(row["aliases"]))]
    sides = [row[s] for row in read_lines(PAIRS) for s in "ab"]
    verbs = ["", "新增", "完成", "达到", "新建", "改造", "培育", "突破", "累计建成", "新开工"]
    letters = "松河云岭北辰安平海临丰和宁远青州"
    rows = []
    for _ in range(count):
        side = rng.choice(sides)
        name = rng.choice(names) if rng.random() < 0.3 else side["indicator"]
        draw = rng.random()
        if draw < 0.3:
            name = "".join(rng.sample(letters, 2)) + name
        elif draw < 0.6:
            name = name[:rng.randint(2, len(name))] + rng.choice(names)[-4:]
        name = rng.choice(["", "全省", "今年", "2025年", "到2025年底全市"]) + name
        rows.append((name, side["unit"], side["change"], rng.choice(verbs)))
    began = time.perf_counter()
    measures = [words_to_measure(*row) for row in rows]
    middle = time.perf_counter()
    groups = group_measures(measures)
    ended = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} figures, {len({row[0] for row in rows})} wordings, {len(set(groups))} groups: {ended - began:.1f} s "
          f"(measures {middle - began:.1f} s, groups {ended - middle:.1f} s), {memory:.0f} MB at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("pairs", "track", "speed", "train"))
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--shipped", action="store_true", help="track: the shipped model instead of cross-validation")
    args = parser.parse_args()
    if args.what == "pairs":
        score_pairs(errors=args.errors)
    elif args.what == "track":
        score_track(read_reports(), cross=not args.shipped, errors=args.errors)
    elif args.what == "speed":
        measure_speed()
    else:
        train()


if __name__ == "__main__":
    main()
