#!/bin/sh
# usher and RapidFuzz on one directory, in turns, so that a busy machine is as unkind to both; prints both medians and their ratio.
#
#   USHER=target/release/usher PYTHON=/path/to/venv/bin/python benches/compare/side_by_side.sh CANDIDATES [SEED] [ROUNDS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
candidates=${1:?how many candidates?} seed=${2:-12} rounds=${3:-3}
usher=${USHER:-$here/../../target/release/usher} python=${PYTHON:-python3}
# How many claims RapidFuzz answers in a round: fewer in a large directory, since it compares with everybody.
sample=$((60000000 / candidates)); [ "$sample" -gt 300 ] && sample=300; [ "$sample" -lt 30 ] && sample=30

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$here/directory.py" --candidates "$candidates" --claims 3000 --seed "$seed" --out "$work" 2>"$work/made.log"
round=1
while [ "$round" -le "$rounds" ]; do
    "$usher" directory resolve --directory "$work/directory" --json "$work/claims.jsonl" >>"$work/usher.jsonl"
    "$python" "$here/rapidfuzz_resolve.py" "$work" --most "$sample" >>"$work/rapidfuzz.jsonl"
    round=$((round + 1))
done
"$python" "$here/score.py" "$work" "$work/usher.jsonl" "$work/rapidfuzz.jsonl"
"$python" - "$work/usher.jsonl" "$work/rapidfuzz.jsonl" <<'PYTHON'
import json, statistics, sys
# The same claims on both sides.
ours, theirs = ([json.loads(line) for line in open(path)] for path in sys.argv[1:])
asked = {answer["id"] for answer in theirs}
a, b = statistics.median(x["ns"] for x in ours if x["id"] in asked), statistics.median(x["ns"] for x in theirs)
print(f"\nmedian of {len(asked)} claims: usher {a / 1000:.1f} µs, RapidFuzz {b / 1000:.1f} µs, ratio {b / a:.0f}")
PYTHON
