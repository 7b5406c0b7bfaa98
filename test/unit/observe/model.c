/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/model.h"

#include "observe/explode.h"
#include "open/opener.h"
#include "tap.h"

static const char mail[] =
    "Authentication-Results: mx.example.test; spf=pass smtp.mailfrom=a@b.test; dmarc=fail "
    "(p=REJECT)\r\n"
    " header.from=b.test\r\n"
    "Received: from relay.b.com (relay.b.com [192.0.2.10])\r\n"
    "\tby mx.example.test with ESMTPS id 7 for <x@example.test>; Wed, 7 Feb 2024 13:57:50 +0000\r\n"
    "Received: from [192.0.2.20] by relay.b.com with SMTP; Wed, 7 Feb 2024 13:57:40 +0000\r\n"
    "Authentication-Results: mx.example.test; spf=pass; dmarc=pass header.from=b.test\r\n"
    "From: \"Doe, Jane\" <Jane@B.Test>\r\n"
    "To: x@example.test, Bob <bob@example.org>\r\n"
    "Cc: undisclosed-recipients:;\r\n"
    "Reply-To: other@example.net\r\n"
    "Return-Path: <bounce@b.test>\r\n"
    "Message-ID: <m1@b.test>\r\n"
    "References: <m0@b.test> <m9@b.test>\r\n"
    "Date: Wed, 7 Feb 2024 22:57:30 +0900\r\n"
    "Subject: Re: [EXTERNAL] =?utf-8?q?caf=C3=A9?=\r\n"
    "X-Mailer: pigeon\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=q\r\n\r\n"
    "--q\r\nContent-Type: multipart/alternative; boundary=r\r\n\r\n"
    "--r\r\nContent-Type: text/plain\r\n\r\nplain https://example.com/p\r\n"
    "--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<p>Click <a "
    "href=\"https://eur01.safelinks.protection.outlook.com/"
    "?url=https%3A%2F%2Fevil.com%2Fa%3Fk%3Dv\">"
    "https://bank.com</a> or <a href='https://example.com/x'>here</a><a "
    "href='https://example.com/x'>here</a>"
    " <a href='page.html'>no</a> www.example.org/y http://0300.0.02.1/</p>\r\n"
    "--r--\r\n"
    "--q\r\nContent-Type: application/octet-stream; name=\"Report.PDF\"\r\n"
    "Content-Disposition: attachment; filename=\"Report.PDF\"\r\nContent-ID: "
    "<c1>\r\n\r\n%PDF-1.4\n\r\n"
    "--q\r\nContent-Type: message/rfc822\r\n\r\nFrom: in@b.test\r\n\r\n<inner> text\r\n--q--\r\n";

static struct arena *arena;

static struct model *open_named(const char *text, const char *name, const struct settings *settings)
{
    struct budget *budget = arena_new_of(arena, struct budget);
    budget_init(budget);
    struct tree *tree = tree_new(arena, budget, bytes_of_string(text), bytes_of_string(name));
    open_tree(tree->root);
    return model_new(tree, tree->root, settings);
}

static struct model *open_model(const char *text, const struct settings *settings)
{
    return open_named(text, "mail.eml", settings);
}

/* The value at PATH ("headers.reply_to.0.email.email") below V. */
static struct value at_path(struct value v, const char *path)
{
    struct bytes rest = bytes_of_string(path), step;
    while (bytes_next_field(&rest, '.', &step)) {
        int64_t n;
        if (v.tag == VALUE_ARRAY && bytes_to_int(step, 0, 1000, &n)) {
            v = n < v.as.array->count ? v.as.array->item[n] : value_null();
        } else if (v.tag == VALUE_MAP) {
            v = map_get(v.as.map, step);
        } else if (v.tag == VALUE_OBJECT) {
            int field = type_field(v.as.object->type, step);
            tap_ok(field >= 0, "%s is a path of the model", path);
            v = field < 0 ? value_null() : object_get(v.as.object, (uint32_t)field);
        } else {
            return value_null();
        }
    }
    return v;
}

static const struct {
    const char *path, *expected; /* numbers and booleans as text; NULL: no datum */
} rows[] = {
    {"type.inbound", "true"},
    {"sender.display_name", "Doe, Jane"},
    {"sender.email.email", "Jane@b.test"},
    {"sender.email.local_part", "Jane"},
    {"sender.email.domain.domain", "b.test"},
    {"subject.subject", "Re: [EXTERNAL] caf\xC3\xA9"},
    {"subject.base", "caf\xC3\xA9"},
    {"subject.is_reply", "true"},
    {"subject.tags.0", "EXTERNAL"},
    {"recipients.to.1.display_name", "Bob"},
    {"recipients.to.1.email.domain.root_domain", "example.org"},
    {"recipients.cc.0.display_name", "undisclosed-recipients"},
    {"recipients.cc.0.email", NULL},
    {"recipients.bcc.0", NULL},
    {"headers.reply_to.0.email.email", "other@example.net"},
    {"headers.return_path.email", "bounce@b.test"},
    {"headers.message_id", "<m1@b.test>"},
    {"headers.references.1", "m9@b.test"},
    {"headers.in_reply_to", NULL},
    {"headers.date", "2024-02-07T13:57:30Z"},
    {"headers.date_original_offset", "+0900"},
    {"headers.mailer", "pigeon"},
    {"headers.domains.0.domain", "relay.b.com"},
    {"headers.ips.0.ip", "192.0.2.20"},
    {"headers.ips.1.ip", "192.0.2.10"},
    {"headers.hops.0.index", "0"},
    {"headers.hops.0.received.server.raw", "relay.b.com"},
    {"headers.hops.0.fields.0.name", "Content-Type"},
    {"headers.hops.0.fields.0.position", "0"},
    {"headers.hops.0.authentication_results", NULL},
    {"headers.hops.1.received.source.raw", "relay.b.com (relay.b.com [192.0.2.10])"},
    {"headers.hops.1.received.time", "2024-02-07T13:57:50Z"},
    {"headers.hops.2.authentication_results.dmarc", "fail"},
    {"headers.auth_summary.dmarc.pass", "false"},
    {"headers.auth_summary.dmarc.details.policy", "reject"},
    {"headers.auth_summary.spf.pass", "true"},
    {"headers.auth_summary.trust", "newest"},
    {"headers.auth_summary.authserv_id", "mx.example.test"},
    {"body.links.0.href_url.domain.root_domain", "evil.com"},
    {"body.links.0.href_url.query_params_decoded.k.0", "v"},
    {"body.links.0.href_url.rewrite.encoders.0", "azure_safelink"},
    {"body.links.0.display_text", NULL},
    {"body.links.0.display_url.domain.domain", "bank.com"},
    {"body.links.0.mismatched", "true"},
    {"body.links.0.parser", "hyperlink"},
    {"body.links.1.display_text", "here"},
    {"body.links.1.mismatched", NULL},
    {"body.links.2.href_url.url", "http://www.example.org/y"},
    {"body.links.2.parser", "plain"},
    {"body.links.3.href_url.ip.ip", "192.0.2.1"},
    {"body.links.3.href_url.ip.translation.encoders.0", "octal"},
    {"body.links.3.href_url.domain", NULL},
    {"body.links.4.href_url.path", "/p"},
    {"body.links.5", NULL},
    {"body.plain.raw", "plain https://example.com/p"},
    {"body.current_thread.links.0.href_url.domain.domain", "evil.com"},
    {"attachments.0.file_name", "Report.PDF"},
    {"attachments.0.file_extension", "PDF"},
    {"attachments.0.file_type", "pdf"},
    {"attachments.0.content_id", "c1"},
    {"attachments.0.content_type", "application/octet-stream"},
    {"attachments.1.content_type", "message/rfc822"},
    {"attachments.1.file_type", "eml"},
    {"attachments.2", NULL},
};

static void check_row(struct value root, size_t i)
{
    struct value v = at_path(root, rows[i].path);
    char number[32] = "";
    struct bytes seen = value_bytes(v);
    if (v.tag == VALUE_BOOL)
        seen = bytes_of_string(v.as.boolean ? "true" : "false");
    else if (v.tag == VALUE_INT &&
             snprintf(number, sizeof number, "%lld", (long long)v.as.integer) > 0)
        seen = bytes_of_string(number);
    tap_ok(rows[i].expected != NULL || v.tag == VALUE_NULL, "%s is told or not", rows[i].path);
    tap_string(bytes_trim(seen), rows[i].expected, rows[i].path);
}

static void test_trust(void)
{
    const char *direct =
        "Received: from a.test by mx.example.com with SMTP; 7 Feb 2024 13:57:50 +0000\r\n"
        "Authentication-Results: mail.example.com; dmarc=pass header.from=b.test\r\n"
        "From: a@b.test\r\n\r\nx";
    const char *forged =
        "Received: from a.test by mx.example.com with SMTP; 7 Feb 2024 13:57:50 +0000\r\n"
        "Authentication-Results: mx.evil.org; dmarc=pass header.from=b.test\r\n"
        "From: a@b.test\r\n\r\nx";
    const char *unnamed =
        "Received: from a.test by mx.example.com with SMTP; 7 Feb 2024 13:57:50 +0000\r\n"
        "Authentication-Results: dmarc=pass header.from=b.test\r\nFrom: a@b.test\r\n\r\nx";
    struct value root = value_object(open_model(direct, NULL)->root);
    tap_ok(value_is_true(at_path(root, "headers.auth_summary.dmarc.pass")),
           "the receiver's own id is believed");
    tap_string(value_bytes(at_path(root, "headers.auth_summary.trust")), "receiver", "and why");
    root = value_object(open_model(forged, NULL)->root);
    tap_ok(at_path(root, "headers.auth_summary.dmarc").tag == VALUE_NULL, "a stranger's id is not");
    tap_ok(at_path(root, "headers.hops.0.authentication_results").tag == VALUE_NULL,
           "nor in its hop");
    const char *chain =
        "Received: from a.test by mx.example.com with SMTP; 7 Feb 2024 13:57:50 +0000\r\n"
        "Authentication-Results: mx.evil.org; dmarc=pass header.from=b.test\r\n"
        "Received: from b.test by mx.evil.org with SMTP; 7 Feb 2024 13:57:40 +0000\r\n"
        "From: a@b.test\r\n\r\nx";
    root = value_object(open_model(chain, NULL)->root);
    tap_ok(at_path(root, "headers.auth_summary.dmarc").tag == VALUE_NULL,
           "nor with a Received of its own below");
    root = value_object(open_model(unnamed, NULL)->root);
    tap_ok(at_path(root, "headers.auth_summary.dmarc").tag == VALUE_NULL,
           "nor none at the sender's side");
    struct bytes id = BYTES("mx.evil.org");
    struct settings settings = {.authserv_id = &id, .authserv_id_count = 1};
    root = value_object(open_model(forged, &settings)->root);
    tap_ok(value_is_true(at_path(root, "headers.auth_summary.dmarc.pass")),
           "unless the settings name it");
    root = value_object(open_model(direct, &settings)->root);
    tap_ok(at_path(root, "headers.auth_summary.dmarc").tag == VALUE_NULL, "then nobody else is");
}

static void test_direction(void)
{
    const char *text = "Authentication-Results: mx.example.com; spf=pass\r\nFrom: a@example.com\r\n"
                       "To: b@example.com\r\n\r\nx";
    struct bytes own = BYTES("example.com");
    struct settings settings = {.org_domain = &own, .org_domain_count = 1};
    struct value root = value_object(open_model(text, &settings)->root);
    tap_ok(value_is_true(at_path(root, "type.internal")), "own to own is internal");
    tap_ok(!value_is_true(at_path(root, "type.inbound")), "and not inbound");
    root = value_object(open_model(strchr(text, '\n') + 1, &settings)->root);
    tap_ok(value_is_true(at_path(root, "type.inbound")),
           "an own sender nobody vouches for is inbound");
}

static void test_explode(struct model *model)
{
    struct value files = object_get(model->root, FIELD_Message_attachments);
    struct value parts = model_explode(model, files.as.array->item[1].as.object);
    tap_ok(parts.tag == VALUE_ARRAY && parts.as.array->count >= 2,
           "an attached mail has its body inside");
    tap_ok(at_path(parts, "1.depth").as.integer == 1, "one deeper");
    tap_string(value_bytes(at_path(parts, "1.scan.strings.strings.0")), "<inner> text",
               "its strings");
    tap_ok(at_path(parts, "1.scan.entropy.entropy").tag == VALUE_FLOAT, "its entropy");
    tap_string(value_bytes(at_path(parts, "0.flavors.mime")), "message/rfc822", "its type");
    tap_ok(at_path(parts, "1.scan.zip").tag == VALUE_NULL, "it is no zip");
}

int main(void)
{
    arena = arena_new(NULL);
    struct model *model = open_model(mail, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(value_object(model->root), i);
    test_explode(model);
    test_trust();
    test_direction();
    struct value file =
        value_object(open_named("#!/bin/sh\ntrue\n", "some/where/run.sh", NULL)->root);
    tap_string(value_bytes(at_path(file, "attachments.0.file_name")), "run.sh",
               "a file is its own attachment");
    tap_ok(at_path(file, "sender").tag == VALUE_NULL &&
               at_path(file, "body.html").tag == VALUE_NULL,
           "and has no sender and no body");
    tap_ok(at_path(file, "headers.hops").as.array->count == 0, "nor hops");
    return tap_end();
}
