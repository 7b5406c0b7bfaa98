#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sites.sh BUILD OUT: an ordinary site and one whose every mail string and listed address is hostile, and their exports.
set -eu
build=$1 out=$2
rm -rf "$out"
mkdir -p "$out"
for kind in plain hostile; do
    option=
    [ $kind = plain ] || option=hostile
    "$build/bench/bench-fill" "$out/$kind.db" 10000 $option
    "$build/bench/bench-group" --csv 3000 >"$out/$kind-groups.csv"
    # Brands and addresses of the hostile list: markup, quotes, right-to-left marks.
    [ $kind = plain ] ||
        sed -i -e 's/,Brand \([0-9]*\)$/,"><script>window.owned=\1<\/script>\xe2\x80\xae/' \
            -e 's/\/login,/\/"onmouseover=window.owned=1 <img src=x onerror=window.owned=2>,/' "$out/$kind-groups.csv"
    "$build/noroshi" group --state "$out/$kind.state" "$out/$kind-groups.csv" >"$out/$kind-groups.txt" 2>&1
    for format in stix misp; do
        "$build/noroshi" group --$format "$out/$kind-groups.csv" >"$out/$kind-groups.$format" 2>/dev/null
    done
    "$build/noroshi" site --store "$out/$kind.db" --posts samples/posts --groups "$out/$kind.state" "$out/$kind" >"$out/$kind.txt"
    for format in csv stix misp; do
        "$build/noroshi" export --store "$out/$kind.db" --format $format --month 2021-03 --output "$out/$kind.$format"
    done
done
