#!/usr/bin/env bash
# Fuzzes all targets, or only the given ones (scripts/fuzz.sh TARGET…), with FUZZ_RUNS inputs each.
#
# Uses the stable toolchain with coverage guidance, but without sanitizers, which only the nightly
# toolchain supports. The project forbids `unsafe`, so AddressSanitizer would check only its
# dependencies. To fuzz with AddressSanitizer, run `cargo +nightly fuzz run TARGET`, which uses the
# same folders.
#
# Inputs that reach new code are saved in fuzz/corpus, and the next run starts from them. An input
# that causes a failure is written to fuzz/artifacts. Copy it to fuzz/seeds, so that `cargo test`
# runs it.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

runs=${FUZZ_RUNS:-100000}
mapfile -t targets < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else ls seeds; fi)
host=$(rustc -vV | sed -n 's/^host: //p')

if ! rustup run nightly rustc --version >/dev/null 2>&1; then
    echo "No nightly toolchain found: fuzzing with coverage on stable, without AddressSanitizer."
else
    echo "Fuzzing with coverage on stable, without AddressSanitizer (use 'cargo +nightly fuzz run TARGET' for it)."
fi

coverage="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
RUSTFLAGS=$coverage cargo build --release --locked --quiet --target "$host" "${targets[@]/#/--bin=}"

for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target"
    echo "$target: $runs inputs"
    # The fuzzer reads the seeds but does not write to their folder. An input that takes longer than
    # ten seconds counts as a failure.
    log=artifacts/$target.log
    if ! "target/$host/release/$target" -runs="$runs" -max_len="${FUZZ_MAX_LEN:-4096}" -timeout=10 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target" "seeds/$target" >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "$target: an input in fuzz/artifacts/$target breaks it; copy it to fuzz/seeds/$target to make it a test." >&2
        exit 1
    fi
    # Prints the last line of the fuzzer's progress report, which contains the coverage counters
    # (`cov`: code reached, `ft`: features). Then prints statistics such as the speed.
    grep -E '^#[0-9]+[[:space:]]+DONE' "$log"
    sed -n 's/^stat::\(number_of_executed_units\|average_exec_per_sec\|slowest_unit_time_sec\|peak_rss_mb\): */  \1 /p' "$log"
done
