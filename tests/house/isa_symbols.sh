#!/bin/sh
# SPDX-License-Identifier: MIT
# isa_symbols.sh NM OBJECT...: an object compiled for a wider ISA defines one global symbol, its
# kernel table, and no weak one. Otherwise the linker may keep, for all callers, a copy of an inline
# function that only a newer CPU can execute.
set -eu
nm=$1
shift
status=0
count=0
for object in "$@"; do
  case "$(basename "$object")" in
    *avx2.cpp.o | *avx512.cpp.o | *vnni.cpp.o | *neon.cpp.o | *dotprod.cpp.o) ;;
    *) continue ;;
  esac
  count=$((count + 1))
  symbols=$("$nm" -C --extern-only --defined-only "$object" | grep -v '^$' || true)
  if [ "$(printf '%s\n' "$symbols" | grep -c .)" -ne 1 ] ||
    printf '%s\n' "$symbols" | grep -qE '^[0-9a-f]+ [WVu] '; then
    echo "$object must define exactly one global symbol and no weak one, but has:"
    printf '%s\n' "$symbols"
    status=1
  fi
done
echo "$count ISA objects"
[ "$count" -gt 0 ] || status=1
exit $status
