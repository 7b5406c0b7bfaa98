/* SPDX-License-Identifier: Apache-2.0 */
#include "support/synthetic.h"

#include "observe/facts.h"

#include <stdio.h>

#define DAY_US ((int64_t)86400 * 1000000)

struct rnd {
    uint64_t state;
};

static uint64_t next(struct rnd *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(struct rnd *r, uint32_t n)
{
    return (uint32_t)(next(r) % n);
}

struct lure {
    const char *category, *family, *brand, *campaign, *subject, *domain, *file, *type, *technique,
        *rule, *said[2];
    const char *language;
};

static const struct lure lures[] = {
    {"malware delivery",
     "IcedID",
     NULL,
     "icedid-request-zip",
     "Re: Invoice for the last delivery",
     "files.harbor-supply.test",
     "request.zip",
     "zip",
     "T1566.001 T1027.013 T1204.002",
     "locked zip, password in body",
     {"The attachment is a locked archive and its password stands in the text.",
      "添付ファイルはパスワード付き圧縮で、そのパスワードが本文に書かれています。"},
     "en"},
    {"malware delivery",
     "IcedID",
     NULL,
     "icedid-request-zip",
     "Re: 請求書の件",
     "files.minato-shoji.test",
     "info.zip",
     "zip",
     "T1566.001 T1204.002",
     "reply to a thread, locked zip",
     {"A reply to an earlier conversation carries a locked archive.",
      "過去のやりとりへの返信を装い、パスワード付き圧縮ファイルが添付されています。"},
     "ja"},
    {"malware delivery",
     "IcedID",
     NULL,
     "icedid-dotdat",
     "Compensation claim 605614143",
     "claims-desk.test",
     "CompensationClaim_605614143_03152021.zip",
     "xls",
     "T1566.001 T1105 T1059.005",
     "Excel serial date in URL",
     {"A macro fetches a file whose name is the mail's date as an Excel serial number.",
      "マクロが、送信日を Excel シリアル値で表した名前のファイルを取得します。"},
     "en"},
    {"callback phishing",
     "BazarCall",
     "StreamMax",
     "bazarcall-trial",
     "Your free trial KB48273651923 ends today",
     NULL,
     NULL,
     NULL,
     "T1566.004 T1204.001",
     "trial ends, number to ring",
     {"The mail has no link and no file, only a number to ring about a payment.",
      "リンクも添付もなく、支払いについて電話するよう番号だけが書かれています。"},
     "en"},
    {"callback phishing",
     "BazarCall",
     "Medi Reminder",
     "bazarcall-trial",
     "Thank you for using your free trial premium AB193746251",
     NULL,
     "membership.pdf",
     "pdf",
     "T1566.004",
     "subscription number in subject",
     {"The subject carries a subscription number as callback operators ask for it.",
      "件名に、電話口で尋ねられる会員番号が入っています。"},
     "en"},
    {"credential phishing",
     NULL,
     "みなと銀行",
     "minato-bank-login",
     "【重要】口座の利用制限について",
     "login.minato-bank-secure.test",
     NULL,
     NULL,
     "T1566.002 T1598.003",
     "brand in link, other domain",
     {"The link names the bank but leads to another domain.",
      "リンクは銀行名を含みますが、別のドメインへ誘導します。"},
     "ja"},
    {"credential phishing",
     NULL,
     "Parcel Post",
     "parcel-fee",
     "Your parcel is waiting: pay the fee",
     "parcel-fee.test",
     NULL,
     NULL,
     "T1566.002",
     "link text and target differ",
     {"The link shows one address and opens another.",
      "表示されている URL と実際のリンク先が異なります。"},
     "en"},
    {"credential phishing",
     NULL,
     "Cloud Office",
     "voicemail-html",
     "New voicemail (0:42)",
     "voice-portal.test",
     "voicemail.html",
     "html",
     "T1566.001 T1027.006",
     "login form in attachment",
     {"The attached page asks for a password.", "添付された HTML がパスワードの入力を求めます。"},
     "en"},
    {"BEC",
     NULL,
     NULL,
     "ceo-transfer",
     "Urgent: wire transfer today",
     NULL,
     NULL,
     NULL,
     "T1656 T1657",
     "reply-to differs, urgent payment",
     {"The sender's name is a director's, the reply goes elsewhere.",
      "差出人名は役員ですが、返信先は別のアドレスです。"},
     "en"},
    {"extortion",
     NULL,
     NULL,
     NULL,
     "I recorded you",
     NULL,
     NULL,
     NULL,
     "T1657",
     "wallet and threat",
     {"A threat and a wallet address stand together.", "脅迫文と送金先アドレスが書かれています。"},
     "en"},
    {"scam",
     NULL,
     NULL,
     NULL,
     "当選のお知らせ",
     "kuji-tousen.test",
     NULL,
     NULL,
     NULL,
     "prize",
     {"A prize nobody entered for.", "応募していない懸賞の当選を告げています。"},
     "ja"},
    {"malware delivery",
     "Qakbot",
     NULL,
     "qakbot-xlsb",
     "Re: document attached",
     "cdn.paper-mill.test",
     "order_Jb482736451.xlsb",
     "xlsb",
     "T1566.001 T1059.005",
     "hidden macro sheet",
     {"The workbook runs a hidden macro sheet when it is opened.",
      "ブックを開くと非表示のマクロシートが実行されます。"},
     "en"},
};
#define LURES (sizeof lures / sizeof *lures)

/* How likely a lure is on a day of the quarter: weights in 1/1000 of the threats. */
static uint32_t weight_of(size_t lure, int day, int days)
{
    int left = days - 1 - day; /* the waves stand in the last weeks */
    bool wave = left < 31 && left >= 9;
    static const uint32_t base[LURES] = {14, 8, 6, 6, 4, 150, 120, 90, 60, 70, 60, 30};
    bool iced = lure <= 2, bazar = lure == 3 || lure == 4;
    return base[lure] * (iced && wave ? 12 : bazar && left < 21 ? 10 : 1);
}

static const struct lure *choose(struct rnd *r, int day, int days)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < LURES; i++)
        sum += weight_of(i, day, days);
    uint32_t at = below(r, sum);
    for (size_t i = 0;; i++) {
        uint32_t w = weight_of(i, day, days);
        if (at < w)
            return &lures[i];
        at -= w;
    }
}

struct bytes synthetic_hostile(struct arena *arena, uint32_t n)
{
    static const char *const core[] = {
        "<script>window.owned=%u</script>",
        "\"><img src=x onerror=window.owned=%u>",
        "'-window.owned=%u-'",
        "javascript:window.owned=%u",
        "</title><script>window.owned=%u</script>",
        "<svg/onload=window.owned=%u>",
        "</script><script>window.owned=%u</script>",
        "<!--<img src=\"--><img src=x onerror=window.owned=%u>",
        "]]><script>window.owned=%u</script>",
        "=HYPERLINK(\"http://evil.test/%u\")",
        "@SUM(%u)",
        "+%u+cmd|' /C calc'!A0",
        "-%u+1",
        "{{figure daily}} %u",
        "\x1b]0;%u\x07",
        "\xE2\x80\xAE%u gnp.exe",
        "<iframe srcdoc='<script>parent.owned=%u</script>'>",
        "<a href=\"javascript:window.owned=%u\">x</a>",
        "&lt;script&gt;window.owned=%u",
        "%u</style><script>window.owned=1</script>",
        "<math><mi xlink:href=\"data:x,<script>window.owned=%u</script>\">",
        "<base href=http://evil.test/%u/>",
        "<meta http-equiv=refresh content='0;url=http://evil.test/%u'>",
        "<link rel=stylesheet href=http://evil.test/%u>",
        "<form action=http://evil.test/%u><button>",
        "\\u003cscript\\u003ewindow.owned=%u",
        "<input autofocus onfocus=window.owned=%u>",
        "<details open ontoggle=window.owned=%u>",
        "<video><source onerror=window.owned=%u>",
        "<img src=http://evil.test/%u.png>",
        "../../../../etc/%u",
        "\xFF\xFE<script>window.owned=%u</script>",
        "\"); window.owned=%u; (\"",
        "${window.owned=%u}",
        "`window.owned=%u`",
        "</textarea><script>window.owned=%u</script>",
        "<x onclick=window.owned=%u>x",
        "<style>@import'http://evil.test/%u'</style>",
        "--><script>window.owned=%u</script>",
        "#{window.owned=%u}",
    };
    uint32_t kinds = sizeof core / sizeof *core;
    static const char *const around[] = {"%s", "Re: %s", "%s\r\nBcc: x@evil.test", " %s\t",
                                         "【重要】%s"};
    char inner[200];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(inner, sizeof inner, core[n % kinds], n);
    struct bytes whole = arena_printf(arena, around[n / kinds % 5], inner);
#pragma GCC diagnostic pop
    return n / kinds < 5 ? whole
                         : arena_printf(arena, "%.*s%.*s", BYTES_FMT(whole), BYTES_FMT(whole));
}

static struct value text(const char *s)
{
    return value_string(bytes_of_string(s));
}

/* Objects without a tree: what is not set is NULL. */
static struct value nothing(struct object *object, uint32_t field)
{
    (void)object, (void)field;
    return value_null();
}

static struct object *make(struct model *model, enum type type)
{
    return object_new(model, type, NULL);
}

static struct value domain_of(struct model *m, struct bytes name)
{
    struct object *domain = make(m, TYPE_Domain);
    size_t dot = bytes_find_last_byte(name, '.');
    size_t before =
        dot == BYTES_NPOS ? BYTES_NPOS : bytes_find_last_byte(bytes_sub(name, 0, dot), '.');
    struct bytes root = before == BYTES_NPOS ? name : bytes_from(name, before + 1);
    object_set(domain, FIELD_Domain_domain, value_string(name));
    object_set(domain, FIELD_Domain_root_domain, value_string(root));
    object_set(domain, FIELD_Domain_sld,
               value_string(bytes_sub(root, 0, bytes_find_byte(root, '.', 0))));
    object_set(domain, FIELD_Domain_tld,
               value_string(bytes_from(name, dot == BYTES_NPOS ? name.len : dot + 1)));
    object_set(domain, FIELD_Domain_valid, value_bool(true));
    return value_object(domain);
}

static struct value email_of(struct model *m, struct bytes address)
{
    struct object *email = make(m, TYPE_EmailAddress);
    size_t at = bytes_find_byte(address, '@', 0);
    object_set(email, FIELD_EmailAddress_email, value_string(address));
    object_set(email, FIELD_EmailAddress_local_part, value_string(bytes_sub(address, 0, at)));
    object_set(email, FIELD_EmailAddress_domain, domain_of(m, bytes_from(address, at + 1)));
    return value_object(email);
}

static struct value link_of(struct model *m, const char *host, uint32_t n)
{
    struct object *link = make(m, TYPE_Link), *url = make(m, TYPE_URL);
    struct bytes whole = arena_printf(m->arena, "https://%s/a/%u?id=%u", host, n % 997, n);
    object_set(url, FIELD_URL_url, value_string(whole));
    object_set(url, FIELD_URL_domain, domain_of(m, bytes_of_string(host)));
    object_set(url, FIELD_URL_scheme, text("https"));
    object_set(url, FIELD_URL_path, value_string(arena_printf(m->arena, "/a/%u", n % 997)));
    object_set(url, FIELD_URL_query_params, value_string(arena_printf(m->arena, "id=%u", n)));
    object_set(link, FIELD_Link_href_url, value_object(url));
    object_set(link, FIELD_Link_display_text, text(n % 2 ? "Open" : "こちら"));
    object_set(link, FIELD_Link_mismatched, value_bool(n % 3 == 0));
    object_set(link, FIELD_Link_visible, value_bool(true));
    return value_object(link);
}

static struct value one(struct arena *arena, struct value item)
{
    struct array *array = array_new(arena);
    array_add(arena, array, item);
    return value_array(array);
}

static struct bytes facts_of(struct arena *arena, const struct verdict *v, const struct lure *lure,
                             struct bytes file, uint32_t n)
{
    struct model model = {.arena = arena, .resolve = nothing};
    struct object *root = make(&model, TYPE_Message), *subject = make(&model, TYPE_Subject),
                  *body = make(&model, TYPE_Body), *sender = make(&model, TYPE_SenderMailbox),
                  *headers = make(&model, TYPE_Headers),
                  *recipients = make(&model, TYPE_Recipients), *to = make(&model, TYPE_Mailbox);
    object_set(subject, FIELD_Subject_subject, value_string(v->subject));
    object_set(subject, FIELD_Subject_base, value_string(v->subject));
    object_set(subject, FIELD_Subject_is_reply, value_bool(bytes_starts(v->subject, BYTES("Re:"))));
    object_set(sender, FIELD_SenderMailbox_email, email_of(&model, v->sender));
    object_set(sender, FIELD_SenderMailbox_display_name, text("Support"));
    object_set(to, FIELD_Mailbox_email, email_of(&model, BYTES("user@office.example.test")));
    object_set(recipients, FIELD_Recipients_to, one(arena, value_object(to)));
    object_set(headers, FIELD_Headers_message_id,
               value_string(arena_printf(arena, "<%08x.%u@mail.test>", n * 2654435761u, n)));
    object_set(headers, FIELD_Headers_mailer, text("Mail 1.0"));
    struct array *links = array_new(arena);
    for (uint32_t i = 0; i < (lure != NULL && lure->domain == NULL ? 0 : 1 + n % 3); i++)
        array_add(arena, links,
                  link_of(&model,
                          lure != NULL ? lure->domain
                          : i == 0     ? "www.office.example.test"
                                       : "news.paper.test",
                          n + i));
    object_set(body, FIELD_Body_links, value_array(links));
    object_set(root, FIELD_Message_subject, value_object(subject));
    object_set(root, FIELD_Message_sender, value_object(sender));
    object_set(root, FIELD_Message_recipients, value_object(recipients));
    object_set(root, FIELD_Message_headers, value_object(headers));
    object_set(root, FIELD_Message_body, value_object(body));
    struct array *files = array_new(arena);
    if (file.at != NULL) {
        struct object *attached = make(&model, TYPE_Attachment);
        object_set(attached, FIELD_Attachment_file_name, value_string(file));
        object_set(attached, FIELD_Attachment_file_type,
                   text(lure != NULL && lure->type != NULL ? lure->type : "pdf"));
        object_set(attached, FIELD_Attachment_file_extension,
                   text(lure != NULL && lure->type != NULL ? lure->type : "pdf"));
        object_set(attached, FIELD_Attachment_size, value_int(40000 + n % 9000));
        object_set(attached, FIELD_Attachment_sha256,
                   value_string(arena_printf(arena, "%064x", n % 37 + 4096)));
        array_add(arena, files, value_object(attached));
    }
    object_set(root, FIELD_Message_attachments, value_array(files));
    struct text out;
    text_init(&out, arena, 0);
    facts_write(&out, root);
    return text_bytes(&out);
}

static void add_threat(struct arena *arena, struct verdict *v, const struct lure *lure,
                       struct rnd *r)
{
    v->class = below(r, 5) == 0 ? VERDICT_SUSPICIOUS : VERDICT_MALICIOUS;
    v->category = bytes_of_string(lure->category);
    v->campaign = bytes_of_string(lure->campaign);
    v->language = bytes_of_string(lure->language);
    if (lure->brand != NULL) {
        v->brand = arena_new_of(arena, struct bytes);
        *v->brand = bytes_of_string(lure->brand);
        v->brand_count = 1;
    }
    struct evidence *e = v->evidence = arena_new_of(arena, struct evidence);
    v->evidence_count = 1;
    *e = (struct evidence){
        .rule = bytes_of_string(lure->rule),
        .kind = BYTES("structure"),
        .path = BYTES("0.1"),
        .offset = 120,
        .len = 24,
        .sentence = {bytes_of_string(lure->said[0]), bytes_of_string(lure->said[1])},
        .snippet = BYTES("(text as it stands there)"),
        .weight = 3.5};
    struct bytes rest = bytes_of_string(lure->technique);
    e->technique = arena_array_of(arena, 8, struct bytes);
    while (rest.len > 0 && bytes_next_field(&rest, ' ', &e->technique[e->technique_count]))
        e->technique_count++;
    if (lure->family != NULL) {
        v->attribution = arena_new_of(arena, struct attribution);
        v->attribution_count = 1;
        *v->attribution = (struct attribution){.name = bytes_of_string(lure->family),
                                               .kind = BYTES("family"),
                                               .named = true,
                                               .score = 4.2,
                                               .follows = {BYTES("Cobalt Strike, then ransomware")}};
    }
}

/* Days later in the quarter, and working days, are busier. */
static int day_of(const struct synthetic *what, uint32_t n, struct rnd *r)
{
    double at = ((double)n + 0.5) / what->total;
    int day = (int)(what->days * (1.3 * at - 0.3 * at * at));
    day = day >= what->days ? what->days - 1 : day;
    int weekday = (int)((what->from_day + day + 4) % 7);
    if ((weekday == 0 || weekday == 6) && below(r, 10) < 7)
        day = day >= 2 ? day - 1 - (int)below(r, 2) : day;
    return day;
}

struct verdict *synthetic_verdict(struct arena *arena, const struct synthetic *what, uint32_t n)
{
    struct rnd r = {n * 7919u + 17};
    struct verdict *v = arena_new_of(arena, struct verdict);
    int day = day_of(what, n, &r);
    int left = what->days - 1 - day;
    bool busy = left < 31;
    const struct lure *lure =
        below(&r, 100) < (busy ? 42u : 34u) ? choose(&r, day, what->days) : NULL;
    v->sha256 = arena_printf(arena, "%08x%08x%048x", n * 2654435761u, n ^ 0x5bd1e995u, n);
    v->kind = BYTES("eml");
    v->path = arena_printf(arena, "mail/%u.eml", n);
    v->date_us = (what->from_day + day) * DAY_US + (int64_t)below(&r, 86400) * 1000000;
    v->sender = lure == NULL
                    ? arena_printf(arena, "person%u@partner%u.example.test", n % 50, n % 20)
                    : arena_printf(arena, "notice%u@mailer%u.test", n % 9, n % 40);
    v->subject = lure != NULL ? bytes_of_string(lure->subject)
                 : n % 3      ? BYTES("Minutes of the meeting")
                              : BYTES("会議資料の送付");
    struct bytes file = lure != NULL ? bytes_of_string(lure->file)
                        : n % 6 == 0 ? BYTES("minutes.pdf")
                                     : BYTES_NONE;
    v->coverage = (struct coverage){.nodes = 3, .opened = 3, .bytes_in = 4000 + n % 30000};
    if (lure != NULL)
        add_threat(arena, v, lure, &r);
    else if (below(&r, 40) == 0) {
        v->class = VERDICT_UNSCANNABLE;
        v->reason = BYTES("encrypted");
    }
    v->log_odds = lure != NULL ? 4 : -4;
    v->probability = lure != NULL ? 0.982 : 0.018;
    if (what->hostile) {
        v->subject = synthetic_hostile(arena, n % SYNTHETIC_HOSTILE);
        file = synthetic_hostile(arena, (n + 7) % SYNTHETIC_HOSTILE);
        if (lure != NULL) {
            v->campaign = synthetic_hostile(arena, n % 60);
            v->evidence->snippet = synthetic_hostile(arena, (n + 99) % SYNTHETIC_HOSTILE);
            if (v->brand_count > 0)
                *v->brand = synthetic_hostile(arena, n % 40);
            if (v->attribution_count > 0)
                v->attribution->name = synthetic_hostile(arena, n % 40);
            v->category = n % 11 == 0 ? synthetic_hostile(arena, n % 40) : v->category;
        }
    }
    v->facts = facts_of(arena, v, lure, file, n);
    return v;
}
