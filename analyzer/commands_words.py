"""What the command `words` does."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from analyzer.apart import count_words_apart
from analyzer.inputs import expand_paths, given_limits, read_each, read_path
from analyzer.printing import fit, print_jsonl
from analyzer.records import to_dict


def run_words(args: argparse.Namespace) -> int:
    from analyzer.words import compare_words, find_uses

    failed: list[str] = []
    if args.find:
        for _, document in read_each(expand_paths(args.paths), lambda path: read_path(path, given_limits(args)), failed):
            places = find_uses(document, args.find)
            if args.format == "jsonl":
                print_jsonl(map(to_dict, places))
            else:
                for place in places:
                    left = fit(place.left, 50)
                    words = left.rstrip()
                    print(f"{fit(place.document, 24)} {' ' * (len(left) - len(words))}{words} [{place.word}] {fit(place.right, 50).rstrip()}")
        return 1 if failed else 0
    counts = _count(args, args.paths, failed)
    others = _count(args, args.against, failed) if args.against else None
    uses = compare_words(counts, others)[:args.top or None]
    if args.format == "jsonl":
        print_jsonl(map(to_dict, uses))
    else:
        heads = ("word", "count", "rate") + (("against", "rate against", "keyness") if args.against else ())
        print("".join(fit(head, 20 if head == "word" else 14) for head in heads))
        for use in uses:
            cells = (use.word, str(use.count), f"{use.rate:.1f}", str(use.other_count), f"{use.other_rate:.1f}", f"{use.keyness:.1f}")
            print("".join(fit(cell, 14 if number else 20) for number, cell in enumerate(cells[:len(heads)])))
    return 1 if failed else 0


def _count(args: argparse.Namespace, paths: Sequence[str], failed: list[str]) -> Counter[str]:
    limits = given_limits(args)
    counts: Counter[str] = Counter()
    for _, found in read_each(expand_paths(paths), lambda path: count_words_apart(read_path(path, limits), limits=limits), failed):
        counts += found
    return counts
