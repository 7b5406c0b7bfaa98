/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/dkim.h"

#include "tap.h"

/* The example of RFC 8463, appendix A: one message, signed with Ed25519 and with RSA. */
static const char mail_fields[][2][700] = {
    {"DKIM-Signature", "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                       " d=football.example.com; i=@football.example.com;\r\n"
                       " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                       " subject : date : message-id : from : subject : date;\r\n"
                       " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                       " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
                       " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="},
    {"DKIM-Signature", "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                       " d=football.example.com; i=@football.example.com;\r\n"
                       " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                       " date : message-id : from : subject : date;\r\n"
                       " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                       " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
                       " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
                       " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="},
    {"From", "From: Joe SixPack <joe@football.example.com>"},
    {"To", "To: Suzie Q <suzie@shopping.example.net>"},
    {"Subject", "Subject: Is dinner ready?"},
    {"Date", "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)"},
    {"Message-ID", "Message-ID: <20030712040037.46341.5F8J@football.example.com>"},
};
#define FIELD_COUNT (sizeof mail_fields / sizeof mail_fields[0])
static const char body[] = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
static const char keys[] = "brisbane._domainkey.football.example.com: v=DKIM1; k=ed25519; "
                           "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                           "test._domainkey.football.example.com: v=DKIM1; k=rsa; "
                           "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
                           "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/"
                           "byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3"
                           "rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB\n";

static enum dkim_answer check(struct arena *arena, uint32_t signature, const char *text,
                              const char *key_file, const char *subject)
{
    struct dkim_field fields[FIELD_COUNT];
    for (size_t i = 0; i < FIELD_COUNT; i++)
        fields[i] = (struct dkim_field){bytes_of_string(mail_fields[i][0]),
                                        bytes_of_string(mail_fields[i][1])};
    if (subject != NULL)
        fields[4].raw = bytes_of_string(subject);
    struct dkim_mail mail = {fields, FIELD_COUNT, bytes_of_string(text), bytes_of_string(key_file)};
    uint8_t *unfolded = arena_alloc(arena, 1024);
    size_t len = 0;
    for (const char *c = mail_fields[signature][1] + strlen("DKIM-Signature:"); *c != 0; c++)
        if (*c != '\r' && *c != '\n')
            unfolded[len++] = (uint8_t)*c;
    struct dkim dkim;
    tap_ok(dkim_parse(bytes_of(unfolded, len), &dkim), "signature %u is read", signature);
    return dkim_verify(arena, &dkim, &mail, signature);
}

int main(void)
{
    struct arena *arena = arena_new(NULL);
    tap_int(check(arena, 0, body, keys, NULL), DKIM_GOOD, "RFC 8463 Ed25519");
    tap_int(check(arena, 1, body, keys, NULL), DKIM_GOOD, "RFC 8463 RSA");
    tap_int(check(arena, 0, body, NULL, NULL), DKIM_UNKNOWN, "without the key nobody knows");
    tap_int(check(arena, 0, "Hi.\r\n", keys, NULL), DKIM_BAD_BODY, "another body");
    tap_int(check(arena, 1, body, keys, "Subject: Is lunch ready?"), DKIM_BAD, "another subject");
    tap_int(check(arena, 1, body, keys, "subject:   Is dinner\r\n ready?  "), DKIM_GOOD,
            "relaxed folds");
    tap_int(check(arena, 0, "Hi.\n\nWe lost the game. Are you \thungry yet? \n\nJoe.\n\n\n", keys,
                  NULL),
            DKIM_GOOD, "a run of blanks is one space");
    tap_int(check(arena, 0, "Hi.\n\nWe lost the game.Are you hungry yet?\n\nJoe.\n", keys, NULL),
            DKIM_BAD_BODY, "no blank is another body");
    tap_int(
        check(arena, 0, "Hi.\n\nWe lost the game. Are you hungry yet? \n\nJoe.\n\n\n", keys, NULL),
        DKIM_GOOD, "relaxed body, bare line ends");
    struct dkim dkim = {.algorithm = BYTES("rsa-sha256"),
                        .canonicalization = BYTES("simple"),
                        .body_hash = BYTES("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=")};
    tap_int(dkim_check_body(arena, &dkim, BYTES("")), DKIM_GOOD,
            "an empty simple body is one line end");
    dkim.canonicalization = BYTES("relaxed/relaxed");
    dkim.body_hash = BYTES("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    tap_int(dkim_check_body(arena, &dkim, BYTES("\r\n\r\n")), DKIM_GOOD,
            "an empty relaxed body is nothing");
    dkim.body_length = BYTES("0");
    tap_int(dkim_check_body(arena, &dkim, BYTES("added\r\n")), DKIM_GOOD, "l= cuts the body");
    tap_ok(!dkim_parse(BYTES("v=1; a=rsa-sha256"), &dkim), "no domain, no signature");
    return tap_end();
}
