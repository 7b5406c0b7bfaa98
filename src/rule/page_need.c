/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/page_need.h"

#include "observe/xpath.h"
#include "rule/image.h"
#include "rule/needle.h"
#include "rule/unicode.h"

#define ROWS_MAX 8
#define LITERALS_MAX 32

/* One of LITERAL must be in the page's TEXT, or in its OTHER one. */
struct need_row {
    uint32_t field, other; /* of the page's type */
    struct bytes literal[LITERALS_MAX];
    uint32_t count;
};

struct page_need {
    struct expr *page;
    struct bytes expression;
    bool attributes; /* it selects values of attributes */
    struct need_row row[ROWS_MAX];
    uint32_t count;
};

/* The page's field that holds what a node has in FIELD, or -1; a title's shown text is its inner one. */
static int page_field(const struct page_need *need, uint32_t field, uint32_t *other_out)
{
    enum type type = (enum type)need->page->type.object;
    bool read = type == TYPE_BodyHTML; /* any other page would have to be read first */
    if (need->attributes)
        field =
            FIELD_HTMLNode_raw; /* all texts of an attribute are its value, written in the page */
    int inner = type_field(type, BYTES("inner_text"));
    *other_out = 0;
    if (field == FIELD_HTMLNode_raw)
        *other_out = (uint32_t)type_field(type, BYTES("raw"));
    else if (field == FIELD_HTMLNode_inner_text || field == FIELD_HTMLNode_display_text)
        *other_out = (uint32_t)inner;
    if (field == FIELD_HTMLNode_raw)
        return type_field(type, BYTES("raw"));
    if (!read || inner < 0)
        return -1;
    if (field == FIELD_HTMLNode_inner_text)
        return inner;
    return field == FIELD_HTMLNode_display_text ? type_field(type, BYTES("display_text")) : -1;
}

/* The row of a text of the lambda's node; NULL where EXPR is none. */
static struct need_row *row_for(struct page_need *need, const struct expr *expr,
                                const struct expr *nodes)
{
    if (need->count == ROWS_MAX || expr->op != OP_FIELD || expr->child[0]->op != OP_ITEM ||
        expr->child[0]->child[0] != nodes)
        return NULL;
    struct need_row *row = &need->row[need->count];
    int field = page_field(need, expr->field, &row->other);
    row->field = (uint32_t)field;
    row->count = 0;
    return field < 0 ? NULL : row;
}

/* LITERAL becomes one of ROW's.  What an attribute has is not what the page has where it was written
 * with references: only letters and digits, which no named reference makes, or a numeric one. */
static bool add_literal(struct page_need *need, struct need_row *row, struct bytes literal)
{
    struct bytes best = BYTES_NONE;
    if (row->count + 2 > LITERALS_MAX)
        return false;
    if (!need->attributes) {
        row->literal[row->count++] = literal;
        return true;
    }
    for (size_t at = 0; at < literal.len; at++) {
        size_t end = at;
        while (end < literal.len && ascii_is_alnum(literal.at[end]))
            end++;
        if (end - at > best.len)
            best = bytes_sub(literal, at, end - at);
        at = end;
    }
    if (best.len < 3 || bytes_find(best, BYTES("fj"), 0) != BYTES_NPOS) /* &fjlig; */
        return false;
    if (row->count == 0)
        row->literal[row->count++] = BYTES("&#");
    row->literal[row->count++] = best;
    return true;
}

static bool is_call_of(const struct expr *expr, enum function function)
{
    return expr_function(expr) == &function_rows[function];
}

static bool looks_for_literals(const struct expr *expr)
{
    static const enum function known[] = {
        FUNCTION_STRINGS_ICONTAINS,    FUNCTION_STRINGS_CONTAINS,  FUNCTION_STRINGS_STARTS_WITH,
        FUNCTION_STRINGS_ISTARTS_WITH, FUNCTION_STRINGS_ENDS_WITH, FUNCTION_STRINGS_IENDS_WITH};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_call_of(expr, known[i]))
            return true;
    return false;
}

/* One set of literals that a match of PATTERN needs one of become ROW's. */
static bool add_pattern(struct arena *arena, struct page_need *need, struct need_row *row,
                        struct pattern *pattern)
{
    pattern_literals(pattern, arena);
    uint32_t count = 0;
    while (count < pattern->literal_count && pattern->literal[count].at != NULL)
        if (!add_literal(need, row, unicode_fold(arena, pattern->literal[count++])))
            return false;
    return count > 0;
}

static void need_call(struct arena *arena, struct page_need *need, const struct expr *expr,
                      const struct expr *nodes)
{
    const struct needles *needles = expr->needles;
    bool literal = looks_for_literals(expr);
    bool pattern =
        is_call_of(expr, FUNCTION_REGEX_CONTAINS) || is_call_of(expr, FUNCTION_REGEX_ICONTAINS) ||
        is_call_of(expr, FUNCTION_REGEX_MATCH) || is_call_of(expr, FUNCTION_REGEX_IMATCH);
    if ((!literal && !pattern) || needles == NULL || !needles->constant)
        return;
    struct need_row *row = row_for(need, expr->child[0], nodes);
    if (row == NULL)
        return;
    for (uint32_t i = 0; i < needles->count; i++)
        if (literal ? !add_literal(need, row, needles->needle[i].folded)
                    : !add_pattern(arena, need, row, needles->needle[i].pattern))
            return;
    need->count++;
}

static void need_body(struct arena *arena, struct page_need *need, const struct expr *expr,
                      const struct expr *nodes)
{
    if (expr->op == OP_AND) {
        for (uint32_t i = 0; i < expr->count; i++)
            need_body(arena, need, expr->child[i], nodes);
    } else if (expr->op == OP_CALL && expr->positional >= 2) {
        need_call(arena, need, expr, nodes);
    } else if ((expr->op == OP_EQUAL || expr->op == OP_EQUAL_FOLD) &&
               expr->child[1]->op == OP_CONSTANT && expr->child[1]->constant.tag == VALUE_STRING) {
        struct need_row *row = row_for(need, expr->child[0], nodes);
        if (row == NULL)
            return;
        need->count +=
            add_literal(need, row, unicode_fold(arena, value_bytes(expr->child[1]->constant)));
    }
}

struct page_need *page_need_of(struct arena *arena, const struct expr *expr)
{
    const struct expr *nodes = expr->child[0];
    const struct expr *call = nodes->op == OP_FIELD ? nodes->child[0] : NULL;
    if (expr->op != OP_ANY || call == NULL || call->op != OP_CALL ||
        !is_call_of(call, FUNCTION_HTML_XPATH) || call->child[1]->op != OP_CONSTANT ||
        call->child[0]->type.base != BASE_OBJECT || call->child[0]->type.arrays != 0 ||
        expr->child[1]->open_ended)
        return NULL;
    struct page_need *need = arena_new_of(arena, struct page_need);
    need->page = call->child[0];
    need->expression = value_bytes(call->child[1]->constant);
    size_t slash = bytes_find_last_byte(need->expression, '/');
    need->attributes =
        slash != BYTES_NPOS && bytes_starts(bytes_from(need->expression, slash + 1), BYTES("@"));
    need_body(arena, need, expr->child[1], nodes);
    return need->count == 0 ? NULL : need;
}

static bool holds(struct run *run, struct object *page, uint32_t field, const struct need_row *row)
{
    struct value text = object_get(page, field);
    if (text.tag != VALUE_STRING)
        return true; /* nothing can be said */
    struct bytes folded = run_fold(run, value_bytes(text));
    for (uint32_t i = 0; i < row->count; i++)
        if (bytes_find(folded, row->literal[i], 0) != BYTES_NPOS)
            return true;
    return false;
}

bool page_need_fails(struct run *run, const struct page_need *need)
{
    struct value page = eval(run, need->page);
    const struct xpath *xpath = run_xpath(run, need->expression);
    if (page.tag != VALUE_OBJECT || xpath == NULL || !xpath_selects_plainly(xpath))
        return false;
    for (uint32_t i = 0; i < need->count; i++) {
        const struct need_row *row = &need->row[i];
        if (!holds(run, page.as.object, row->field, row) &&
            (row->other == row->field || !holds(run, page.as.object, row->other, row)))
            return true;
    }
    return false;
}

struct expr **page_need_pack(struct image *image, struct page_need **slot)
{
    if (!image_take(image, slot, sizeof **slot))
        return NULL;
    struct page_need *need = *slot;
    image_text(image, &need->expression);
    for (uint32_t i = 0; i < need->count; i++)
        for (uint32_t k = 0; k < need->row[i].count; k++)
            image_text(image, &need->row[i].literal[k]);
    return &need->page;
}
