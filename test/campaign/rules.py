#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of mail against a mail it must hit and a near miss: rules.py NOROSHI RULES

Writes the mails of rule_mails.py and mails.py and a tests file, and lets `noroshi rule test` judge.  A rule without
a hit or without a near miss is a failure."""
import os, subprocess, sys, tempfile

import mails, rule_mails


def write(folder):
    rows = []

    def put(name, data):
        with open(os.path.join(folder, name), 'xb') as out:
            out.write(data)
        return name
    for i, (rule, hit, miss) in enumerate(rule_mails.all_rows()):
        rows.append((rule, 'hit', put('%d-hit.eml' % i, hit)))
        rows.append((rule, 'miss', put('%d-miss.eml' % i, miss)))
    for name, data, _, spoke, silent in mails.all_cases():
        put(name + '.eml', data)
        rows += [(rule, 'hit', name + '.eml') for rule in spoke] + [(rule, 'miss', name + '.eml') for rule in silent]
    with open(os.path.join(folder, 'tests.tsv'), 'w', encoding='utf8') as out:
        out.writelines('\t'.join(row) + '\n' for row in rows)


def main():
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        tests = os.path.join(folder, 'tests.tsv')
        run = subprocess.run([sys.argv[1], 'rule', 'test', '--all', sys.argv[2], tests], stdout=subprocess.PIPE, check=False)
    said = run.stdout.decode()
    print(said, end='')
    sys.exit(run.returncode or ' 0 failed; 0 rules without a hit' not in said)


main()
