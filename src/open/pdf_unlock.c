/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps qpdf, and all it is asked: is this the password, and the file without it. */
#include "open/opener.h"
#include "open/password.h"
#include "open/pdf.h"

#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>

/* Whether WORD opens NODE's content, which then is *OUT without encryption. */
static bool try_word(struct node *node, const char *word, struct bytes *out, bool *broken)
{
    qpdf_data pdf = qpdf_init();
    if (pdf == NULL)
        abort();
    qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
    qpdf_silence_errors(pdf);
    QPDF_ERROR_CODE code =
        qpdf_read_memory(pdf, "", (const char *)node->content.at, node->content.len, word);
    bool wrong = false;
    if ((code & QPDF_ERRORS) != 0) {
        qpdf_error error = qpdf_get_error(pdf);
        wrong = error != NULL && qpdf_get_error_code(pdf, error) == qpdf_e_password;
        *broken = !wrong;
        qpdf_cleanup(&pdf);
        return false;
    }
    if ((qpdf_init_write_memory(pdf) & QPDF_ERRORS) == 0) {
        qpdf_set_preserve_encryption(pdf, QPDF_FALSE);
        qpdf_set_stream_data_mode(pdf, qpdf_s_preserve);
        qpdf_set_object_stream_mode(pdf, qpdf_o_disable);
        code = qpdf_write(pdf);
        size_t len = qpdf_get_buffer_length(pdf);
        const unsigned char *at = qpdf_get_buffer(pdf);
        if ((code & QPDF_ERRORS) == 0 && at != NULL && open_take_bytes(node, len))
            *out = arena_copy(node->tree->arena, bytes_of(at, len));
        else
            *broken = true;
    }
    qpdf_cleanup(&pdf);
    return true;
}

struct bytes pdf_unlock(struct node *node)
{
    struct bytes out = BYTES_NONE;
    struct password_walk walk;
    bool broken = false;
    if (try_word(node, "", &out, &broken) && out.at != NULL)
        return out;
    password_begin(&walk, node);
    while (!broken && password_next(&walk)) {
        char word[256];
        snprintf(word, sizeof word, "%.*s", BYTES_FMT(walk.word));
        if (try_word(node, word, &out, &broken) && out.at != NULL) {
            password_found(&walk);
            return out;
        }
    }
    if (broken) {
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("encrypted document"));
        return BYTES_NONE;
    }
    password_failed(&walk);
    node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES_NONE);
    return BYTES_NONE;
}
