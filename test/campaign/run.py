#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the real program over inert mails of named campaigns: run.py NOROSHI

A campaign's mail must be `named` (exactly the names of its row, no others), near misses and copycats must not;
the rules of a row must have spoken, or been silent.  Prints TAP."""
import json, os, subprocess, sys, tempfile

import mails


def scan(noroshi, folder):
    run = subprocess.run([noroshi, 'scan', '--json', '--no-progress', folder], stdout=subprocess.PIPE, check=False)
    if run.returncode not in (0, 1, 3):
        sys.exit('scan ended with %d' % run.returncode)
    rows = (json.loads(line) for line in run.stdout.decode().splitlines())
    return {os.path.basename(row['path']): row for row in rows}


def judge(row, named, rules, silent):
    """What is wrong with ROW, as text; nothing if all is well."""
    if row is None:
        return 'it was not scanned'
    seen = {a['name'] for a in row['attribution'] if a['level'] == 'named'}
    spoke = {e['rule'] for e in row['evidence']}
    wrong = []
    if seen != set(named):
        wrong.append('named %s, not %s' % (sorted(seen), sorted(named)))
    wrong += ['%s was silent' % rule for rule in rules if rule not in spoke]
    wrong += ['%s spoke' % rule for rule in silent if rule in spoke]
    if named and row['verdict'] not in ('suspicious', 'malicious'):
        wrong.append('a named campaign is ' + row['verdict'])
    return '; '.join(wrong)


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        cases = list(mails.all_cases())
        for name, data, *_ in cases:
            with open(os.path.join(folder, name + '.eml'), 'xb') as out:
                out.write(data)
        rows = scan(sys.argv[1], folder)
        print('1..%d' % len(cases))
        for number, (name, _, *expected) in enumerate(cases, 1):
            wrong = judge(rows.get(name + '.eml'), *expected)
            failed += bool(wrong)
            print('%sok %d - %s' % ('not ' if wrong else '', number, name))
            if wrong:
                print('# ' + wrong)
    sys.exit(failed > 0)


main()
