# SPDX-License-Identifier: Apache-2.0
"""Inert mails for the rules that see how bulk mail of strangers is built: rows as in rule_mails.py."""
from mails import mail

NOTE = 'Please read the note.'
GMAIL = 'Petra Lind <petra.lind@gmail.com>'
FAR, HOME = 'https://roses.test/a', 'https://flowers.test/a'
KIND = b'Content-Type: multipart/mixed; boundary=b1'


def page(*links, text='Please see', more=''):
    return '<html><body><p>%s</p>%s%s</body></html>' % (text, ''.join('<p><a href="%s">the note</a></p>' % u for u in links), more)


def only_page(html, **more):
    """A mail whose one part is a page."""
    return mail('Note', html, **more).replace(b'Content-Type: text/plain', b'Content-Type: text/html')


def linked(*links, text='Please see', more='', **rest):
    return mail('Note', text, html=page(*links, text=text, more=more), **rest)


def senders():
    def s(sender, link=FAR, **more):
        return linked(link, sender=sender, **more)
    yield 'sender-header-broken', s('Desk <a@flowers.test>, Lake <b@roses.test>'), s('Desk <a@flowers.test>')
    yield 'sender-name-padded', s('" Garden Desk " <a@flowers.test>'), s('"Garden Desk" <a@flowers.test>')
    yield 'sender-name-decorated', s('**Garden_Gift_Desk** <a@flowers.test>'), s('Garden Gift Desk <a@flowers.test>')
    yield 'sender-unmentioned', s('Lake Desk <a@flowers.test>'), s('Lake Desk <a@flowers.test>', HOME)
    yield 'sender-name-unrelated', s('Lake Desk <a@flowers.test>'), s('Flowers Desk <a@flowers.test>')
    yield 'sender-local-digits', s('Lake <lake4471@flowers.test>'), s('Lake <lake@flowers.test>')
    yield 'sender-absent', s('Lake Desk'), s('Lake Desk <a@flowers.test>')
    yield 'sender-domain-impossible', s('Lake <a@flowers.gardn>'), s('Lake <a@flowers.garden>')
    yield 'brand-address-other-links', s('PayPal <service@paypal.com>'), s('PayPal <service@paypal.com>', 'https://www.paypal.com/a')
    yield 'freemail-bulk', s(GMAIL, headers=['List-Unsubscribe: <https://roses.test/u>']), s(GMAIL)
    yield 'money-in-subject', mail('Your $4,500 wait', NOTE, html=page(FAR), sender=GMAIL), \
        mail('Your 4 tulips wait', NOTE, html=page(FAR), sender=GMAIL)
    yield 'answer-to-other-mailbox', mail('Note', 'Write to me at lake.desk@outlook.com', sender=GMAIL), \
        mail('Note', 'Write to me at petra.lind@gmail.com', sender=GMAIL)


def shapes():
    def typed(kind):
        return linked(FAR).replace(KIND, b'Content-Type: multipart/%s; boundary=b1' % kind)
    yield 'mime-digest-page', typed(b'digest'), typed(b'alternative')
    yield 'mime-unknown-multipart', typed(b'part_mime_version_01'), typed(b'mixed')
    yield 'mime-lonely-alternative', only_page(page(FAR)).replace(b'multipart/mixed', b'multipart/alternative'), typed(b'alternative')
    number = b'Message-ID: <20210315170857.5114@flowers.test>\n'
    yield 'message-id-missing', linked(FAR).replace(number, b''), linked(FAR)
    yield 'message-id-nowhere', linked(FAR, message_id='<7.1@mail.qzkwv>'), linked(FAR, message_id='<7.1@mail.local>')
    yield 'gmail-not-by-gmail', mail('Note', NOTE, sender=GMAIL, message_id='<2021.5114@gmail.com>'), \
        mail('Note', NOTE, sender=GMAIL, message_id='<CA2021@mail.gmail.com>')
    answer = ['In-Reply-To: <1@recipient.test>']
    yield 'reply-header-no-reply', linked(FAR, headers=answer), mail('Re: note', NOTE, html=page(FAR), headers=answer)
    yield 'bulk-unrelated', linked(FAR, text='Click here to unsubscribe'), linked(HOME, text='Click here to unsubscribe')
    image = '<img src="https://roses.test/a.png">'
    yield 'image-mail-unrelated', linked(FAR, more=image), linked(HOME, more=image)


def links():
    yield 'link-digit-path', linked('https://roses.test/cl/71/4/16/21/635'), linked('https://roses.test/2021/03/15/note')
    yield 'link-affiliate', linked(FAR + '?aff_id=77&s1=a'), linked(FAR + '?page=77')
    yield 'link-shortener-only', linked('https://bit.ly/3aBcDe'), linked('https://bit.ly/3aBcDe', HOME)
    to = '<a href="mailto:%s?subject=Yes">Yes</a>'
    yield 'link-mailto-freemail', linked(FAR, more=to % 'lake.desk@gmail.com'), linked(FAR, more=to % 'desk@flowers.test')
    yield 'link-insecure-unrelated', linked('http://roses.test/a'), linked(FAR)


def texts():
    yield 'letters-disguised', mail('\U0001D406\U0001D41A\U0001D42B\U0001D41D\U0001D41E\U0001D427', NOTE), mail('Garden', NOTE)
    yield 'letters-confused', mail('PayPaI note', NOTE), mail('PayPal note', NOTE)
    yield 'subject-decorated', mail('_Your_Garden_Note_', NOTE), mail('Your garden note', NOTE)
    way_out = 'You may unsubscribe by clicking here or by writing to %s'
    yield 'footer-postal-only', mail('Note', way_out % '7144 Lake Road'), mail('Note', way_out % 'the desk')
    words = 'garden lake flower tulip river meadow stone bridge water summer winter spring autumn forest branch'
    yield 'filler-words', mail('Note', NOTE, html=page(text=words.replace(' ', ', ') + ', end')), mail('Note', NOTE, html=page(text=words))


def all_rows():
    for group in (senders, shapes, links, texts):
        yield from group()
