#!/usr/bin/env bash
# Installs pinned versions of the given tools into a cache outside the checkout. Prints nothing if
# they are already installed.
#
#   scripts/tools.sh wasm-target   for `make lint`
#   scripts/tools.sh site          for `make build`
#   scripts/tools.sh cargo-deny    for `make deny` and `make advisories`
#   scripts/tools.sh cargo-leptos  for `make dev` and `make check-build`
#
# Each version has its own folder in the cache, so a new version does not break older checkouts.
# Downloads come only from the package registries that cargo and apt are configured for, with one
# exception: if `cargo binstall` is installed, it may download prebuilt binaries.
set -euo pipefail

CARGO_LEPTOS=0.3.9   # 0.3.11 needs Rust 1.96; this project supports 1.95
CARGO_DENY=0.20.2
here=$(dirname "$0")
WASM_BINDGEN=$(sed -n 's/^wasm-bindgen = "=\([0-9.]*\)"$/\1/p' "$here/../Cargo.toml")
: "${WASM_BINDGEN:?Cargo.toml must pin wasm-bindgen as "=X"}"

cache=${PORTFOLIO_SETUP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/portfolio-setup}
bin=$cache/bin
mkdir -p "$bin"

# install NAME VERSION [cargo install flags…]: installs a published package, or the package in the
# folder TOOL_SOURCE. TOOL_BINARY is the binary's name if it differs from NAME. TOOL_NOTE says how
# long the tool takes to compile. TOOL_UNPUBLISHED skips `cargo binstall`.
install() {
    local name=$1 version=$2; shift 2
    local source=("$name@$version")
    if [ -n "${TOOL_SOURCE:-}" ]; then source=(--path "$TOOL_SOURCE"); fi
    local root=$cache/$name-$version
    if [ ! -x "$root/bin/${TOOL_BINARY:-$name}" ]; then
        if [ -z "${TOOL_UNPUBLISHED:-}" ] && cargo binstall --version >/dev/null 2>&1 \
            && cargo binstall --no-confirm --disable-strategies compile --root "$root" "$name@$version" >&2; then
            :
        else
            echo "Compiling $name $version, once, into $cache${TOOL_NOTE:+ ($TOOL_NOTE)} …" >&2
            # Compiles the tool without optimization: it runs for only a few seconds, and optimizing
            # it would take minutes.
            CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
            CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=none \
            CARGO_TARGET_DIR="$cache/build-$name" \
                cargo install --quiet --root "$root" "$@" "${source[@]}" >&2
            rm -rf "$cache/build-$name"
        fi
    fi
    ln -sfn "$root/bin/${TOOL_BINARY:-$name}" "$bin/${TOOL_BINARY:-$name}"
}

install_wasm-target() {
    if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; then
        rustup target add wasm32-unknown-unknown >&2
    fi
}

install_site() {
    install_wasm-target
    # The source of this tool is part of the checkout, so a hash of its files serves as the version.
    local version
    version=$(cat "$here"/site/* | sha256sum | cut -c 1-12)
    TOOL_SOURCE=$here/site TOOL_NOTE="about 90 seconds of CPU time" TOOL_UNPUBLISHED=yes install build-site "$version" --locked
    if ! command -v wasm-opt >/dev/null && [ ! -x "$bin/wasm-opt" ]; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "Installing wasm-opt (package binaryen) …" >&2
            { apt-get update -qq && apt-get install -y -qq binaryen; } >/dev/null
        else
            TOOL_NOTE="about ten minutes" install wasm-opt 0.116.1 --locked
        fi
    fi
}

install_cargo-deny() {
    TOOL_NOTE="about two minutes of CPU time" install cargo-deny "$CARGO_DENY" --locked --no-default-features
}

install_cargo-leptos() {
    # wasm-bindgen-cli is built from a package with its own lock file, for the reason given in
    # scripts/wasm-bindgen/Cargo.toml.
    TOOL_SOURCE=$here/wasm-bindgen TOOL_NOTE="two to three minutes" TOOL_BINARY=wasm-bindgen \
        install wasm-bindgen-cli "$WASM_BINDGEN" --locked
    TOOL_NOTE="about half an hour of CPU time" install cargo-leptos "$CARGO_LEPTOS" --locked --no-default-features
}

for tool in "$@"; do
    case $tool in
        wasm-target | site | cargo-deny | cargo-leptos) "install_$tool" ;;
        *) echo "$0: unknown tool: $tool" >&2; exit 1 ;;
    esac
done
