#!/usr/bin/env bash
# A bounded run of every fuzz target: FUZZ_RUNS inputs each, or of one: scripts/fuzz.sh TARGET.
#
# Guided by coverage on the stable toolchain: the compiler's flags for it are stable, only the sanitizers are not. The
# program forbids `unsafe`, so AddressSanitizer would watch its dependencies alone; whoever wants that needs the nightly
# toolchain and `cargo fuzz`, which understands the same folder: `cargo +nightly fuzz run TARGET`.
#
# What is found on the way is kept in fuzz/corpus, so that the next run goes on from there; an input that breaks
# something is written to fuzz/artifacts. Such an input belongs into fuzz/seeds, where `cargo test` finds it.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

runs=${FUZZ_RUNS:-100000}
mapfile -t targets < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else ls seeds; fi)
host=$(rustc -vV | sed -n 's/^host: //p')

if ! rustup run nightly rustc --version >/dev/null 2>&1; then
    echo "No nightly toolchain here: guided by coverage on stable, without AddressSanitizer."
else
    echo "Guided by coverage on stable, without AddressSanitizer ('cargo +nightly fuzz run TARGET' has it)."
fi

coverage="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
RUSTFLAGS=$coverage cargo build --release --locked --quiet --target "$host" "${targets[@]/#/--bin=}"

for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target"
    echo "$target: $runs inputs"
    # Seeds are read and not written to. Inputs that take more than ten seconds count as broken too.
    log=artifacts/$target.log
    if ! "target/$host/release/$target" -runs="$runs" -max_len="${FUZZ_MAX_LEN:-4096}" -timeout=10 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target" "seeds/$target" >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "$target: broken by an input in fuzz/artifacts/$target; copy it to fuzz/seeds/$target, where it is a test." >&2
        exit 1
    fi
    # The counters of the code reached (cov) and of what it did there (ft), and how fast.
    grep -E '^#[0-9]+[[:space:]]+DONE' "$log"
    sed -n 's/^stat::\(number_of_executed_units\|average_exec_per_sec\|slowest_unit_time_sec\|peak_rss_mb\): */  \1 /p' "$log"
done
