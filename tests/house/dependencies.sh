#!/bin/sh
# SPDX-License-Identifier: MIT
# dependencies.sh SOURCE_DIR: every include points down the list
#   platforms <- schema <- runtime <- builder <- apps
# and kernels know no model. An include that leads nowhere fails as well, so nothing slips by.
set -eu
cd "$1"
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT

report() {
  echo "$1" | tee -a "$failures"
}

rank() {
  case "$1" in
    platforms/*) echo 0 ;;
    schema/*) echo 1 ;;
    runtime/*) echo 2 ;;
    builder/*) echo 3 ;;
    apps/*) echo 4 ;;
    *) echo 9 ;;
  esac
}

# resolve FILE INCLUDE: the file that the include names, from the root of the repository.
resolve() {
  if [ "$2" = model_generated.h ]; then
    echo schema/model_generated.h
    return
  fi
  for folder in "$(dirname "$1")" . platforms platforms/include runtime runtime/include builder apps; do
    if [ -f "$folder/$2" ]; then
      echo "$folder/$2" | sed 's,^\./,,'
      return
    fi
  done
  echo nowhere
}

check_quoted() { # FILE INCLUDE
  target=$(resolve "$1" "$2")
  if [ "$target" = nowhere ]; then
    report "$1: \"$2\" is not a file of this project"
  elif [ "$(rank "$target")" -gt "$(rank "$1")" ]; then
    report "$1: \"$2\" is above it ($target)"
  fi
  case "$1:$target" in
    runtime/kernels/*:runtime/kernels/* | runtime/kernels/*:platforms/*) ;;
    runtime/kernels/*) report "$1: a kernel must not include \"$2\"" ;;
    runtime/include/*:runtime/include/* | runtime/include/*:platforms/include/*) ;;
    runtime/include/*) report "$1: a public header must not include \"$2\"" ;;
    schema/*:runtime/* | schema/*:platforms/[!i]*) report "$1: the schema needs status.h only" ;;
  esac
}

check_angled() { # FILE INCLUDE
  case "$1:$2" in
    apps/*:opencv2/*) ;;
    *:opencv2/*) report "$1: only apps may use <$2>" ;;
    runtime/kernels/*:flatbuffers/*) report "$1: kernels know no <$2>" ;;
    platforms/*:flatbuffers/*) report "$1: platforms know no <$2>" ;;
    runtime/*:iostream | runtime/*:fstream | runtime/*:sstream | \
      platforms/*:iostream | platforms/*:fstream | schema/*:iostream)
      report "$1: no <$2> below the builder"
      ;;
  esac
}

count=0
# shellcheck disable=SC2013  # Names of includes have no blanks.
for file in $(find platforms schema runtime builder apps -name '*.h' -o -name '*.cpp' -o -name '*.c' \
  | sort); do
  for include in $(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file"); do
    case "$include" in
      flatbuffers/* | stb/* | doctest/* | opencv2/*) check_angled "$file" "$include" ;;  # Packages.
      *) check_quoted "$file" "$include" ;;
    esac
    count=$((count + 1))
  done
  for include in $(sed -n 's/^ *# *include *<\([^>]*\)>.*/\1/p' "$file"); do
    check_angled "$file" "$include"
  done
done
if [ "$count" -eq 0 ]; then report "found no includes at all in $1"; fi
echo "$count includes of our own"
[ ! -s "$failures" ]
