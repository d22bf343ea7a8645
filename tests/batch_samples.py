"""Documents for batches and what stands in for their analysis; apart, for children import it and must be quick."""

import os
import time
from pathlib import Path

from analyzer import batch
from analyzer.errors import UnreadableDocument
from analyzer.records import Analysis, Document

TEXT = "今年改造城镇老旧小区{}个，新建公园{}座。（责任单位：市住房城乡建设局）\n"


def stand_in(path, infer):
    """Quick, and as poisonous as the file says."""
    said = Path(path).read_text(encoding="utf-8")
    if "hang" in said:
        time.sleep(600)
    if "abort" in said:
        os.abort()
    if "memory" in said:
        return bytearray(1 << 40)
    if "defect" in said:
        raise ZeroDivisionError("of ours")
    if "refuse" in said:
        raise UnreadableDocument("no", "不")
    time.sleep(0.01)
    with Path(path).with_suffix(".times").open("a") as times:
        times.write("1")
    return Analysis(Document(Path(path).name, said), (), (), ())


def write_documents(folder, count):
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(TEXT.format(number, number + 7), encoding="utf-8")
    return sorted(map(str, folder.glob("*.txt")))


def run(paths, out, **options):
    sink = batch.open_sink(str(out), retry=options.pop("retry", False))
    outcomes = batch.run_batch(paths, [sink], **{"workers": 2, "analyze": stand_in, **options})
    sink.close()
    return outcomes
