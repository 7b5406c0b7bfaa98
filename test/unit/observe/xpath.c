/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/xpath.h"

#include "base/text.h"
#include "open/html_tree.h"
#include "tap.h"

#include <talloc.h>

static const char page[] = "<!doctype html><title>Inbox</title><body class=main>\n"
                           "<table width=\"700\"><tr><td style=\"color: "
                           "rgb(11,92,255)\"><h1>Zoom</h1><td class=x><b>B</b></table>"
                           "<div><div id=in><a href=http://a.test/1 style='x'>One "
                           "<b>two</b></a></div><!-- PDF icon --></div>"
                           "<ul><li>1<li>2<li>3<li>4</ul><p>p1<p>p2<a href=http://b.test/><img "
                           "src=http://i.test/x.pdf.png alt=DocuSign></a>"
                           "<span style=display:none>gone</span>";

static void test_table(struct arena *arena)
{
    /* An expression, how many nodes, and one text of the first. */
    static const struct {
        const char *expression;
        int count; /* -1: no result */
        const char *raw, *display;
    } rows[] = {
        {"//title", 1, "<title>Inbox</title>", "Inbox"},
        {"/html/head/title", 1, NULL, "Inbox"},
        {"/html/body/@class", 1, "main", "main"},
        {"//tr/td[contains(@style, \"rgb(11,92,255)\")]/h1", 1, "<h1>Zoom</h1>", "Zoom"},
        {"//table/tbody/tr", 1, NULL, "Zoom\nB"},
        {"//table/tr", 0, NULL, NULL},
        {"//table[@width=\"700\"][1]//tr/td", 2, NULL, "Zoom"},
        {"//a", 2, "<a href=http://a.test/1 style='x'>One <b>two</b></a>", "One two"},
        {"//a[./b]", 1, NULL, "One two"},
        {"//comment()", 1, "<!-- PDF icon -->", NULL},
        {"//img/@alt", 1, "DocuSign", "DocuSign"},
        {"//div/ul[count(li) = 4]/li", 0, NULL, NULL},
        {"//ul[count(li) = 4]/li[last()]", 1, "<li>4", "4"},
        {"//div[.//a[contains(@href,'a.test')]]", 2, NULL, "One two"},
        {"//b/ancestor::div[@id='in']", 1, NULL, "One two"},
        {"//li[2]/following-sibling::li", 2, "<li>3", "3"},
        {"//p/text()", 2, "p1", "p1"},
        {"//h1 | //b[not(parent::a)]", 2, NULL, "Zoom"},
        {"//*[local-name()='h1']", 1, NULL, "Zoom"},
        {"//*[translate(@alt,'DSU','dsu')='docusign']", 1, NULL, ""},
        {"//a[normalize-space(.)='One two']", 1, NULL, "One two"},
        {"//*[number(@width) > 600]", 1, NULL, "Zoom\nB"},
        {"//span", 1, "<span style=display:none>gone</span>", ""},
        {"//@id", 1, "in", "in"},
        {"//nothing", 0, NULL, NULL},
        {"count(//a)", -1, NULL, NULL},
        {"//td//a]", -1, NULL, NULL},
        {"//a[", -1, NULL, NULL},
        {"", -1, NULL, NULL},
        {"//v:rect", -1, NULL, NULL},
        {"//a[unknown()]", -1, NULL, NULL},
    };
    struct html_doc *doc = html_read(arena, NULL, bytes_of_string(page), false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct xpath *xpath = xpath_compile(arena, bytes_of_string(rows[i].expression));
        const struct xpath_result *result = xpath == NULL ? NULL : xpath_run(xpath, doc, arena);
        tap_int(result == NULL ? -1 : (int64_t)result->count, rows[i].count, rows[i].expression);
        if (result != NULL && result->count > 0 && rows[i].raw != NULL)
            tap_string(result->node[0].raw, rows[i].raw, "raw");
        if (result != NULL && result->count > 0 && rows[i].display != NULL)
            tap_string(result->node[0].display_text, rows[i].display, "display text");
        talloc_free(xpath);
    }
    struct xpath *xpath = xpath_compile(arena, BYTES("//div[@id='in']"));
    const struct xpath_result *result = xpath_run(xpath, doc, arena);
    tap_ok(result != NULL && result->count == 1 && result->node[0].link_count == 1 &&
               bytes_equal(result->node[0].link[0].href, BYTES("http://a.test/1")),
           "a node has the links in it");
}

/* No node is lost in depth, and no expression runs without end. */
static bool same_nodes(const struct xpath_result *a, const struct xpath_result *b)
{
    if (a == NULL || b == NULL || a->count != b->count)
        return a == b;
    for (uint32_t i = 0; i < a->count; i++)
        if (!bytes_equal(a->node[i].raw, b->node[i].raw) ||
            !bytes_equal(a->node[i].inner_text, b->node[i].inner_text) ||
            !bytes_equal(a->node[i].display_text, b->node[i].display_text) ||
            a->node[i].link != b->node[i].link || a->node[i].link_count != b->node[i].link_count)
            return false;
    return true;
}

/* Plain paths are answered from our own tree: the library must give the same nodes, in order. */
/* What people write in places browsers mend: what comes between rows stays between them, a head in the
 * body is none; both ways to make the tree, and the library, say the same. */
static void test_mended(struct arena *arena)
{
    static const char mended[] =
        "<html><body><p>one</p><head><title>late</title></head>"
        "<table>\n<tr><td>a</td></tr>\n<!-- between --><tr><td>b</td></tr>\n</table><p>two</p>";
    static const struct {
        const char *expression;
        uint32_t count;
    } rows[] = {{"/html/head", 0},           {"/html/body/title", 1}, {"/html/body/p", 2},
                {"//table/tbody", 1},        {"//tbody/tr", 2},       {"//tbody/comment()", 1},
                {"//table/text()", 1},       {"//tbody/text()", 2},   {"//tr[2]/td", 1},
                {"//p/following::table", 1}};
    struct bytes source = bytes_of_string(mended);
    struct html_doc *doc[2] = {html_read(arena, NULL, source, false),
                               html_read_with_tree(arena, NULL, source, false)};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct xpath *xpath = xpath_compile(NULL, bytes_of_string(rows[i].expression));
        uint32_t count[3] = {xpath_run(xpath, doc[0], arena)->count,
                             xpath_run(xpath, doc[1], arena)->count,
                             xpath_run_library(xpath, doc[1], arena)->count};
        tap_ok(count[0] == rows[i].count && count[1] == count[0] && count[2] == count[0],
           "mended: %s: %u %u %u", rows[i].expression, count[0], count[1], count[2]);
        talloc_free(xpath);
    }
    tap_ok(bytes_equal(doc[0]->display_text, doc[1]->display_text) &&
           doc[0]->link_count == doc[1]->link_count,
       "the tree made on the way leaves the page as it is");
}

static void test_plain_paths(struct arena *arena)
{
    static const char *const pages[] = {
        page,
        "",
        "text only",
        "<p>1<p>2<table><tr><td>3<table><td>4</table><td>5</table>",
        "<body id=1><p id=2><body id=3><html id=4><head id=5><p id=6>",
        "<frameset><frame><p>x</frameset><p>y",
        "<div a=1 a=2 A=3><b><div a=1></b>x</div></div><!--c--><!--d-->",
        "<a href='x&amp;y' title='&#65;'><img><img src=1></a><svg><a xlink:href=z></svg>",
        "<td>a<td>b</table><table><tr><tr><tbody><tr>",
    };
    static const char *const paths[] = {
        "//title", "//a", "//*", "/html", "/*", "/html/body", "/html/body/*", "//body//*", "//p",
        "//div//div", "//div/div", "//@a", "//@href", "//@*", "//div/@a", "//a//@src", "//*/@id",
        "//*/@class", "//img/@src", "//text()", "//p/text()", "//comment()", "//div/comment()",
        "//table//table//td", "//table/tbody/tr/td", "//tr/td", "//div[@a]", "//div[@a='1']",
        "//div[@a=\"2\"]", "//*[contains(@href, 'x&y')]", "//*[contains(@a,\"1\") and @a]",
        "//*[@id][@id='3']", "//*[@class='x']/b", "/body", "//html/body/p", "//a[@href]/img",
        "//svg//a", "/html/@id", "//DIV", "//*[contains(@style, 'color: rgb')]//h1",
    };
    uint32_t wrong = 0, tried = 0;
    for (size_t p = 0; p < sizeof pages / sizeof *pages; p++)
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++, tried++) {
            const struct html_doc *read =
                html_read(arena, NULL, bytes_of_string(pages[p]), false);
            struct html_doc *doc = (struct html_doc *)(uintptr_t)read;
            struct xpath *xpath = xpath_compile(arena, bytes_of_string(paths[i]));
            if (xpath != NULL && same_nodes(xpath_run(xpath, doc, arena),
                                            xpath_run_library(xpath, doc, arena)))
                continue;
            wrong++;
            printf("#   %s over page %zu\n", paths[i], p);
        }
    tap_ok(wrong == 0, "%u plain paths give what the library gives", tried);
}

static void test_hostile(struct arena *arena)
{
    struct text deep;
    text_init(&deep, arena, 0);
    for (int i = 0; i < 3000; i++)
        text_add_string(&deep, "<div>");
    text_add_string(&deep, "<a href=http://deep.test/>x</a>");
    struct html_doc *doc = html_read(arena, NULL, text_bytes(&deep), false);
    const struct html_tree *tree = html_tree_of(doc);
    unsigned divs = 0;
    for (uint32_t i = 0; i < tree->count; i++)
        divs += tree->node[i].tag == HTML_TAG_DIV;
    tap_int(divs, 3000, "3,000 nested elements are all there");
    const struct xpath_result *result =
        xpath_run(xpath_compile(arena, BYTES("//a[@href]")), doc, arena);
    tap_ok(result != NULL && result->count == 1, "and the link in the innermost");
    struct text wide;
    text_init(&wide, arena, 0);
    while (wide.len < 1000000)
        text_add_string(&wide, "<a href=x><b>");
    struct budget budget;
    budget_init(&budget);
    budget.most[LIMIT_MILLISECONDS] = TAP_SECOND_MS;
    doc = html_read(arena, NULL, text_bytes(&wide), false);
    result =
        xpath_run(xpath_compile(arena, BYTES("//*[count(//*/following::*[contains(., 'y')]) > 1]")),
                  doc, arena);
    tap_ok(result == NULL, "an expression over the limit has no result");
    tap_ok(budget_time_left(&budget), "and ends within 1 s");
}

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    test_table(arena);
    test_mended(arena);
    test_plain_paths(arena);
    test_hostile(arena);
    talloc_free(parent);
    return tap_end();
}
