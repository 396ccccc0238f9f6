#!/bin/sh
# SPDX-License-Identifier: MIT
# baseline.sh OBJDUMP OBJECT...: outside the ISA files, x86-64 code has no AVX instruction (they all
# begin with v and name vector registers), so it runs on every x86-64.
set -eu
objdump=$1
shift
status=0
count=0
code=$(mktemp)
trap 'rm -f "$code"' EXIT
for object in "$@"; do
  case "$(basename "$object")" in
    *avx2.cpp.o | *avx512.cpp.o | *vnni.cpp.o) continue ;;
  esac
  count=$((count + 1))
  "$objdump" -d --no-show-raw-insn "$object" >"$code"
  if grep -m 3 -E '	v[a-z0-9]+ .*%[xyz]mm' "$code"; then
    echo "$object has AVX instructions"
    status=1
  fi
done
echo "$count baseline objects"
[ "$count" -gt 0 ] || status=1
exit $status
