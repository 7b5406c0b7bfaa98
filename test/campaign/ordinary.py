#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ordinary mail stays ordinary: ordinary.py NOROSHI FOLDER

No mail of FOLDER is suspicious or malicious - as it is, without signatures and upstream results, without the headers of
bulk mail, and as a bare message somebody saved.  Prints TAP."""
import json, os, re, subprocess, sys, tempfile

SIGNED = rb'DKIM-Signature|Authentication-Results'
BULK = rb'List-[a-z-]+|Precedence|Feedback-ID|X-Mailer|X-Campaign|Mailing-List|X-BeenThere|Errors-To'
VARIANTS = {'as they are': None, 'unsigned': SIGNED, 'without bulk headers': BULK,
            'bare': SIGNED + rb'|Received|Return-Path|List-Unsubscribe(-Post)?|Feedback-ID|Precedence'}


def stripped(data, names):
    if names is None:
        return data
    head, gap, body = data.replace(b'\r\n', b'\n').partition(b'\n\n')
    head = re.sub(rb'(?im)^(' + names + rb'):.*\n([ \t].*\n)*', b'', head + b'\n')
    return head.rstrip(b'\n') + gap + body


def flagged(noroshi, folder, names):
    with tempfile.TemporaryDirectory() as copy:
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), 'rb') as mail, open(os.path.join(copy, name), 'wb') as out:
                out.write(stripped(mail.read(), names))
        run = subprocess.run([noroshi, 'scan', '--json', '--no-progress', copy], stdout=subprocess.PIPE, check=False)
    rows = [json.loads(line) for line in run.stdout.decode().splitlines()]
    assert len(rows) == len(os.listdir(folder)), 'not every mail was scanned'
    return len(rows), [(os.path.basename(row['path']), [(e['rule'], e['weight']) for e in row['evidence']])
                       for row in rows if row['verdict'] in ('suspicious', 'malicious')]


def main():
    failed = 0
    print('1..%d' % len(VARIANTS))
    for number, (title, names) in enumerate(VARIANTS.items(), 1):
        count, wrong = flagged(sys.argv[1], sys.argv[2], names)
        failed += bool(wrong)
        print('%sok %d - %d ordinary mails, %s' % ('not ' if wrong else '', number, count, title))
        for name, why in wrong:
            print('# %s %s' % (name, why))
    sys.exit(failed > 0)


main()
