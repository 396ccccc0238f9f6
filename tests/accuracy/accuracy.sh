#!/bin/sh
# SPDX-License-Identifier: MIT
# accuracy.sh BITDOWN DATA NETWORK TOP1 FOLDER: imports the network with default options and evaluates
# it. Fails below 99 % agreement with the reference or further than 0.4 points from TOP1.
set -eu
bitdown=$1
data=$2
network=$3
top1=$4
blob=$5/$network.bdn
checkpoint=$data/models/$network.pth
labels=$data/images/imagenet-sample/labels.tsv
reference=$data/reference/$network.logits.npy
for file in "$checkpoint" "$labels" "$reference"; do
  [ -f "$file" ] || { echo "skipped: $file is missing"; exit 77; }
done
"$bitdown" import "$checkpoint" -o "$blob"
result=$("$bitdown" eval "$blob" --labels "$labels" --reference "$reference" --json)
echo "$result"
field() { printf '%s' "$result" | sed -n "s/.*\"$1\":\([0-9.e-]*\).*/\1/p"; }
awk -v top1="$(field top1)" -v agreement="$(field agreement)" -v expected="$top1" 'BEGIN {
  off = top1 - expected; if (off < 0) off = -off
  if (top1 == "" || agreement == "" || agreement < 0.99 || off > 0.004 + 1e-9) {
    print "expected top-1 " expected " and an agreement of at least 0.99"; exit 1 }
}'
