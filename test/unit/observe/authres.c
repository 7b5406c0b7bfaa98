/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/authres.h"

#include "observe/received.h"
#include "tap.h"

static void test_results(void)
{
    struct authres a;
    authres_parse(
        BYTES("mx.example.test 1; spf=pass (mx.example.test: domain of a@b.test designates "
              "192.0.2.1 as "
              "permitted sender) smtp.mailfrom=a@b.test; dkim=pass header.i=@b.test header.s=s1; "
              "dmarc=FAIL (p=REJECT sp=NONE dis=NONE) header.from=b.test"),
        &a);
    tap_string(a.authserv_id, "mx.example.test", "authserv-id");
    tap_int(a.count, 3, "three results");
    tap_string(authres_method(&a, "spf")->result, "pass", "spf");
    tap_string(authres_property(authres_method(&a, "spf"), "smtp.mailfrom"), "a@b.test",
               "its property");
    tap_string(spf_client_ip(authres_method(&a, "spf")->comment), "192.0.2.1", "its address");
    tap_string(spf_designator(authres_method(&a, "spf")->comment), "a@b.test", "its designator");
    tap_string(authres_property(authres_method(&a, "dmarc"), "p"), "REJECT",
               "policy in the comment");
    tap_string(authres_property(authres_method(&a, "dmarc"), "header.from"), "b.test", "from");
    authres_parse(
        BYTES(
            "spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=b.test; dkim=none;dmarc=bestguesspass "
            "action=none header.from=b.test;compauth=pass reason=109"),
        &a);
    tap_string(a.authserv_id, NULL, "no authserv-id");
    tap_string(spf_client_ip(authres_method(&a, "spf")->comment), "192.0.2.9", "sender IP");
    tap_string(authres_property(authres_method(&a, "compauth"), "reason"), "109", "reason");
    authres_parse(
        BYTES("i=1; mx.test; (x;y (z) dkim=fail) spf (a) = (b) pass reason=\"a; dmarc=pass\""), &a);
    tap_string(a.instance, "1", "ARC instance");
    tap_string(a.authserv_id, "mx.test", "ARC authserv-id");
    tap_int(a.count, 1, "comments and quotes hide nothing else");
    tap_string(a.method[0].result, "pass", "comments around the equals sign");
    tap_ok(authres_method(&a, "dmarc") == NULL, "a quoted result is no result");
    authres_parse(BYTES("example.test; none"), &a);
    tap_int(a.count, 0, "none");
    authres_parse(BYTES("((((((;;;===\"\\"), &a);
    tap_int(a.count, 0, "nonsense");
}

static void test_spf(void)
{
    struct received_spf s;
    received_spf_parse(
        BYTES("Pass (protection.test: domain of b.test designates 192.0.2.5 as permitted sender) "
              "receiver=protection.test; client-ip=192.0.2.5; helo=h.b.test; "
              "envelope-from=\"a@b.test\""),
        &s);
    tap_string(s.result, "Pass", "Received-SPF result");
    tap_string(s.client_ip, "192.0.2.5", "client");
    tap_string(s.receiver, "protection.test", "receiver");
    tap_string(s.envelope_from, "a@b.test", "quoted value");
    tap_string(spf_server(s.comment), "protection.test", "server of the comment");
}

static void test_received(void)
{
    struct received r;
    received_parse(
        BYTES("from mail.b.test (h.b.test [192.0.2.1]) by mx.a.test (Postfix) with ESMTPS id 4Xyz "
              "(version=TLS1_2) for <x@a.test>; Wed, 7 Feb 2024 22:57:50 +0900 (JST)"),
        &r);
    tap_string(r.from, "mail.b.test (h.b.test [192.0.2.1])", "from with its comment");
    tap_string(r.by, "mx.a.test (Postfix)", "by");
    tap_string(r.by_host, "mx.a.test", "host of by");
    tap_string(r.with, "ESMTPS", "with");
    tap_string(r.id, "4Xyz", "id");
    tap_string(r.for_, "<x@a.test>", "for");
    tap_ok(r.has_date && r.at_us == INT64_C(1707314270000000) && r.zone_minutes == 540,
           "date and zone");
    received_parse(BYTES("(qmail 1 invoked from network); 1 Jan 2020 00:00:00 -0000"), &r);
    tap_string(r.from, NULL, "words in a comment are no section");
    tap_ok(r.has_date, "qmail's date");
    received_parse(BYTES("by 192.0.2.7 with SMTP id x; (a (b"), &r);
    tap_string(r.by_host, "192.0.2.7", "no from");
}

int main(void)
{
    test_results();
    test_spf();
    test_received();
    return tap_end();
}
