#!/bin/sh
# The Rust library as an XCFramework for Apple platforms, and its way into Package.swift. On a Mac:
#
#   xcframework.sh local          KernelClientFFI.xcframework beside Package.swift, which takes it from there
#   xcframework.sh release URL    the same in target/apple, zipped for URL; both go into Package.swift
#
# and step by step:
#
#   xcframework.sh slices FOLDER                 the library for each platform: FOLDER/ios, FOLDER/macos, ...
#   xcframework.sh headers FOLDER                FOLDER/KernelClientFFI: the headers, with a module map
#   xcframework.sh assemble FOLDER FRAMEWORK     the framework, out of FOLDER/headers and the slices beside it
#   xcframework.sh check FRAMEWORK               nothing is missing, and nothing is where another framework's would be
#   xcframework.sh zip FRAMEWORK ZIP             the same bytes for the same contents
#   xcframework.sh manifest ZIP URL MANIFEST     URL and the checksum of ZIP into a Package.swift
#
# `headers`, `check`, `zip` and `manifest` need no Mac: `cargo xtask test` runs them with the library for Linux. The
# others have NOT BEEN RUN YET.
set -eu

module=KernelClientFFI
library=libkernel_client_swift.a
package=$(cd "$(dirname "$0")/.." && pwd)
workspace=$(dirname "$package")
target=${CARGO_TARGET_DIR:-$workspace/target}

fail() {
    echo "xcframework.sh: $*" >&2
    exit 1
}

# `build TARGET`: the library for one processor of one platform.
build() (
    cd "$workspace"
    # The oldest systems that Package.swift names. Rust and the C code of its crates both go by these.
    export IPHONEOS_DEPLOYMENT_TARGET=15.0 MACOSX_DEPLOYMENT_TARGET=12.0
    # No folder of this machine in what ships, as xtask does it.
    CARGO_ENCODED_RUSTFLAGS=$(printf '%s\037%s\037%s' \
        "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" \
        "--remap-path-prefix=${RUSTUP_HOME:-$HOME/.rustup}=rust" \
        "--remap-path-prefix=$workspace=kernel-client")
    export CARGO_ENCODED_RUSTFLAGS
    cargo build --release --locked --package kernel-client-swift --target "$1"
)

# `join FOLDER TARGET...`: one library of one platform, for all its processors.
join() {
    folder=$1
    shift
    mkdir -p "$folder"
    for triple in "$@"; do
        build "$triple"
        set -- "$@" "$target/$triple/release/$library"
        shift
    done
    lipo -create "$@" -output "$folder/$library"
}

slices() {
    join "$1/ios" aarch64-apple-ios
    join "$1/ios-simulator" aarch64-apple-ios-sim x86_64-apple-ios
    join "$1/macos" aarch64-apple-darwin x86_64-apple-darwin
}

# Xcode puts the headers of all frameworks into one folder, where two module maps without folders of their own would
# meet. The map names no library to link: whoever takes a framework or a bundle links what is in it.
headers() {
    rm -rf "${1:?}/$module"
    mkdir -p "$1/$module"
    cp "$package/Sources/$module/"*.h "$1/$module/"
    sed '/^ *link /d' "$package/Sources/$module/module.modulemap" >"$1/$module/module.modulemap"
}

assemble() {
    folder=$1
    framework=$2
    set --
    for slice in "$folder"/*/"$library"; do
        set -- "$@" -library "$slice" -headers "$folder/headers"
    done
    rm -rf "$framework"
    xcodebuild -create-xcframework "$@" -output "$framework"
}

check() {
    [ -f "$1/Info.plist" ] || fail "$1 has no Info.plist"
    slices=0
    for slice in "$1"/*/; do
        slices=$((slices + 1))
        map=$slice/Headers/$module/module.modulemap
        [ -f "$slice/$library" ] || fail "$slice has no library"
        [ -f "$map" ] || fail "$slice has no Headers/$module/module.modulemap"
        [ "$(ls "$slice/Headers")" = "$module" ] || fail "$slice has headers outside Headers/$module"
        ! grep -q '^ *link ' "$map" || fail "$map names a library to link"
        sed -n 's/^ *header "\(.*\)"/\1/p' "$map" | while read -r header; do
            [ -f "$slice/Headers/$module/$header" ] || fail "$slice has no $header"
        done
        # Only a Mac has lipo, and only its libraries are for Apple platforms.
        case $(basename "$slice") in
        linux-*) continue ;;
        *_x86_64*) processors="arm64 x86_64" ;;
        *) processors=arm64 ;;
        esac
        # shellcheck disable=SC2086 # several words
        lipo "$slice/$library" -verify_arch $processors || fail "$slice/$library is not for $processors"
    done
    [ "$slices" -gt 0 ] || fail "$1 has no library"
}

# Sorted, all of one time, without what only this machine knows of a file.
pack() {
    python3 - "$1" "$2" <<'END'
import pathlib
import sys
import zipfile

framework, to = (pathlib.Path(word).resolve() for word in sys.argv[1:])
with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for file in sorted(framework.rglob("*")):
        if file.is_file():
            entry = zipfile.ZipInfo(file.relative_to(framework.parent).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
END
}

manifest() {
    zip=$1
    url=$2
    manifest=$3
    case $url in
    *[!A-Za-z0-9:/._-]*) fail "$url is no plain address" ;;
    https://*/"$(basename "$zip")") ;;
    *) fail "$url is not where $(basename "$zip") will be" ;;
    esac
    checksum=$(swift package compute-checksum "$zip")
    case $checksum in
    *[!0-9a-f]*) fail "no checksum: $checksum" ;;
    esac
    [ "${#checksum}" -eq 64 ] || fail "no checksum: $checksum"
    sed -e "s|^    url: \"[^\"]*\"|    url: \"$url\"|" \
        -e "s|^    checksum: \"[^\"]*\"|    checksum: \"$checksum\"|" "$manifest" >"$manifest.new"
    for line in "    url: \"$url\"," "    checksum: \"$checksum\""; do
        if [ "$(grep -cxF "$line" "$manifest.new")" != 1 ]; then
            rm "$manifest.new"
            fail "$manifest has no place for $line"
        fi
    done
    mv "$manifest.new" "$manifest"
    echo "$checksum"
}

# Everything up to a framework that was looked at.
framework() {
    rm -rf "$target/apple/slices"
    slices "$target/apple/slices"
    headers "$target/apple/slices/headers"
    assemble "$target/apple/slices" "$1"
    check "$1"
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command:$# in
local:0) framework "$package/$module.xcframework" ;;
release:1)
    framework "$target/apple/$module.xcframework"
    pack "$target/apple/$module.xcframework" "$target/apple/$module.xcframework.zip"
    manifest "$target/apple/$module.xcframework.zip" "$1" "$package/Package.swift"
    ;;
slices:1) slices "$1" ;;
headers:1) headers "$1" ;;
assemble:2) assemble "$1" "$2" ;;
check:1) check "$1" ;;
zip:2) pack "$1" "$2" ;;
manifest:3) manifest "$1" "$2" "$3" ;;
*)
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
