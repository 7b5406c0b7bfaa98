#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sites.sh BUILD OUT: an ordinary site and one whose every mail string is hostile, and their exports.
set -eu
build=$1 out=$2
rm -rf "$out"
mkdir -p "$out"
for kind in plain hostile; do
    option=
    [ $kind = plain ] || option=hostile
    "$build/bench/bench-fill" "$out/$kind.db" 10000 $option
    "$build/noroshi" site --store "$out/$kind.db" --posts samples/posts "$out/$kind" >"$out/$kind.txt"
    for format in csv stix misp; do
        "$build/noroshi" export --store "$out/$kind.db" --format $format --month 2021-03 --output "$out/$kind.$format"
    done
done
