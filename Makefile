# make serve   builds everything from a fresh checkout and starts the server
# make dev     watches the sources: compiles each change and restarts the server
# make demo    starts the server with a slow, simulated data provider
# make test    runs every check: format, lints, docs, tests, browser tests

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := serve

CACHE := $(or $(PORTFOLIO_SETUP_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/portfolio-setup)
export PATH := $(CACHE)/bin:$(PATH)

# Cargo flags that build the WebAssembly for the browser. The target directory is the one that
# cargo-leptos uses.
SITE := --profile wasm-release --target-dir target/front
WASM := --target wasm32-unknown-unknown -p portfolio-setup-hydrate
SSR := --features ssr --all-targets
# Features of dependencies that only the tests need. `cargo doc` enables them too, to reuse the
# crates that clippy has checked.
TESTED := tokio/test-util,reqwest/json,reqwest/multipart,reqwest/query,rustix/time

.PHONY: serve dev demo build site server check-build test lint deny unit bytes browser recordings reference \
	reference-tools bench faults watchers hostile sessions load advisories fuzz schemathesis prose \
	prose-sample

serve: build
	@exec target/release/portfolio-setup

# Watches the sources and rebuilds after each change. Compiles cargo-leptos on first use.
dev:
	@scripts/tools.sh wasm-target cargo-leptos
	@LEPTOS_SITE_ROOT=target/site-dev cargo leptos watch

demo: build
	@cargo build --quiet --release --locked -p end2end --bin demo
	@exec target/release/demo

# Builds the site and the server in parallel, because each build ends with minutes of work on a
# single core. Both builds share make's job slots.
build:
	+@$(MAKE) --no-print-directory --jobs=$$(nproc) site server

site:
	+@scripts/tools.sh site
	+@cargo build --locked $(WASM) $(SITE)
	@build-site target/front/wasm32-unknown-unknown/wasm-release/portfolio_setup_hydrate.wasm

# Names the package, so that Cargo enables the same features of dependencies as for the binaries of
# the package `end2end`. Otherwise, it would compile the library once more for them.
server:
	+@cargo build --locked --release --features ssr -p portfolio-setup --bin portfolio-setup

# Builds the site twice, as `make site` does and with cargo-leptos, and compares the files of the
# two builds. Not part of `make test`, because it has to compile cargo-leptos.
check-build: site
	@scripts/tools.sh cargo-leptos
	@scripts/check-build.sh

test:
	@scripts/stages.sh lint deny unit build bytes browser
	@echo "All checks passed."

lint: prose
	@scripts/tools.sh wasm-target
	cargo fmt --all -- --check
	cargo clippy --locked $(SSR) -- -D warnings
	cargo clippy --locked $(WASM) -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --features ssr,$(TESTED) --document-private-items --quiet

# Checks the English of comments, strings, documents and test names against CONTRIBUTING.md.
prose:
	@cargo run --quiet --locked -p prose

# Prints COUNT (60 by default) randomly chosen comment blocks, to check that they can be understood
# without the code. SEED (1 by default) seeds the random choice.
prose-sample:
	@cargo run --quiet --locked -p prose -- sample $(or $(SEED),1) $(or $(COUNT),60)

# Checks the licenses and sources of the dependencies against deny.toml, and that none of them is
# banned there. Needs the network only for crates that have not been downloaded yet.
deny:
	@scripts/tools.sh cargo-deny
	cargo deny --locked check licenses bans sources

unit:
	cargo test --locked --features ssr

# Measures how many bytes a first visit to the live page downloads. Fails if it is more than 190 KB.
bytes: build
	scripts/bytes.sh

browser: build
	cargo build --release --locked -p end2end --bin scripted_server
	end2end/run.sh

# Kills and restarts the server 240 times while runs are in progress. Not part of `make test`, which
# runs the same tests with 20 kills.
faults:
	FAULT_CYCLES=240 cargo test --release --locked -p end2end --test faults -- --nocapture

# Polls the status of 200 portfolios from 1,000 clients for ten minutes. Not part of `make test`,
# which runs the same test with 20 portfolios and 100 clients for 8 seconds.
watchers:
	WATCHED_PORTFOLIOS=200 WATCHERS=1000 WATCHED_SECONDS=600 \
		cargo test --release --locked --features ssr --test http watchers -- --nocapture

# Simulates a hostile user who attacks the server for two minutes. Not part of `make test`, which
# runs the same test for 8 seconds with smaller portfolios.
hostile:
	HOSTILE_SECONDS=120 HOSTILE_SYMBOLS=2000 HOSTILE_P99_MS=250 \
		cargo test --release --locked --features ssr --test http hostile -- --nocapture

# Keeps a page open for five minutes with session tokens that expire after one minute. Not part of
# `make test`, which runs the same test for 25 seconds with tokens that expire after two seconds.
sessions:
	WATCH_SECONDS=300 end2end/run.sh --project=browser session.spec.ts

# Records complete runs again. The progress tracker's tests replay these recordings.
recordings:
	cargo test --locked --features ssr --test http recordings -- --ignored

# Regenerates the reference results that `make test` compares the program's results with. They are
# computed in Python with other libraries. Needs Python 3.11 or later.
reference: reference-tools
	"$(CACHE)/reference/bin/python" -B tests/reference/generate.py tests/reference/gaps
	"$(CACHE)/reference/bin/python" -B tests/reference/reference.py tests/reference/golden

reference-tools:
	test -x "$(CACHE)/reference/bin/python" || python3 -m venv "$(CACHE)/reference"
	"$(CACHE)/reference/bin/pip" install --quiet --requirement tests/reference/requirements.txt

# Runs the benchmarks. They report the time per poll relative to a handler that does nothing, and
# the time of each phase relative to the same computation in Python.
bench: reference-tools
	cargo bench --locked --features ssr --bench poll
	REFERENCE_PYTHON="$(CACHE)/reference/bin/python" cargo bench --locked --features ssr --bench phases

# Runs 1,000 portfolios with 500 different symbols twice, which takes about ten minutes. Not part of
# `make test`, which runs the same test with 30 portfolios and 50 symbols.
load:
	LOAD_PORTFOLIOS=1000 LOAD_SYMBOLS=500 LOAD_PER_MINUTE=300 \
		cargo test --release --locked --features ssr --test http live_load -- --nocapture

# Checks the crates in Cargo.lock for known vulnerabilities. Not part of `make test`, because some
# networks cannot reach the advisory database.
advisories:
	@scripts/tools.sh cargo-deny
	scripts/advisories.sh

# Runs each fuzz target on FUZZ_RUNS inputs (100,000 by default), which takes about ten minutes in
# total. Not part of `make test`, which runs only the seeds. The seeds include every input that ever
# revealed a bug.
fuzz:
	scripts/fuzz.sh

# Sends requests that the tool Schemathesis generates from the OpenAPI document, and fails if any
# response has a 5xx status. Not part of `make test`. Needs Python 3.11 or later.
schemathesis:
	test -x "$(CACHE)/schemathesis/bin/python" || python3 -m venv "$(CACHE)/schemathesis"
	"$(CACHE)/schemathesis/bin/pip" install --quiet --requirement tests/schemathesis/requirements.txt
	cargo build --locked --features ssr --bin portfolio-setup
	SCHEMATHESIS="$(CACHE)/schemathesis/bin/schemathesis" tests/schemathesis/run.sh
