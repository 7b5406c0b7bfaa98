/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/describe.h"

#include "base/civil.h"
#include "base/utf8.h"
#include "observe/brand.h"

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

/* The language of a text by its script, and for Latin letters by its commonest small words. */
static struct bytes language_of(struct bytes text)
{
    static const struct {
        const char *language, *words[8];
    } latin[] = {
        {"english", {" the ", " and ", " you ", " your ", " to ", " of ", " is ", " for "}},
        {"german", {" und ", " die ", " der ", " sie ", " nicht ", " ist ", " ihre ", " für "}},
        {"french", {" les ", " des ", " vous ", " votre ", " est ", " pour ", " une ", " dans "}},
        {"spanish", {" los ", " las ", " su ", " para ", " una ", " por ", " usted ", " con "}},
        {"portuguese", {" não ", " você ", " uma ", " para ", " seu ", " com ", " os ", " em "}},
        {"italian", {" il ", " che ", " per ", " una ", " della ", " sono ", " gli ", " di "}},
        {"dutch", {" het ", " een ", " van ", " uw ", " niet ", " de ", " wij ", " voor "}},
    };
    uint32_t kana = 0, han = 0, hangul = 0, cyrillic = 0, letters = 0;
    text = utf8_cut(text, 4096);
    for (size_t at = 0; at < text.len;) {
        uint32_t code = utf8_next(text, &at);
        kana += code >= 0x3041 && code <= 0x30FE;
        han += code >= 0x4E00 && code <= 0x9FFF;
        hangul += code >= 0xAC00 && code <= 0xD7A3;
        cyrillic += code >= 0x0400 && code <= 0x04FF;
        letters += code < 0x80 && ascii_is_alpha((uint8_t)code);
    }
    if (kana > 4 && (kana + han) * 8 > letters)
        return BYTES("japanese");
    if (hangul > 4 && hangul * 8 > letters)
        return BYTES("korean");
    if (han > 8 && han * 4 > letters)
        return BYTES("chinese");
    if (cyrillic > 16 && cyrillic > letters)
        return BYTES("russian");
    uint32_t best = 2;
    struct bytes name = BYTES_NONE;
    for (size_t i = 0; i < sizeof latin / sizeof latin[0]; i++) {
        uint32_t hits = 0;
        for (size_t w = 0; w < 8; w++) {
            struct bytes word = bytes_of_string(latin[i].words[w]);
            size_t at = 0;
            for (int n = 0; n < 8 && (at = bytes_find_fold(text, word, at)) != BYTES_NPOS;
                 n++, at++)
                hits++;
        }
        if (hits > best)
            best = hits, name = bytes_of_string(latin[i].language);
    }
    return name;
}

/* Brands that sender name and subject speak of and the sender's domain does not belong to. */
static void describe_brands(struct verdict *v, struct model *model, struct object *sender)
{
    const struct brand_index *index = model->settings->brands;
    struct object *email = child(sender, FIELD_SenderMailbox_email);
    struct bytes host = string(child(email, FIELD_EmailAddress_domain), FIELD_Domain_domain);
    struct bytes name = string(sender, FIELD_SenderMailbox_display_name);
    struct brand_mention *mention;
    if (index == NULL)
        return;
    struct bytes text =
        arena_printf(model->arena, "%.*s . %.*s", BYTES_FMT(name), BYTES_FMT(v->subject));
    const struct brand *own = brand_of_domain(index, host);
    uint32_t count = brand_find(index, model->arena, text, &mention);
    v->brand = arena_array_of(model->arena, count, struct bytes);
    for (uint32_t i = 0; i < count; i++)
        if (mention[i].brand != own)
            v->brand[v->brand_count++] = mention[i].brand->name;
}

void verdict_describe(struct verdict *v, struct model *model)
{
    struct object *root = model->root;
    struct object *sender = child(root, FIELD_Message_sender);
    struct object *body = child(root, FIELD_Message_body);
    v->subject = string(child(root, FIELD_Message_subject), FIELD_Subject_subject);
    v->sender = string(child(sender, FIELD_SenderMailbox_email), FIELD_EmailAddress_email);
    v->language = language_of(string(child(body, FIELD_Body_current_thread), FIELD_Thread_text));
    struct bytes date = string(child(root, FIELD_Message_headers), FIELD_Headers_date);
    describe_brands(v, model, sender);
    int64_t at_us;
    if (civil_parse(date, &at_us))
        v->date_us = at_us;
}
