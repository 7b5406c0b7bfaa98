/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html.h"

#include "base/text.h"
#include "open/opener.h"
#include "tap.h"

#include <talloc.h>

static struct arena *arena;

static struct html_doc *read_page(const char *page)
{
    return html_read(arena, NULL, bytes_of_string(page), false);
}

static void test_display(void)
{
    static const struct {
        const char *page, *shown;
    } rows[] = {
        {"<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"},
        {"a  \n b&nbsp;&nbsp;c\xE3\x80\x80"
         "d",
         "a b c d"},
        {"<table><tr><td>1<td>2<tr><td>3</table>x", "1 2\n3\nx"},
        {"<pre>a  b\nc</pre>", "a  b\nc"},
        {"f\xE2\x80\x8B"
         "r&zwnj;ee&shy;",
         "free"},
        {"<title>T</title><style>p{x:y}</style><script>s</script>v", "v"},
        {"<div style=\"display:none\">no</div>yes", "yes"},
        {"<div style='display:none'>no<div>no</div></div><b>yes", "yes"},
        {"<span style=\"font-size:0px\">no<b style='font-size:12px'>yes</b></span>", "yes"},
        {"<p style='visibility:hidden'>no<i style='visibility:visible'>yes</i>", "yes"},
        {"<font color=white>no</font><font color='#000'>yes</font>", "yes"},
        {"<td bgcolor=#0066cc><font color=#ffffff>yes</font></td>", "yes"},
        {"<div style='color:#fefefe;background-color:#ffffff'>no</div>yes", "yes"},
        {"<div style='max-height:0;overflow:hidden'>no</div>yes", "yes"},
        {"<div style='position:absolute;left:-9999px'>no</div>yes", "yes"},
        {"<div style='opacity:0'>no</div><div style='opacity:.5'>yes</div>", "yes"},
        {"<style>.h{display:none}#i{color:#fff}</style><b class='x h'>no</b><b id=i>no</b>yes",
         "yes"},
        {"yes<b class=h>no</b><style>.h{display:none}</style>", "yes"},
        {"<style>@media print{.h{display:none}}</style><b class=h>yes</b>", "yes"},
        {"<style>td.a .b{background:#000}</style><b class=b style='color:#fff'>yes</b>", "yes"},
        {"<div hidden>no</div><template>no</template>yes", "yes"},
        {"<ul><li>a<li>b</ul>", "a\nb"},
        {"<svg><title>no<b>yes", "yes"},
        {"<span><div style=display:none></span>no</div>yes", "yes"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tap_string(read_page(rows[i].page)->display_text, rows[i].shown, rows[i].page);
}

static void test_links(void)
{
    const char *page =
        "<base href=http://b.test/><a href=' http://a.test/?x=1&amp;y=2\n'>Pay <b>now</b></a>"
        "<div style=display:none><a href=http://h.test>hidden</a></div>"
        "<a href=http://i.test><img src=cid:1 alt=Logo width=10></a><a href=http://e.test></a>"
        "<meta http-equiv=Refresh content=\"0; url='http://m.test/'\">"
        "<!--[if mso]><v:roundrect href=\"http://c.test\"><![endif]-->";
    struct html_doc *doc = read_page(page);
    static const struct {
        enum html_link_kind kind;
        const char *href, *text;
        bool visible;
    } rows[] = {
        {HTML_LINK_BASE, "http://b.test/", "", true},
        {HTML_LINK_A, "http://a.test/?x=1&y=2", "Pay now", true},
        {HTML_LINK_A, "http://h.test", "", false},
        {HTML_LINK_A, "http://i.test", "", true},
        {HTML_LINK_IMG, "cid:1", "", true},
        {HTML_LINK_A, "http://e.test", "", false},
        {HTML_LINK_META_REFRESH, "http://m.test/", "", true},
        {HTML_LINK_CONDITIONAL, "http://c.test", "", false},
    };
    tap_int(doc->link_count, sizeof rows / sizeof rows[0], "every link is kept");
    for (uint32_t i = 0; i < doc->link_count && i < sizeof rows / sizeof rows[0]; i++) {
        tap_int(doc->link[i].kind, rows[i].kind, rows[i].href);
        tap_string(doc->link[i].href, rows[i].href, "address");
        tap_string(doc->link[i].text, rows[i].text, "shown text");
        tap_int(doc->link[i].visible, rows[i].visible, "visible");
    }
    const struct html_link *pay = &doc->link[1];
    tap_string(bytes_sub(doc->source, pay->href_at, pay->href_len), " http://a.test/?x=1&amp;y=2\n",
               "the address re-reads from the source");
    tap_string(doc->link[3].alt, "Logo", "an image link has its alternative text");
    tap_string(doc->base_href, "http://b.test/", "base");
}

static void test_forms(void)
{
    struct html_doc *doc =
        read_page("<form action=https://x.test/p method=POST><input type=PASSWORD name=a>"
                  "<input name=card_number><input type=hidden name=t></form>"
                  "<input placeholder='パスワード'><form action=/s><input name=q></form>");
    tap_int(doc->form_count, 2, "two forms");
    tap_ok(doc->form[0].posts_out && doc->form[0].has_password,
           "a form that sends a password away");
    tap_int(doc->form[0].input_count, 3, "its inputs");
    tap_int(doc->form[0].secret_count, 2, "its secrets");
    tap_ok(!doc->form[1].posts_out && doc->form[1].secret_count == 0, "a search form is none");
    tap_ok(doc->input[3].form == 0 && doc->input[3].secret, "an input outside, asking in Japanese");
}

static void test_hidden(void)
{
    struct html_doc *doc =
        read_page("<p>a<span style='font-size:1px'>tiny words</span><b style=display:none>n</b>");
    tap_int(doc->hidden_count, 2, "two hidden texts");
    tap_string(doc->hidden[0].text, "tiny words", "the first");
    tap_int(doc->hidden[0].why, HTML_HIDDEN_SIZE, "why");
    tap_string(doc->inner_text, "atiny wordsn", "inner text has all of it");
    doc = read_page("p\xE2\x80\x8B"
                    "a\xE2\x80\x8By \xE2\x80\xAE"
                    "x");
    tap_int(doc->split_count, 2, "zero-width characters inside a word");
    tap_int(doc->bidi_count, 1, "direction controls");
}

static void test_tree(void)
{
    static const char page[] =
        "<script>var b=new Blob([atob('x')]);a.download='f.iso'</script><script "
        "type='text/vbscript'>Dim x</script>"
        "<script type='application/ld+json'>{\"a\":1}</script><img "
        "src='data:image/png;base64,iVBORw0KGgo='>"
        "<iframe srcdoc='&lt;p&gt;in'></iframe><a href='data:text/html,%3Cb%3E' "
        "onclick='go(1)'>x</a>";
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, bytes_of_string(page), BYTES("a.html"));
    tree->root->kind = KIND_HTML;
    open_tree(tree->root);
    const struct html_doc *doc = html_of(tree->root);
    tap_ok(doc != NULL, "the opener was there");
    static const struct {
        const char *path, *content;
        enum kind kind;
    } rows[] = {
        {"0.1", "var b=new Blob([atob('x')]);a.download='f.iso'", KIND_JAVASCRIPT},
        {"0.2", "Dim x", KIND_VBS},
        {"0.3", "\x89PNG\r\n\x1A\n", KIND_COUNT},
        {"0.4", "<p>in", KIND_HTML},
        {"0.5", "<b>", KIND_COUNT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct node *node = tree_find(tree, bytes_of_string(rows[i].path));
        tap_string(node == NULL ? BYTES_NONE : node->content, rows[i].content, rows[i].path);
        if (node != NULL && rows[i].kind != KIND_COUNT)
            tap_int(node->kind, rows[i].kind, "its kind");
    }
    tap_ok((doc->signs >> HTML_SIGN_BLOB & 1) && (doc->signs >> HTML_SIGN_ATOB & 1) &&
               !(doc->signs >> HTML_SIGN_EVAL & 1),
           "signs of smuggling");
    tap_int(doc->event_count, 1, "an event handler");
}

/* A page that repeats UNIT COUNT times must stay linear: it is read within its budget of time. */
static void test_hostile(void)
{
    static const char *const units[] = {"<div>",
                                        "<b><p>",
                                        "</i>",
                                        "<a href=x>",
                                        "<table><td>",
                                        "<!--",
                                        "<svg><g>",
                                        "<p style='color:red'>",
                                        "<x-y>",
                                        "&",
                                        "<",
                                        "<select><option>",
                                        "<li><ul>",
                                        "<style>.a{",
                                        "<script><!--<script>",
                                        "<![CDATA[",
                                        "<div class='a b'>"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct text page;
        text_init(&page, arena, 0);
        while (page.len < 1000000)
            text_add_string(&page, units[i]);
        struct budget budget;
        budget_init(&budget);
        budget.most[LIMIT_MILLISECONDS] = TAP_SECOND_MS;
        html_read(arena, &budget, text_bytes(&page), false);
        tap_ok(budget_time_left(&budget), "1 MB of %s within 1 s", units[i]);
    }
}

int main(void)
{
    void *parent = talloc_new(NULL);
    arena = arena_new(parent);
    test_display();
    test_links();
    test_forms();
    test_hidden();
    test_tree();
    test_hostile();
    talloc_free(parent);
    return tap_end();
}
