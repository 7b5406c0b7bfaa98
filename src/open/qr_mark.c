/* SPDX-License-Identifier: Apache-2.0 */
#include "open/qr_mark.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define ROW_STEP 3u               /* a mark's middle is three modules, of one sample at least */
#define MARK 7.0f                 /* modules a mark is wide */
#define MARKS_MAX 48u             /* more of them: the whole picture */
#define LONE_MAX 6u               /* marks read one by one; more: all of them together */
#define LONE_REACH (20.0f / MARK) /* a Micro QR code is 17 modules wide, its border 2 */
#define BORDER (6.0f / MARK) /* from a mark's middle to the border's end, 7.5 modules, and some */
#define REACH_MIN 24.0f

struct mark {
    float x, y, size; /* middle and width, in samples */
    bool in_code;     /* one of three that stand at right angles */
};

struct marks {
    const struct ink *ink;
    bool light;
    struct mark mark[MARKS_MAX];
    uint32_t count;
};

/* Whether the runs are 1:1:3:1:1, each within three quarters of a module and half a sample; on the
 * other axes a little more. */
static bool is_mark(const uint32_t run[5], bool relaxed)
{
    uint32_t all = run[0] + run[1] + run[2] + run[3] + run[4];
    if (all < 7)
        return false;
    float module = (float)all / MARK, slack = module * (relaxed ? 0.9f : 0.75f) + 0.5f;
    for (int i = 0; i < 5; i++) {
        float off = (float)run[i] - (i == 2 ? 3.0f : 1.0f) * module;
        if (off > slack || off < -slack)
            return false;
    }
    return true;
}

/* A place on the picture that moves by DX, DY. */
struct cursor {
    int64_t x, y;
    int dx, dy;
};

/* Steps from AT, which is below END or just outside, to where the picture ends; MOST if it is farther. */
static uint32_t steps_left(int64_t at, int step, uint32_t end, uint32_t most)
{
    int64_t left = step > 0 ? end - at : step < 0 ? at + 1 : most;
    return left < most ? (uint32_t)left : most;
}

/* Samples from AT that are (or are not) ink, which moves behind them; at most one more than MOST. */
static uint32_t run_from(const struct marks *marks, struct cursor *at, bool is_ink, uint32_t most)
{
    const struct ink *ink = marks->ink;
    uint32_t run = 0, left = steps_left(at->x, at->dx, ink->width, most + 1);
    left = steps_left(at->y, at->dy, ink->height, left);
    uint32_t x = (uint32_t)at->x, y = (uint32_t)at->y, dx = (uint32_t)at->dx, dy = (uint32_t)at->dy;
    for (; run < left && ink_at(ink, marks->light, x, y) == is_ink; run++)
        x += dx, y += dy;
    at->x += (int64_t)run * at->dx;
    at->y += (int64_t)run * at->dy;
    return run;
}

/* The same pattern through (X, Y) along DX, DY, no run longer than MOST.  Whatever its module, is_mark()
 * wants the outer runs no longer than the middle one and a sample: the look ends where one is. */
static bool crosses(const struct marks *marks, uint32_t x, uint32_t y, int dx, int dy,
                    uint32_t most)
{
    static const uint8_t order[4] = {1, 3, 0, 4}; /* from the middle outwards */
    uint32_t run[5];
    struct cursor back = {x, y, -dx, -dy}, on = {(int64_t)x + dx, (int64_t)y + dy, dx, dy};
    run[2] = run_from(marks, &back, true, most) + run_from(marks, &on, true, most);
    most = run[2] + 1 < most ? run[2] + 1 : most;
    for (unsigned i = 0; i < 4; i++) {
        uint32_t len = run_from(marks, order[i] < 2 ? &back : &on, i >= 2, most);
        if (len == 0 || len > run[2] + 1)
            return false;
        run[order[i]] = len;
    }
    return is_mark(run, true);
}

/* RUN, which ends before X, has the pattern: keep it where it is new and has it on the other axes too. */
static void add_mark(struct marks *marks, uint32_t x, uint32_t y, const uint32_t run[5])
{
    uint32_t size = run[0] + run[1] + run[2] + run[3] + run[4];
    uint32_t middle = x - run[4] - run[3] - (run[2] + 1) / 2;
    for (uint32_t i = 0; i < marks->count; i++) {
        const struct mark *old = &marks->mark[i];
        if (fabsf(old->x - (float)middle) < old->size / 2 &&
            fabsf(old->y - (float)y) < old->size / 2)
            return;
    }
    if (!crosses(marks, middle, y, 0, 1, size) || !crosses(marks, middle, y, 1, 1, size) ||
        !crosses(marks, middle, y, 1, -1, size))
        return;
    marks->mark[marks->count++] = (struct mark){(float)middle, (float)y, (float)size, false};
}

/* The runs of row Y one by one: five that end with ink may be a mark. */
static void read_row(struct marks *marks, uint32_t y, const uint64_t *words, size_t count)
{
    uint32_t run[5] = {0}, from = 0;
    uint64_t carry = 0;
    bool ink = false;
    for (size_t w = 0; w < count && marks->count < MARKS_MAX; w++) {
        uint64_t change = words[w] ^ (words[w] << 1 | carry);
        carry = words[w] >> 63;
        for (; change != 0 && marks->count < MARKS_MAX; change &= change - 1) {
            uint32_t x = (uint32_t)w * 64 + (uint32_t)__builtin_ctzll(change);
            run[0] = run[1], run[1] = run[2], run[2] = run[3], run[3] = run[4];
            run[4] = x - from;
            from = x;
            ink = !ink;
            /* The middle is the longest by far: most runs end here. */
            if (!ink && run[0] > 0 && run[2] >= run[1] && run[2] >= run[3] &&
                run[2] * 2 >= run[0] * 3 && run[2] * 2 >= run[4] * 3 && is_mark(run, false))
                add_mark(marks, x, y, run);
        }
    }
}

static void find_marks(struct marks *marks)
{
    const struct ink *ink = marks->ink;
    /* One word more than the row, so that ink at its end ends there. */
    size_t count = ink->width / 64 + 1;
    uint64_t *words = malloc(count * sizeof *words);
    if (words == NULL)
        abort();
    for (uint32_t y = ROW_STEP - 1; y < ink->height && marks->count < MARKS_MAX; y += ROW_STEP) {
        ink_row(ink, marks->light, y, words, count);
        read_row(marks, y, words, count);
    }
    free(words);
}

/* What lies between the marks and REACH of their sizes around them. */
struct area {
    float left, top, right, bottom;
    bool any;
};

static void area_add(struct area *area, float x, float y, float reach)
{
    reach = reach < REACH_MIN ? REACH_MIN : reach;
    if (!area->any)
        *area = (struct area){x, y, x, y, true};
    area->left = fminf(area->left, x - reach);
    area->top = fminf(area->top, y - reach);
    area->right = fmaxf(area->right, x + reach);
    area->bottom = fmaxf(area->bottom, y + reach);
}

static uint32_t put_box(const struct ink *ink, const struct area *area, bool light,
                        struct qr_box *box)
{
    float left = fmaxf(area->left, 0), top = fmaxf(area->top, 0);
    float right = fminf(area->right, (float)ink->width),
          bottom = fminf(area->bottom, (float)ink->height);
    *box = (struct qr_box){(uint32_t)left, (uint32_t)top, (uint32_t)(right - left),
                           (uint32_t)(bottom - top), light};
    return 1;
}

/* Whether B is the corner between A and C of a code's three marks: legs alike, about a right angle,
 * as many modules as a code has.  Twice what a reader allows. */
static bool is_corner(const struct mark *a, const struct mark *b, const struct mark *c)
{
    float least = fminf(a->size, fminf(b->size, c->size)),
          most = fmaxf(a->size, fmaxf(b->size, c->size));
    float ax = a->x - b->x, ay = a->y - b->y, cx = c->x - b->x, cy = c->y - b->y;
    float ab = sqrtf(ax * ax + ay * ay), cb = sqrtf(cx * cx + cy * cy);
    float module = (a->size + b->size + c->size) / (3 * MARK);
    if (most > least * 2.5f || ab > cb * 2.5f || cb > ab * 2.5f)
        return false;
    float modules = (ab + cb) / 2 / module + MARK, cosine = (ax * cx + ay * cy) / (ab * cb);
    return modules > 15 && modules < 300 && cosine > -0.8f && cosine < 0.8f;
}

static void add_corners(struct marks *marks, struct area *area)
{
    for (uint32_t j = 0; j < marks->count; j++)
        for (uint32_t i = 0; i < marks->count; i++)
            for (uint32_t k = i + 1; k < marks->count; k++) {
                struct mark *a = &marks->mark[i], *b = &marks->mark[j], *c = &marks->mark[k];
                if (i == j || k == j || !is_corner(a, b, c))
                    continue;
                a->in_code = b->in_code = c->in_code = true;
                float reach = BORDER * fmaxf(a->size, fmaxf(b->size, c->size)) * 2;
                area_add(area, a->x, a->y, reach);
                area_add(area, b->x, b->y, reach);
                area_add(area, c->x, c->y, reach);
                area_add(area, a->x + c->x - b->x, a->y + c->y - b->y, reach * 2);
            }
}

static uint32_t boxes_of(const struct ink *ink, bool light, struct qr_box *box)
{
    struct marks marks = {.ink = ink, .light = light};
    struct area code = {.any = false}, lone = {.any = false};
    uint32_t count = 0, alone = 0;
    find_marks(&marks);
    if (marks.count == MARKS_MAX) {
        *box = (struct qr_box){0, 0, ink->width, ink->height, light};
        return 1;
    }
    add_corners(&marks, &code);
    if (code.any)
        count += put_box(ink, &code, light, &box[count]);
    for (uint32_t i = 0; i < marks.count; i++)
        alone += !marks.mark[i].in_code;
    for (uint32_t i = 0; i < marks.count; i++) {
        const struct mark *mark = &marks.mark[i];
        struct area own = {.any = false};
        if (mark->in_code)
            continue;
        area_add(alone > LONE_MAX ? &lone : &own, mark->x, mark->y, mark->size * LONE_REACH);
        if (own.any)
            count += put_box(ink, &own, light, &box[count]);
    }
    if (lone.any)
        count += put_box(ink, &lone, light, &box[count]);
    return count;
}

uint32_t qr_boxes(const struct ink *ink, struct qr_box box[QR_BOXES_MAX])
{
    static_assert(2 * (1 + LONE_MAX) <= QR_BOXES_MAX, "boxes of both kinds of ink");
    uint32_t count = boxes_of(ink, false, box);
    return count + boxes_of(ink, true, box + count);
}
