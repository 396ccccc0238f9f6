#!/bin/sh
# SPDX-License-Identifier: MIT
# size.sh STRIP LIBRARY KIB: the library is at most KIB * 1024 bytes without what only a debugger
# needs.
set -eu
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
"$1" --strip-unneeded -o "$stripped" "$2"
bytes=$(wc -c <"$stripped")
echo "$2: $bytes bytes, stripped; the limit is $(($3 * 1024))"
[ "$bytes" -gt 0 ] && [ "$bytes" -le $(($3 * 1024)) ]
