#!/bin/sh
# SPDX-License-Identifier: MIT
# accuracy.sh BITDOWN DATA NETWORK TOP1 DECODE_AGREEMENT TABLE_AGREEMENT FOLDER: imports the network,
# calibrated on 200 photographs, and evaluates it. Fails if exact agrees with the reference below
# 99 % or is further than 0.4 points from TOP1; if fast agrees below DECODE_AGREEMENT or
# TABLE_AGREEMENT with that algorithm in all layers, the same bits on every CPU, or below 96 % as
# planned for this one; or if fast is further than 1 point, 1.8 points with tables in all layers.
set -eu
bitdown=$1
data=$2
network=$3
top1=$4
decode_agreement=$5
table_agreement=$6
blob=$7/$network.bdn
checkpoint=$data/models/$network.pth
labels=$data/images/imagenet-sample/labels.tsv
calibration=$data/images/ilsvrc-calibration
reference=$data/reference/$network.logits.npy
for file in "$checkpoint" "$labels" "$reference" "$calibration"; do
  [ -e "$file" ] || { echo "skipped: $file is missing"; exit 77; }
done
"$bitdown" import "$checkpoint" -o "$blob" --calibrate "$calibration" --limit 200
# check LEAST_AGREEMENT LARGEST_DIFFERENCE EVAL_OPTION...
check() {
  least=$1
  largest=$2
  shift 2
  result=$("$bitdown" eval "$blob" "$@" --labels "$labels" --reference "$reference" --json)
  echo "$* $result"
  field() { printf '%s' "$result" | sed -n "s/.*\"$1\":\([0-9.e-]*\).*/\1/p"; }
  awk -v options="$*" -v least="$least" -v largest="$largest" -v top1="$(field top1)" \
      -v agreement="$(field agreement)" -v expected="$top1" 'BEGIN {
    off = top1 - expected; if (off < 0) off = -off
    if (top1 == "" || agreement == "" || agreement < least - 1e-9 || off > largest + 1e-9) {
      print options ": expected top-1 " expected " and an agreement of at least " least; exit 1 }
  }'
}
check 0.99 0.004 --precision exact
check "$decode_agreement" 0.01 --precision fast --algorithm decode
check "$table_agreement" 0.018 --precision fast --algorithm table
check 0.96 0.01 --precision fast
