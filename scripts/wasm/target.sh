#!/usr/bin/env bash
# Makes rustc able to compile for wasm32-unknown-unknown, and prints the directory of a toolchain that can
# (nothing, when the ordinary one can). Called by scripts/wasm/module.mjs; may be run by hand; doing it twice costs nothing.
#
# Where rustup may download, it adds the target. Where it may not, the target's standard library is built from Debian's
# source package of exactly this rustc (about a minute, once) into a copy of the toolchain under the user's cache,
# made of hard links: the installed toolchain is never written to.
#
#   RHAI_BRIDGE_NO_RUSTUP=1   do not ask rustup (to try the other way)
set -euo pipefail

target=wasm32-unknown-unknown
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rhai-bridge/wasm-target
cd "$(dirname "${BASH_SOURCE[0]}")/../.." # so that rust-toolchain.toml decides which rustc it is

say() { echo "wasm-target: $*" >&2; }
fail() { say "$*"; exit 1; }

version_field() { rustc -vV | sed -n "s/^$1: //p"; } # commit-hash, release, host
release=$(version_field release)
commit=$(version_field commit-hash)
toolchain=$cache/rust-$release-${commit:0:9}

# $1: a rustc; true when the target's standard library lies where that rustc looks for it. Its file name has a hash when
# rustup brought it, and none when cargo built it.
has_std() {
  local libdir
  libdir=$("$1" --print target-libdir --target $target 2>/dev/null) || return 1
  [ -f "$libdir/libstd.rlib" ] || compgen -G "$libdir/libstd-*.rlib" >/dev/null
}
built_before() { [ -x "$toolchain/bin/rustc" ] && has_std "$toolchain/bin/rustc"; }

add_by_rustup() {
  [ -z "${RHAI_BRIDGE_NO_RUSTUP:-}" ] && command -v rustup >/dev/null || return 1
  timeout 60 rustup target add $target >&2 && has_std rustc
}

# The mirror that the machine's own sources name, for it is one that the machine can reach.
debian_mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true
}

# Downloads rust-src of this very release into $1. It is looked for in suites that the machine itself need not follow,
# so apt gets lists, cache and sources of its own there.
download_source() {
  local work=$1 mirror suite found=
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || fail "no Debian mirror configured: install the target with rustup"
  mkdir -p "$work"/{lists/partial,archives/partial,empty,deb}
  local options=(-q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/empty"
    -o Dir::Etc::preferencesparts="$work/empty" -o Dir::State::lists="$work/lists" -o Dir::Cache="$work"
    -o Acquire::Languages=none -o APT::Sandbox::User=root)
  for suite in trixie-backports sid; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
    apt-get "${options[@]}" update >&2 || continue
    found=$(apt-cache "${options[@]}" madison rust-src | awk -v want="^${release//./\\.}[+]" '$3 ~ want { print $3; exit }')
    [ -z "$found" ] || break
    say "$suite has no rust-src $release"
  done
  [ -n "$found" ] || fail "Debian has no rust-src $release: pin rust-toolchain.toml to a release that it has"
  (cd "$work/deb" && apt-get "${options[@]}" download "rust-src=$found" >&2)
  dpkg-deb --fsys-tarfile "$work"/deb/*.deb | tar -xf - -C "$work" --wildcards './usr/src/*/library/*'
}

# The standard library is an ordinary workspace: cargo builds it, its crates pinned by its own lock file. The flag marks
# its private crates as rustc's build does; embedded bitcode lets our link-time optimisation reach into it.
build_std() {
  local library=$1 out=$2
  say "building the standard library of $release"
  cd "$library/sysroot"
  env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET RUSTC_BOOTSTRAP=1 RUSTUP_TOOLCHAIN="$sysroot" \
    CARGO_TARGET_DIR="$out" CARGO_PROFILE_RELEASE_DEBUG=0 \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes --remap-path-prefix=$library=/rustc/$commit/library" \
    cargo build --quiet --release --locked --target $target --no-default-features >&2
}

# $1: the built rlibs. Complete before it gets its name, so that a half-made toolchain is never used.
assemble() {
  local fresh=$toolchain.new part
  rm -rf "$toolchain" "$fresh"
  mkdir -p "$fresh"
  for part in bin lib libexec; do
    [ ! -d "$sysroot/$part" ] || cp -al "$sysroot/$part" "$fresh/" 2>/dev/null || cp -a "$sysroot/$part" "$fresh/"
  done
  find "$fresh/lib/rustlib" -maxdepth 1 -type f -delete # rustup's records of what it installed
  mkdir -p "$fresh/lib/rustlib/$target/lib"
  cp "$1"/*.rlib "$fresh/lib/rustlib/$target/lib/"
  mv "$fresh" "$toolchain"
}

if has_std rustc; then exit 0; fi
if built_before; then echo "$toolchain"; exit 0; fi
if add_by_rustup; then exit 0; fi

say "rustup cannot add $target; taking Debian's source"
[[ $release != *-* ]] || fail "rustc $release is no stable release: Debian has no source of it"
command -v apt-get >/dev/null || fail "no apt-get here: install the target with rustup"
mkdir -p "$cache"
exec 9>"$cache/lock" && flock 9 # two builds at once: the second one waits and finds it done
if ! built_before; then
  sysroot=$(rustc --print sysroot)
  work=$cache/work
  rm -rf "$work"
  download_source "$work"
  (build_std "$(echo "$work"/usr/src/*/library)" "$work/out")
  assemble "$work/out/$target/release/deps"
  rm -rf "$work"
  built_before || fail "built, but rustc does not find it in $toolchain"
fi
echo "$toolchain"
