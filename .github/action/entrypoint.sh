#!/bin/sh
# Measures, then holds the results against budgets and baseline: what action.yml runs.
# The inputs come as INPUT_*, everything else as GITHUB_*. Ends as 'harness gate' does: 0 passed,
# 1 failed, 2 nothing could be judged.
set -eu

out=${INPUT_OUT:-harness-gate}
mkdir -p "$out"
# Those of an earlier run, or of the checkout, are no verdict of this one.
rm -f "$out/gate.md" "$out/gate.xml" "$out/bencher.json" "$out/benchmark.json"
HARNESS_CACHE=$(pwd)/${INPUT_CACHE:-.harness-cache}
export HARNESS_CACHE
# This runs as root; cache and artifact are packed afterwards by the runner's own user.
trap 'chmod -R a+rX "$HARNESS_CACHE" "$out" 2>/dev/null || :' EXIT

# Sets an output of the step: its name, its value.
tell() {
    printf '%s=%s\n' "$1" "$2" >>"${GITHUB_OUTPUT:-/dev/null}"
}

# Ends where there is no verdict: what went wrong, the exit status.
give_up() {
    tell verdict error
    printf '## 💥 Gate: %s\n\nThe log of this step says why.\n' "$1" \
        >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
    echo "gate: $1" >&2
    exit "$2"
}

# Measures, and leaves the table as $out/bench.csv with its manifest beside it.
measure() {
    folder=$(mktemp -d)
    status=0
    # A model's name may hold a workflow command, and its table begin a line with it.
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "::stop-commands::$token"
    set -f # the arguments are split into words, but name no files
    # shellcheck disable=SC2086
    harness bench ${INPUT_SPEC:+"$INPUT_SPEC"} ${INPUT_ARGUMENTS:-} --out "$folder" || status=$?
    set +f
    echo "::$token::"
    # Status 1: some rows failed. They are in the table, and the gate names them.
    if [ "$status" -gt 1 ]; then
        give_up "'harness bench' could not be carried out" "$status"
    fi
    set -- "$folder"/*.csv "$folder"/*.json
    if [ ! -e "$1" ] || [ ! -e "${2:-}" ]; then
        give_up "'harness bench' wrote no table" 2
    fi
    mv "$1" "$out/bench.csv"
    mv "$2" "$out/bench.json"
}

results=${INPUT_RESULTS:-}
if [ -z "$results" ]; then
    measure
    results=$out/bench.csv
fi

status=0
harness gate --results "$results" --budgets "${INPUT_BUDGETS:-budgets.toml}" \
    ${INPUT_BASELINE:+--baseline "$INPUT_BASELINE"} \
    --markdown "$out/gate.md" --junit "$out/gate.xml" \
    --bencher "$out/bencher.json" --github-benchmark "$out/benchmark.json" || status=$?
if [ "$status" -gt 1 ]; then
    give_up "'harness gate' could not be carried out" "$status"
fi
if [ ! -s "$out/gate.md" ]; then
    give_up "'harness gate' ended without a verdict" 2
fi

if [ "$status" -eq 0 ]; then
    tell verdict passed
else
    tell verdict failed
fi
tell results "$results"
tell markdown "$out/gate.md"
tell junit "$out/gate.xml"
tell bencher "$out/bencher.json"
tell benchmark "$out/benchmark.json"
exit "$status"
