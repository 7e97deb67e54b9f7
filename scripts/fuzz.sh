#!/usr/bin/env bash
# Runs every fuzz target, or one (scripts/fuzz.sh TARGET), with FUZZ_RUNS inputs each.
#
# Fuzzing is guided by coverage on the stable toolchain: the compiler flags for coverage are stable,
# only the sanitizers are not. The program forbids `unsafe`, so AddressSanitizer would check only
# its dependencies. To fuzz with AddressSanitizer, use the nightly toolchain and `cargo fuzz`, which
# works with the same folder: `cargo +nightly fuzz run TARGET`.
#
# Interesting inputs are kept in fuzz/corpus, from which the next run continues. An input that
# breaks something is written to fuzz/artifacts; copy it to fuzz/seeds, so that `cargo test` runs
# it.
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
    # Seeds are only read. An input that takes more than ten seconds counts as a failure too.
    log=artifacts/$target.log
    if ! "target/$host/release/$target" -runs="$runs" -max_len="${FUZZ_MAX_LEN:-4096}" -timeout=10 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target" "seeds/$target" >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "$target: an input in fuzz/artifacts/$target breaks it; copy it to fuzz/seeds/$target to make it a test." >&2
        exit 1
    fi
    # Prints the coverage counters (cov: code reached, ft: features) and the speed.
    grep -E '^#[0-9]+[[:space:]]+DONE' "$log"
    sed -n 's/^stat::\(number_of_executed_units\|average_exec_per_sec\|slowest_unit_time_sec\|peak_rss_mb\): */  \1 /p' "$log"
done
