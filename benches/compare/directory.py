"""Makes a directory of invented candidates, claims about them, and the truth: the same for the same seed on every machine.

directory.py --candidates 100000 --claims 6000 --seed 12 --out DIR
"""

import argparse
import csv
import datetime
import json
import pathlib
import random
import sys
import time

import register as registers
import registered
import strangers
from judge import Judge
from telling import Teller

SHARES = {"exact": 15, "alias": 12, "shortened": 18, "typo": 18, "name": 12, "ambiguous": 10, "none": 15}
MAKERS = {
    **{kind: getattr(registered, kind) for kind in ("exact", "alias", "shortened", "typo", "name")},
    "ambiguous": strangers.ambiguous,
    "none": strangers.none,
}


def candidate_id(number):
    return None if number is None else f"C{number:07d}"


def write_tables(register, folder, rng):
    """The five CSV files."""
    folder.mkdir(parents=True, exist_ok=True)

    def table(name, header, rows):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)

    institutions = register.institutions
    coordinators = ((f"Coordination {i.number}", f"coordination@{i.domains[0]}") for i in institutions)
    zones = ("America/Toronto", "America/Halifax", "Europe/Paris", "America/Vancouver")
    table(
        "institutions.csv",
        "institution_id name domains coordinator_name coordinator_email language time_zone".split(),
        ((i.id, i.name, " ".join(i.domains), *c, i.language, zones[i.number % 4]) for i, c in zip(institutions, coordinators)),
    )
    table(
        "evaluations.csv",
        "evaluation_id institution_id course_code title_en title_fr starts_at".split(),
        ((f"EV-{n:05d}", institution.id, *rest) for n, (institution, *rest) in enumerate(register.evaluations)),
    )
    table(
        "candidates.csv",
        "candidate_id first_name last_name email institution_id language".split(),
        (
            (
                candidate_id(n),
                register.first[n],
                register.last[n],
                register.email[n],
                institutions[register.where[n]].id,
                institutions[register.where[n]].language,
            )
            for n in range(len(register))
        ),
    )
    table(
        "registrations.csv",
        "candidate_id evaluation_id".split(),
        ((candidate_id(n), f"EV-{e:05d}") for n in range(len(register)) for e in register.sits[n]),
    )
    table("invitations.csv", "invitation_id candidate_id code sent_at activation_started_at activated_at".split(), _invitations(register, rng))


def _invitations(register, rng):
    start, number = datetime.date(2026, 9, 1), 0
    for who in range(len(register)):
        if rng.random() < 0.05:
            continue
        day = start + datetime.timedelta(days=rng.randrange(80))
        sent, kind = f"{day}T09:00:00-04:00", rng.random()
        begun = f"{day + datetime.timedelta(days=1)}T10:00:00-04:00" if kind < 0.6 else ""
        done = f"{day + datetime.timedelta(days=1)}T10:05:00-04:00" if kind < 0.45 else ""
        yield f"I{number:07d}", candidate_id(who), registers.code(rng), sent, begun, done
        number += 1


def make_claims(teller, many):
    """Claims in their shares, shuffled, with truth."""
    total, made, seen = sum(SHARES.values()), [], set()
    for kind, share in SHARES.items():
        wanted, dropped, began = round(many * share / total), 0, time.time()
        while wanted:
            answer = MAKERS[kind](teller)
            key = json.dumps(answer[0], sort_keys=True) if answer else None
            if answer is None or key in seen:
                dropped += 1
                if dropped > 400 * many:
                    break
                continue
            seen.add(key)
            made.append(answer)
            wanted -= 1
        print(f"{kind}: {dropped} dropped, {wanted} lacking, {time.time() - began:.0f} s", file=sys.stderr)
    teller.rng.shuffle(made)
    return made


def write_claims(made, out):
    with (out / "claims.jsonl").open("w", encoding="utf-8") as claims, (out / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for number, (claim, who, match, also, sort) in enumerate(made):
            name = f"q{number:06d}"
            claims.write(json.dumps({"id": name, **claim}, ensure_ascii=False) + "\n")
            told = {"id": name, "candidate_id": candidate_id(who), "match": match, "kind": f"{match}: {sort}"}
            truth.write(json.dumps(told | ({"also": also} if also else {}), ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, required=True)
    parser.add_argument("--claims", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    told = parser.parse_args()
    began = time.time()
    register = registers.make(random.Random(f"{told.seed} register"), told.candidates)
    write_tables(register, told.out / "directory", random.Random(f"{told.seed} invitations"))
    print(f"directory: {time.time() - began:.0f} s", file=sys.stderr)
    teller = Teller(random.Random(f"{told.seed} claims"), register, Judge(register))
    strangers.prepare(teller)
    write_claims(make_claims(teller, told.claims), told.out)
    print(f"all: {time.time() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
