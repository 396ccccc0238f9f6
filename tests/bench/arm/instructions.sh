#!/bin/sh
# SPDX-License-Identifier: MIT
# instructions.sh BUILD CODED.bdn DENSE.bdn PHOTO: instructions that one inference executes on
# AArch64, counted by qemu-user, as a Markdown table. CODED has been calibrated; DENSE is the same
# network made by `bitdown import --expand --dense-type fp32`. Takes minutes, of which float32, which
# qemu calculates number by number, takes most.
#
# An inference is the difference between `bitdown-device run` with two copies of the photograph and
# with one; decoding and resizing the photograph is in it.
set -eu
device=$1/apps/bitdown-device
coded=$2
dense=$3
photo=$4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cc -O2 -shared -fPIC -o "$folder/count.so" "$(dirname "$0")/count_instructions.c"

# count CPU MODEL PRECISION PHOTO...
count() {
  cpu=$1
  model=$2
  precision=$3
  shift 3
  qemu-aarch64 -cpu "$cpu" -d plugin -D "$folder/log" -plugin "$folder/count.so" \
    "$device" run "$model" "$@" --threads 1 --precision "$precision" >/dev/null
  sed -n 's/^instructions: //p' "$folder/log"
}

# row NAME CPU MODEL PRECISION
row() {
  one=$(count "$2" "$3" "$4" "$photo")
  two=$(count "$2" "$3" "$4" "$photo" "$photo")
  : "${first:=$((two - one))}"
  awk -v name="$1" -v base="$first" -v n=$((two - one)) \
    'BEGIN { printf "| %s | %.0f | %.2f |\n", name, n / 1e6, n / base }'
}

echo "| | million instructions | ratio |"
echo "| --- | --- | --- |"
row "float32, dense" cortex-a53 "$dense" exact
row "float32, from codes" cortex-a53 "$coded" exact
row "int8, from codes, smull" cortex-a53 "$coded" fast
row "int8, from codes, sdot" cortex-a76 "$coded" fast
