#!/bin/sh
# SPDX-License-Identifier: MIT
# baseline.sh OBJDUMP PROCESSOR OBJECT...: outside the ISA files, code runs on every CPU of its
# architecture. On x86-64 it has no AVX instruction: they all begin with v and name vector registers.
# On AArch64 it has nothing beyond ARMv8.0: no dot or matrix products, no arithmetic on half floats
# or bfloat16, no rounding multiply-add (8.1), no atomics of one instruction (8.1), no SVE.
set -eu
objdump=$1
processor=$2
shift 2
case "$processor" in
  aarch64 | arm64)
    newer='	([us]|us|su|bf)dot	|	(s|u|us|bf)mmla	|	bf[cm]|	fml[as]l2?	|	sqrdml[as]h	|	fc(add|mla)	'
    newer="$newer"'|	f[a-z0-9]+	(v[0-9]+\.[48]h|h[0-9]+), (v[0-9]+\.[48]h|h[0-9]+)'
    newer="$newer"'|	(cas|swp|ld(add|clr|eor|set|[us]max|[us]min))[abhlp]*	|	ldapr|	.*	[zp][0-9]+[./]'
    ;;
  *) newer='	v[a-z0-9]+ .*%[xyz]mm' ;;
esac
status=0
count=0
code=$(mktemp)
trap 'rm -f "$code"' EXIT
for object in "$@"; do
  case "$(basename "$object")" in
    *avx2.cpp.o | *avx512.cpp.o | *vnni.cpp.o | *dotprod.cpp.o) continue ;;
  esac
  count=$((count + 1))
  "$objdump" -d --no-show-raw-insn "$object" >"$code"
  # Only where mnemonics stand: a branch to address bfc is no bfc.
  if grep -m 3 -E "^ *[0-9a-f]+:($newer)" "$code"; then
    echo "$object has instructions beyond the baseline"
    status=1
  fi
done
echo "$count baseline objects"
[ "$count" -gt 0 ] || status=1
exit $status
