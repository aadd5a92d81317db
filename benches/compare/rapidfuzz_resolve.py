"""The baseline: RapidFuzz compares the address with every registered one and takes the best.

    rapidfuzz_resolve.py DIR [--most N] > OUT.jsonl

WRatio with a cut-off of 92. Output as of `usher directory resolve`, so that score.py scores both.
"""

import argparse
import csv
import json
import pathlib
import time

from rapidfuzz import fuzz, process

CUT_OFF = 92


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--most", type=int, help="answer only the first so many claims")
    told = parser.parse_args()
    with (told.folder / "directory" / "candidates.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["candidate_id"], row["email"].strip().lower()) for row in csv.DictReader(file)]
    addresses = [email for _, email in rows]
    with (told.folder / "claims.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if told.most is not None and number >= told.most:
                break
            claim = json.loads(line)
            began = time.perf_counter_ns()
            used = (claim["address_used"] or claim["sender"] or "").strip().lower()
            best = process.extractOne(used, addresses, scorer=fuzz.WRatio, score_cutoff=CUT_OFF)
            ns = time.perf_counter_ns() - began
            who = rows[best[2]][0] if best else None
            match = "none" if best is None else "exact" if best[1] == 100 and best[0] == used else "typo"
            print(
                json.dumps({"id": claim["id"], "candidate_id": who, "match": match, "evidence": [f"WRatio {best[1]:.1f}"] if best else [], "ns": ns}),
                flush=True,
            )


if __name__ == "__main__":
    main()
