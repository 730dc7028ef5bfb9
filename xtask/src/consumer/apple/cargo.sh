#!/bin/sh
# In the place of `cargo` on a Mac: notes for what it would build, and hands out the library for Linux. `STAND_IN` is its
# path, `STAND_IN_LOG` where the notes go.
set -eu
while [ "$1" != --target ]; do shift; done
folder=$CARGO_TARGET_DIR/$2/release
mkdir -p "$folder"
cp "$STAND_IN" "$folder/"
echo "cargo $2 ios $IPHONEOS_DEPLOYMENT_TARGET macos $MACOSX_DEPLOYMENT_TARGET" >>"$STAND_IN_LOG"
