"""Scores answers against the truth, by kind of claim.

    score.py DIR OUT.jsonl [OUT2.jsonl ...] [--sorts] [--wrong N [KIND]]

DIR holds truth.jsonl and claims.jsonl. `--sorts` shows the finer kinds; `--wrong N` prints N wrong answers, of one kind if it is named:
somebody answered who is not meant, or nobody where one is.
"""

import argparse
import collections
import csv
import json
import pathlib

KINDS = ("exact", "alias", "shortened", "typo", "name", "ambiguous", "none")


def read(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def percentile(sorted_values, share):
    if not sorted_values:
        return 0
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


class Tally:
    """What was answered to one kind of claim."""

    def __init__(self):
        self.asked = self.answered = self.right = self.kind_right = self.said_several = 0
        self.times = []

    def add(self, truth, answer):
        who, match = answer.get("candidate_id"), answer.get("match")
        self.asked += 1
        self.answered += who is not None
        if who is not None and who == truth["candidate_id"]:
            self.right += 1
            self.kind_right += match in (truth["match"], *truth.get("also", ()))
        self.said_several += who is None and match == "ambiguous"
        if answer.get("ns") is not None:
            self.times.append(answer["ns"])

    def line(self, name):
        def share(part, whole):
            return f"{part / whole:7.4f}" if whole else "      –"

        times = sorted(self.times)
        micro = "".join(f"{percentile(times, s) / 1000:9.1f}" for s in (0.5, 0.99)) + f"{(times[-1] if times else 0) / 1000:10.1f}"
        return (
            f"{name:48} {self.asked:6} {self.answered:8} {share(self.right, self.answered)}  {share(self.right, self.asked)} "
            f"{self.answered - self.right:6}  {share(self.kind_right, self.right)} {self.said_several:7} {micro}"
        )


def tallies(truths, answers, key):
    table = collections.defaultdict(Tally)
    lacking = 0
    for name, truth in truths.items():
        answer = answers.get(name)
        if answer is None:
            lacking += 1
            continue
        table[key(truth)].add(truth, answer)
        table["all"].add(truth, answer)
    return table, lacking


def show(truths, path, sorts):
    answers = {a["id"]: a for a in read(path)}
    table, lacking = tallies(truths, answers, lambda t: t["kind"] if sorts else t["match"])
    print(f"\n{path}" + (f"  ({lacking} claims without an answer are not counted)" if lacking else ""))
    print(
        f"{'kind of claim':48} {'asked':>6} {'answered':>8} {'precis.':>7}  {'recall':>7} {'wrong':>6}  {'kind ok':>7} {'several':>7} {'p50 µs':>9}{'p99 µs':>9}{'max µs':>10}"
    )
    names = sorted(k for k in table if k != "all") if sorts else [k for k in KINDS if k in table]
    for name in (*names, "all"):
        print(table[name].line(name))
    for kind in ("none", "ambiguous"):
        held = [t for t in truths.values() if t["match"] == kind and t["id"] in answers]
        false = sum(answers[t["id"]].get("candidate_id") is not None for t in held)
        print(f"false match on {kind}: {false} of {len(held)}")
    several = sum(answers[t["id"]].get("match") == "ambiguous" for t in truths.values() if t["match"] == "ambiguous" and t["id"] in answers)
    print(f"ambiguous said to be so: {several}")


def show_wrong(folder, truths, path, many, kind):
    claims = {c["id"]: c for c in read(folder / "claims.jsonl")}
    with (folder / "directory" / "candidates.csv").open(encoding="utf-8", newline="") as file:
        answers = {a["id"]: a for a in read(path)}
        concerned = {who for name, t in truths.items() for who in (t["candidate_id"], answers.get(name, {}).get("candidate_id")) if who}
        people = {row["candidate_id"]: row for row in csv.DictReader(file) if row["candidate_id"] in concerned}

    def person(who):
        row = people.get(who)
        return f"{who} {row['first_name']} | {row['last_name']} | {row['email']} | {row['institution_id']}" if row else "nobody"

    shown = 0
    # Wrong people first: they harm, the others only cost.
    ranked = sorted(truths.values(), key=lambda t: answers.get(t["id"], {}).get("candidate_id") is None)
    for truth in ranked:
        answer = answers.get(truth["id"])
        if answer is None or answer.get("candidate_id") == truth["candidate_id"] or kind and not truth["kind"].startswith(kind):
            continue
        told = {k: v for k, v in claims[truth["id"]].items() if v is not None and k != "id"}
        print(
            f"\n{truth['id']}  {truth['kind']}\n  claim    {json.dumps(told, ensure_ascii=False)}\n  truth    {truth['match']}: {person(truth['candidate_id'])}"
        )
        print(
            f"  answer   {answer.get('match')}: {person(answer.get('candidate_id'))}\n  evidence {json.dumps(answer.get('evidence'), ensure_ascii=False)}"
        )
        shown += 1
        if shown >= many:
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("answers", type=pathlib.Path, nargs="+")
    parser.add_argument("--sorts", action="store_true")
    parser.add_argument("--wrong", nargs="+", metavar="N", default=[])
    told = parser.parse_args()
    truths = {t["id"]: t for t in read(told.folder / "truth.jsonl")}
    for path in told.answers:
        show(truths, path, told.sorts)
        if told.wrong:
            show_wrong(told.folder, truths, path, int(told.wrong[0]), " ".join(told.wrong[1:]))


if __name__ == "__main__":
    main()
