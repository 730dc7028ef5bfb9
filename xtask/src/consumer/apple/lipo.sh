#!/bin/sh
# In the place of a Mac's `lipo`: joins by taking the first, and finds every processor that it is asked for.
set -eu
[ "$1" = -create ] || exit 0
first=$2
joined=
shift
while [ "$1" != -output ]; do
    joined="$joined $(basename "$(dirname "$(dirname "$1")")")"
    shift
done
cp "$first" "$2"
echo "lipo $(basename "$(dirname "$2")")$joined" >>"$STAND_IN_LOG"
