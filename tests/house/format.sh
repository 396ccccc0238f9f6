#!/bin/sh
# SPDX-License-Identifier: MIT
# format.sh SOURCE_DIR: clang-format would change nothing. Versions format differently; 14, which
# Debian 12 has, is the authority.
set -eu
cd "$1"
for tool in clang-format-14 clang-format; do
  if "$tool" --version 2>/dev/null | grep -q 'version 14\.'; then
    find apps builder platforms runtime schema tests -type f \
      \( -name '*.h' -o -name '*.cpp' -o -name '*.c' \) -exec "$tool" --dry-run --Werror {} +
    exit
  fi
done
echo "skipped: clang-format 14 is not installed"
exit 77
