/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hunt.h"

#include "observe/facts.h"
#include "support/synthetic.h"
#include "tap.h"

#include <talloc.h>
#include <unistd.h>

static const struct synthetic what = {.total = 3000, .from_day = 18628, .days = 90};

static bool count_hit(void *own, const struct store_item *item, const struct rule_hit *hit)
{
    (void)item, (void)hit;
    ++*(uint32_t *)own;
    return true;
}

static struct hunt_result hunt(struct store *store, const char *expression)
{
    struct error err = {0};
    struct hunt_result result = {0};
    uint32_t hits = 0;
    struct rule_set *set = hunt_rule(NULL, expression, &err);
    if (set == NULL || !hunt_run(store, set, &(struct store_filter){.facts_only = true}, count_hit,
                                 &hits, &result, &err))
        result.looked_at = UINT64_MAX;
    talloc_free(set);
    return result;
}

static void test_hunts(struct store *store)
{
    static const struct {
        const char *expression;
        bool indexed;
    } rows[] = {
        {"any(body.links, .href_url.domain.root_domain == \"parcel-fee.test\")", true},
        {"subject.is_reply and any(body.links, .href_url.domain.root_domain == "
         "\"paper-mill.test\")",
         true},
        {"any(body.links, .href_url.domain.root_domain == \"parcel-fee.test\" and .mismatched)",
         true},
        {"sender.email.domain.root_domain == \"mailer3.test\"", true},
        {"any(body.links, .href_url.domain.domain == \"login.minato-bank-secure.test\")", false},
        {"strings.icontains(subject.subject, \"voicemail\")", false},
        {"any(attachments, .file_type == \"html\" and .size > 1000)", false},
        {"any(body.links, .href_url.domain.root_domain == \"parcel-fee.test\") or subject.is_reply",
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hunt_result r = hunt(store, rows[i].expression);
        tap_ok(r.matched > 0 && r.matched < 1000 && r.indexed == rows[i].indexed &&
                   (r.indexed ? r.looked_at < 1500 : r.looked_at == what.total),
               "%s%s: %u", rows[i].expression, rows[i].indexed ? " (by index)" : "",
               (unsigned)r.matched);
    }
    struct hunt_result one =
        hunt(store, "any(body.links, .href_url.domain.root_domain == \"paper-mill.test\")");
    struct hunt_result same = hunt(
        store, "any(body.links, strings.iends_with(.href_url.domain.domain, \"paper-mill.test\"))");
    tap_ok(one.matched == same.matched, "the index leaves nothing out");
    tap_int((int64_t)hunt(store, "body.html.raw == \"x\" and subject.is_reply").matched, 0,
            "a text that is not kept does not match");
    struct error err = {0};
    tap_ok(hunt_rule(NULL, "subject.nothing", &err) == NULL && err.line == 1,
           "a wrong expression is told with its place");
}

/* Conditions a record is dropped by before it is unpacked, beside twins that cannot be read so. */
static void test_needed(struct store *store)
{
    static const char *const twins[][2] = {
        {"sender.email.local_part == \"notice3\"",
         "not (sender.email.local_part != \"notice3\")"},
        {"any(body.links, .href_url.path == \"/a/1\" and .mismatched)",
         "any(body.links, not (.href_url.path != \"/a/1\") and .mismatched)"},
        {"any(body.links, .href_url.domain.root_domain == \"parcel-fee.test\") and "
         "not subject.is_reply",
         "any(body.links, not (.href_url.domain.root_domain != \"parcel-fee.test\")) and "
         "not subject.is_reply"},
        {"any(attachments, .file_type == \"html\") and type.inbound",
         "any(attachments, not (.file_type != \"html\")) and type.inbound"},
    };
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
        struct hunt_result quick = hunt(store, twins[i][0]), slow = hunt(store, twins[i][1]);
        tap_ok(quick.matched == slow.matched, "%s: %u as told otherwise", twins[i][0],
               (unsigned)quick.matched);
    }
    tap_ok(hunt(store, twins[0][0]).matched > 0, "and some are found");
    tap_ok(hunt(store, "body.html.raw == \"x\"").undecided > 1000,
           "a text that is not kept leaves all undecided");
}

static void test_facts(struct arena *arena)
{
    struct verdict *v = synthetic_verdict(arena, &what, 2990);
    struct model *model = facts_model(arena, v->facts);
    tap_ok(model != NULL, "stored facts are a model");
    struct value subject = object_get(model->root, FIELD_Message_subject);
    tap_bytes(value_bytes(object_get(subject.as.object, FIELD_Subject_subject)), v->subject,
              "the subject is in it");
    struct value body = object_get(model->root, FIELD_Message_body);
    tap_int(object_get(body.as.object, FIELD_Body_html).tag, VALUE_UNKNOWN,
            "the HTML is not kept, so it is unknown");
    tap_int(object_get(body.as.object, FIELD_Body_ips).tag, VALUE_NULL,
            "what is kept but was not there is null");
    struct text again;
    text_init(&again, arena, 0);
    facts_write(&again, model->root);
    tap_ok(again.len > 0 && facts_model(arena, text_bytes(&again)) != NULL,
           "and they can be written again");
    uint32_t models = 0;
    for (size_t cut = 0; cut < v->facts.len; cut++)
        models += facts_model(arena, bytes_sub(v->facts, 0, cut)) != NULL;
    tap_int(models, 0, "a record that is cut is none");
}

static bool count_change(void *own, const struct rescan_change *change)
{
    *(uint32_t *)own +=
        change->after->class < change->item->verdict->class || change->because.len > 0;
    return true;
}

static void test_rescan(struct store *store)
{
    struct error err = {0};
    struct hunt_result result;
    uint32_t changes = 0;
    struct rule_set *set = hunt_rule(NULL, "strings.icontains(subject.subject, \"minutes\")", &err);
    bool ok = rescan_run(store, set, &(struct store_filter){.classes = 1u << VERDICT_CLEAN},
                         count_change, &changes, &result, &err);
    tap_ok(ok && result.looked_at > 1000, "old mail is judged by new rules");
    tap_int((int64_t)result.matched, changes, "and each change is told with its rules");
    talloc_free(set);
}

int main(void)
{
    char folder[] = "/tmp/noroshi-hunt-XXXXXX";
    struct error err = {0};
    struct arena *arena = arena_new(NULL);
    if (mkdtemp(folder) == NULL)
        return 1;
    char *path = talloc_asprintf(arena, "%s/hunt.db", folder);
    struct store *store = store_open(NULL, path, &err);
    for (uint32_t n = 0; n < what.total; n++) {
        struct arena *one = arena_new(NULL);
        store_add(store, synthetic_verdict(one, &what, n), BYTES_NONE, &err);
        talloc_free(one);
    }
    store_flush(store, &err);
    test_hunts(store);
    test_needed(store);
    test_rescan(store);
    test_facts(arena);
    store_close(store, &err);
    unlink(path);
    rmdir(folder);
    talloc_free(arena);
    return tap_end();
}
