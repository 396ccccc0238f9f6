#!/bin/sh
# SPDX-License-Identifier: MIT
# inner_loops.sh BUILD: multiply-adds a cycle of the inner loops in BUILD, a build folder for
# AArch64 (cmake --preset aarch64), as a Markdown table. llvm-mca estimates them from a model of the
# core, with every load in the first-level cache; nothing is measured.
#
# Adding rows of tables multiplies nothing: its figure is numbers added a cycle.
#
# LLVM models Cortex-A72 as A57. It has no model of Cortex-A76 but of its server sibling, Neoverse N1,
# in Debian's llvm-19; older versions take A57 for that, too. MCA and OBJDUMP name other tools.
set -eu
kernels=$1/runtime/CMakeFiles/bitdown_runtime_shared_objects.dir/kernels
mca=${MCA:-llvm-mca-19}
objdump=${OBJDUMP:-aarch64-linux-gnu-objdump}
iterations=100
loop=$(mktemp)
trap 'rm -f "$loop"' EXIT

# extract OBJECT MULTIPLY: writes the loop with the most instructions that match MULTIPLY, among the
# loops without a loop inside, and prints how many there are.
extract() {
  "$objdump" -d --no-show-raw-insn "$kernels/$1" | awk -F '\t' -v multiply="$2" -v out="$loop" '
    function address(text) { sub(/:.*/, "", text); gsub(/ /, "", text); return text }
    / <.*>:$/ { lines = 0; innermost = 0 }  # A function begins.
    NF >= 2 && /^ *[0-9a-f]+:/ {
      ++lines
      at[lines] = address($1)
      text[lines] = $2 " " $3
      sub(/ *(<|\/\/).*/, "", text[lines])
      if ($2 !~ /^(b\.|cbn?z|tbn?z)/) next
      target = text[lines]
      sub(/.*[ ,]/, "", target)
      for (first = lines; first > innermost && at[first] != target; --first) {}
      if (first <= innermost) next  # Forward, or around another loop.
      innermost = lines
      count = 0
      for (i = first; i <= lines; ++i) count += text[i] ~ multiply
      if (count <= best) next
      best = count
      body = ""
      for (i = first; i < lines; ++i) {  # llvm-mca follows no branch: as if none were taken.
        if (text[i] !~ /^(b|b\.[a-z]+|cbn?z|tbn?z) /) body = body text[i] "\n"
      }
    }
    END { printf "%s", body >out; print best + 0 }'
}

# rate CPU MACS: multiply-adds a cycle of the extracted loop, which has MACS in an iteration.
rate() {
  "$mca" -mtriple=aarch64 -mcpu="$1" -mattr=+dotprod -iterations=$iterations "$loop" |
    awk -v macs="$2" -v n=$iterations '/^Total Cycles:/ { printf "%.1f", macs * n / $3 }'
}

# row NAME OBJECT MULTIPLY MACS-AN-INSTRUCTION CPU...
row() {
  name=$1
  count=$(extract "$2" "$3")
  [ "$count" -gt 0 ] || { echo "inner_loops.sh: no loop of $3 in $2" >&2; exit 1; }
  macs=$((count * $4))
  shift 4
  line="| $name |"
  for cpu in "$@"; do
    case $cpu in
      -) line="$line - |" ;;
      *) line="$line $(rate "$cpu" "$macs") |" ;;
    esac
  done
  echo "$line"
}

echo "| inner loop | Cortex-A53 | Cortex-A72 | Cortex-A76 |"
echo "| --- | --- | --- | --- |"
row "float32, fmla" gemm/neon.cpp.o '^fmla ' 4 cortex-a53 cortex-a72 neoverse-n1
row "float32, winograd: fmla" winograd/neon.cpp.o '^fmla ' 4 cortex-a53 cortex-a72 neoverse-n1
row "int8, smull + smlal + sadalp" gemm_i8/neon.cpp.o '^(smull|smlal)2? ' 8 \
  cortex-a53 cortex-a72 neoverse-n1
row "int8, sdot" gemm_i8/dotprod.cpp.o '^sdot ' 16 - - neoverse-n1
row "tables, building: smull + smlal + sadalp" table/neon.cpp.o '^(smull|smlal)2? ' 8 \
  cortex-a53 cortex-a72 neoverse-n1
row "tables, building: sdot" table/dotprod.cpp.o '^sdot ' 16 - - neoverse-n1
row "tables, adding rows" table/neon.cpp.o '^add v[0-9]+\.8h' 8 cortex-a53 cortex-a72 neoverse-n1
