/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/history.h"

#include "base/civil.h"
#include "base/utf8.h"
#include "learn/passage.h"
#include "observe/mailview.h"
#include "verdict/judge.h"

#include <stdlib.h>
#include <talloc.h>

#define DAY_S INT64_C(86400)
#define SNIPPET_BYTES 160u
#define STRANGER_WEIGHT 4.3
#define LIST_WEIGHT 0.5 /* a public list quotes strangers every day */
#define QUOTES_MAX 16u

/* Words for how often a sender wrote, by earlier mails: one is `outlier`, up to 4 `rare`, up to 19
 * `uncommon`. */
static const char *prevalence_of(uint32_t contacts)
{
    return contacts == 0   ? "new"
           : contacts == 1 ? "outlier"
           : contacts < 5  ? "rare"
           : contacts < 20 ? "uncommon"
                           : "common";
}

static int64_t days_before(int64_t now_s, int64_t at_s)
{
    return at_s == INT64_MIN ? -1 : (now_s - at_s) / DAY_S;
}

static void look_up(void *self, enum profile_key kind, struct bytes key, int64_t at_us,
                    struct profile *out)
{
    const struct senders *const *senders = self;
    uint8_t domain[400];
    struct sender_summary known;
    if (kind == PROFILE_DOMAIN) {
        if (key.len + 1 > sizeof domain)
            return;
        domain[0] = '@';
        memcpy(domain + 1, key.at, key.len);
        key = bytes_of(domain, key.len + 1);
    }
    if (!senders_find(*senders, key, at_us, &known))
        return;
    *out = (struct profile){
        .any_benign = known.benign > 0,
        .any_malicious = known.bad > 0,
        .solicited = known.outbound > 0,
        .auth_failed = known.auth_failed > 0,
        .days_known = (double)(known.now_s - known.first_s) / (double)DAY_S,
        .prevalence = prevalence_of(known.inbound + known.outbound),
        .first_contact_days = days_before(known.now_s, known.first_s),
        .last_contact_days = days_before(known.now_s, known.last_s),
        .last_inbound_days = days_before(known.now_s, known.last_inbound_s),
        .last_outbound_days = days_before(known.now_s, known.last_outbound_s),
    };
}

struct profile_source *history_source(const void *parent, const struct senders *senders)
{
    struct profile_source *source = talloc_zero(parent, struct profile_source);
    const struct senders **self = talloc_zero(source, const struct senders *);
    if (source == NULL || self == NULL)
        abort();
    *self = senders;
    source->self = self;
    source->look_up = look_up;
    return source;
}

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

/* What a mail quotes: its earlier threads, each with its hashes. */
struct quotes {
    struct bytes text[QUOTES_MAX];
    struct passages passages[QUOTES_MAX];
    uint32_t count, total;
};

static void take_quotes(struct quotes *q, struct model *model, struct object *body)
{
    struct value list = body == NULL ? value_null() : object_get(body, FIELD_Body_previous_threads);
    for (uint32_t i = 0;
         list.tag == VALUE_ARRAY && i < list.as.array->count && q->count < QUOTES_MAX; i++) {
        q->text[q->count] = string(list.as.array->item[i].as.object, FIELD_PreviousThread_text);
        q->passages[q->count] = passages_of(model->arena, q->text[q->count]);
        q->total += q->passages[q->count++].count;
    }
}

static bool same_domain(struct bytes address, struct bytes domain)
{
    size_t at = bytes_find_last_byte(address, '@');
    struct bytes host = at == BYTES_NPOS ? BYTES_NONE : bytes_from(address, at + 1);
    return domain.len > 0 && (bytes_equal_fold(host, domain) ||
                              (host.len > domain.len && bytes_ends_fold(host, domain) &&
                               host.at[host.len - domain.len - 1] == '.'));
}

static bool took_part(const struct threads *threads, const struct thread_mail *mail,
                      struct bytes email, struct bytes domain)
{
    for (uint32_t i = 0; i < mail->person_count; i++) {
        struct bytes address = threads_address(threads, mail->person[i]);
        if (bytes_equal(address, email) || same_domain(address, domain))
            return true;
    }
    return false;
}

static bool is_known(const struct senders *senders, struct bytes email, int64_t at_us)
{
    struct sender_summary known;
    return senders != NULL && senders_find(senders, email, at_us, &known) && known.bad == 0 &&
           (known.benign > 0 || known.outbound > 0);
}

/* Where the passage of HASH stands: the evidence shows it. */
static void show(struct evidence *e, struct model *model, const struct quotes *q, uint32_t hash)
{
    for (uint32_t i = 0; i < q->count; i++)
        for (uint32_t j = 0; j < q->passages[i].count; j++) {
            const struct passage *p = &q->passages[i].item[j];
            if (p->hash != hash)
                continue;
            e->field = arena_printf(model->arena, "body.previous_threads[%u].text", i);
            e->offset = p->offset;
            e->snippet = utf8_cut(bytes_sub(q->text[i], p->offset, p->len), SNIPPET_BYTES);
            e->len = e->snippet.len;
            return;
        }
}

static void add_evidence(struct verdict *v, struct model *model, const struct quotes *q,
                         const struct threads *threads, const struct thread_match *match)
{
    const struct thread_mail *mail = match->mail;
    struct arena *arena = model->arena;
    struct bytes from = threads_address(threads, mail->person[0]);
    struct bytes to =
        mail->person_count > 1 ? threads_address(threads, mail->person[1]) : BYTES("others");
    struct bytes day = bytes_sub(civil_iso(arena, mail->at_s * 1000000), 0, 10);
    bool is_list = mail_field_named(model, "List-Id").at != NULL;
    struct evidence e = {
        .rule = BYTES("conversation of others"),
        .kind = BYTES("history"),
        .sentence =
            {arena_printf(
                 arena,
                 "a stranger quotes this conversation, which was sent on %.*s between %.*s and "
                 "%.*s (%u passages equal)",
                 BYTES_FMT(day), BYTES_FMT(from), BYTES_FMT(to), match->passages),
             arena_printf(
                 arena,
                 "%.*s に %.*s と %.*s の間で送られた会話を、参加していない第三者が引用している"
                 "（一致 %u 箇所）",
                 BYTES_FMT(day), BYTES_FMT(from), BYTES_FMT(to), match->passages)},
        .weight = is_list ? LIST_WEIGHT : STRANGER_WEIGHT,
    };
    show(&e, model, q, match->hash);
    judge_add(v, arena, &e);
}

void judge_threads(struct verdict *v, struct model *model, const struct threads *threads,
                   const struct senders *senders)
{
    struct object *root = model->root;
    struct object *email = child(child(root, FIELD_Message_sender), FIELD_SenderMailbox_email);
    struct object *domain = child(email, FIELD_EmailAddress_domain);
    struct bytes address = lesson_fold(model->arena, string(email, FIELD_EmailAddress_email));
    struct quotes q = {.count = 0};
    struct thread_match match;
    take_quotes(&q, model, child(root, FIELD_Message_body));
    if (q.total == 0 || address.len == 0 || is_known(senders, address, v->date_us))
        return;
    uint32_t *hash = arena_array_of(model->arena, q.total, uint32_t), count = 0;
    for (uint32_t i = 0; i < q.count; i++)
        for (uint32_t j = 0; j < q.passages[i].count; j++)
            hash[count++] = q.passages[i].item[j].hash;
    if (!threads_find(threads, hash, count, v->date_us, &match) ||
        took_part(threads, match.mail, address, string(domain, FIELD_Domain_root_domain)))
        return;
    add_evidence(v, model, &q, threads, &match);
}
