# make serve   builds everything from a fresh checkout and starts the server
# make dev     watches the sources: compiles each change and restarts the server
# make demo    starts the server with a slow, simulated data provider
# make test    runs every check: format, lints, docs, tests, browser tests

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := serve

CACHE := $(or $(PORTFOLIO_SETUP_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/portfolio-setup)
export PATH := $(CACHE)/bin:$(PATH)

# Cargo flags for the browser's WebAssembly. cargo-leptos uses the same target folder.
SITE := --profile wasm-release --target-dir target/front
WASM := --target wasm32-unknown-unknown -p portfolio-setup-hydrate
SSR := --features ssr --all-targets
# Features of dependencies that the tests enable. `cargo doc` enables them too, so that it reuses
# the crates that clippy has checked.
TESTED := tokio/test-util,reqwest/json,reqwest/multipart,reqwest/query,rustix/time

.PHONY: serve dev demo build site server check-build test lint deny unit bytes browser recordings reference \
	reference-tools bench faults watchers hostile sessions load advisories fuzz schemathesis prose \
	prose-sample

serve: build
	@exec target/release/portfolio-setup

# Compiles cargo-leptos on first use.
dev:
	@scripts/tools.sh wasm-target cargo-leptos
	@LEPTOS_SITE_ROOT=target/site-dev cargo leptos watch

demo: build
	@cargo build --quiet --release --locked -p end2end --bin demo
	@exec target/release/demo

# Builds site and server in parallel, because each ends with minutes of work for a single core. They
# share make's job slots.
build:
	+@$(MAKE) --no-print-directory --jobs=$$(nproc) site server

site:
	+@scripts/tools.sh site
	+@cargo build --locked $(WASM) $(SITE)
	@build-site target/front/wasm32-unknown-unknown/wasm-release/portfolio_setup_hydrate.wasm

server:
	+@cargo build --locked --release --features ssr --bin portfolio-setup

# Not part of `make test`: compiles cargo-leptos, builds the site with it too, and compares the
# files.
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

# Prints COUNT comment blocks, drawn at random with SEED, for a reading without the code.
prose-sample:
	@cargo run --quiet --locked -p prose -- sample $(or $(SEED),1) $(or $(COUNT),60)

# Checks licenses, banned crates and the origin of crates against deny.toml. Needs the network only
# for crates that have not been downloaded yet.
deny:
	@scripts/tools.sh cargo-deny
	cargo deny --locked check licenses bans sources

unit:
	cargo test --locked --features ssr

# Measures the download of a first visit to the live page; fails above 180 KB.
bytes: build
	scripts/bytes.sh

browser: build
	cargo build --release --locked -p end2end --bin scripted_server
	end2end/run.sh

# Not part of `make test`, which runs the same tests with 20 kills.
faults:
	FAULT_CYCLES=240 cargo test --release --locked -p end2end --test faults -- --nocapture

# Not part of `make test`, which runs the same test with fewer people and for seconds. Takes ten
# minutes.
watchers:
	WATCHED_PORTFOLIOS=200 WATCHERS=1000 WATCHED_SECONDS=600 \
		cargo test --release --locked --features ssr --test http watchers -- --nocapture

# Not part of `make test`, which runs the same test for seconds and with smaller portfolios. Takes
# two minutes.
hostile:
	HOSTILE_SECONDS=120 HOSTILE_SYMBOLS=2000 HOSTILE_P99_MS=250 \
		cargo test --release --locked --features ssr --test http hostile -- --nocapture

# Not part of `make test`, which runs the same test with tokens that last two seconds. Takes five
# minutes.
sessions:
	WATCH_SECONDS=300 end2end/run.sh --project=browser session.spec.ts

# Records the runs again that the tracker's tests replay.
recordings:
	cargo test --locked --features ssr --test http recordings -- --ignored

# Regenerates the numbers that `make test` compares the results with, using other libraries. Needs
# Python 3.11 or later.
reference: reference-tools
	"$(CACHE)/reference/bin/python" -B tests/reference/generate.py tests/reference/gaps
	"$(CACHE)/reference/bin/python" -B tests/reference/reference.py tests/reference/golden

reference-tools:
	test -x "$(CACHE)/reference/bin/python" || python3 -m venv "$(CACHE)/reference"
	"$(CACHE)/reference/bin/pip" install --quiet --requirement tests/reference/requirements.txt

# Measures the cost of a poll, as a ratio to a handler that does nothing, and of the nine phases, as
# ratios to the same computations in Python.
bench: reference-tools
	cargo bench --locked --features ssr --bench poll
	REFERENCE_PYTHON="$(CACHE)/reference/bin/python" cargo bench --locked --features ssr --bench phases

# Not part of `make test`, which runs the same test with fewer portfolios. Takes about ten minutes.
load:
	LOAD_PORTFOLIOS=1000 LOAD_SYMBOLS=500 LOAD_PER_MINUTE=300 \
		cargo test --release --locked --features ssr --test http live_load -- --nocapture

# Checks the crates in Cargo.lock for known vulnerabilities. Not part of `make test`, because the
# advisory database cannot be reached from every network.
advisories:
	@scripts/tools.sh cargo-deny
	scripts/advisories.sh

# Not part of `make test`: runs FUZZ_RUNS inputs (100,000 by default) for each fuzz target, in about
# ten minutes. `make test` runs all seeds, which include every input that ever broke something.
fuzz:
	scripts/fuzz.sh

# Not part of `make test`: sends requests that schemathesis generates from the OpenAPI document; a
# 5xx response is a failure. Needs Python 3.11 or later.
schemathesis:
	test -x "$(CACHE)/schemathesis/bin/python" || python3 -m venv "$(CACHE)/schemathesis"
	"$(CACHE)/schemathesis/bin/pip" install --quiet --requirement tests/schemathesis/requirements.txt
	cargo build --locked --features ssr --bin portfolio-setup
	SCHEMATHESIS="$(CACHE)/schemathesis/bin/schemathesis" tests/schemathesis/run.sh
