#!/bin/sh
# SPDX-License-Identifier: MIT
# sources.sh SOURCE_DIR: every source file names its licence first, fits 400 lines and holds no
# note of unfinished work.
set -eu
cd "$1"
status=0
count=0
unfinished='TO''DO|FIX''ME|X''XX'

for file in $(find CMakeLists.txt dev .ci apps builder platforms runtime schema tests toolchains \
  -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.c' -o -name '*.fbs' -o -name '*.sh' \
  -o -name '*.cmake' -o -name '*.in' -o -name CMakeLists.txt -o -name dev -o -name run \) | sort); do
  count=$((count + 1))
  if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT'; then
    echo "$file: no SPDX line at the top"
    status=1
  fi
  lines=$(wc -l <"$file")
  if [ "$lines" -gt 400 ]; then
    echo "$file: $lines lines, over 400"
    status=1
  fi
  if grep -nwE "$unfinished" "$file" /dev/null; then status=1; fi
done
echo "$count source files"
[ "$count" -gt 0 ] || status=1
exit $status
