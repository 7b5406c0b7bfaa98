/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/tool.h"
#include "shell/host.h"

/* What it means to read a path or a metadata URL: the sources of taint. */

static const struct {
    const char *part; /* somewhere in the path */
    enum taint taint;
} secret_paths[] = {
    {".aws/credentials", TAINT_CLOUD_FILE},
    {".aws/config", TAINT_CLOUD_FILE},
    {".aws/*", TAINT_CLOUD_FILE},
    {".s3cfg", TAINT_CLOUD_FILE},
    {".boto", TAINT_CLOUD_FILE},
    {".docker/config.json", TAINT_CLOUD_FILE},
    {".config/gcloud", TAINT_CLOUD_FILE},
    {"gcloud/credentials.db", TAINT_CLOUD_FILE},
    {"access_tokens.db", TAINT_CLOUD_FILE},
    {"legacy_credentials", TAINT_CLOUD_FILE},
    {"application_default_credentials.json", TAINT_CLOUD_FILE},
    {".azure/", TAINT_CLOUD_FILE},
    {"accessTokens.json", TAINT_CLOUD_FILE},
    {"azureProfile.json", TAINT_CLOUD_FILE},
    {".git-credentials", TAINT_CLOUD_FILE},
    {".netrc", TAINT_CLOUD_FILE},
    {".pgpass", TAINT_CLOUD_FILE},
    {".kube/config", TAINT_CLOUD_FILE},
    {".passwd-s3fs", TAINT_CLOUD_FILE},
    {".s3backer_passwd", TAINT_CLOUD_FILE},
    {".s3b_config", TAINT_CLOUD_FILE},
    {".s3proxy.conf", TAINT_CLOUD_FILE},
    {".ossutilconfig", TAINT_CLOUD_FILE},
    {".aliyun/config.json", TAINT_CLOUD_FILE},
    {".smbclient.conf", TAINT_CLOUD_FILE},
    {".smbcredentials", TAINT_CLOUD_FILE},
    {".samba_credentials", TAINT_CLOUD_FILE},
    {"filezilla/sitemanager.xml", TAINT_CLOUD_FILE},
    {"filezilla/recentservers.xml", TAINT_CLOUD_FILE},
    {".cloudflared", TAINT_CLOUD_FILE},
    {".ngrok2/ngrok.yml", TAINT_CLOUD_FILE},
    {".davfs2/secrets", TAINT_CLOUD_FILE},
    {".dockercfg", TAINT_CLOUD_FILE},
    {".terraform.d/credentials", TAINT_CLOUD_FILE},
    {"/rclone.conf", TAINT_CLOUD_FILE},
    {".npmrc", TAINT_CLOUD_FILE},
    {".pypirc", TAINT_CLOUD_FILE},
    {"/gh/hosts.yml", TAINT_CLOUD_FILE},
    {"kubernetes/admin.conf", TAINT_CLOUD_FILE},
    {"aws/credentials", TAINT_CLOUD_FILE},
    {"wp-config.php", TAINT_CLOUD_FILE},
    {"config/database.yml", TAINT_CLOUD_FILE},
    {"Local Storage/leveldb", TAINT_BROWSER},
    {"Local Extension Settings", TAINT_BROWSER},
    {"Chrome/User Data", TAINT_BROWSER},
    {"Edge/User Data", TAINT_BROWSER},
    {"Login Data", TAINT_BROWSER},
    {"Group Containers/group.com.apple.notes", TAINT_BROWSER},
    {"Application Support/Exodus", TAINT_BROWSER},
    {"Application Support/Coinomi", TAINT_BROWSER},
    {"atomic/Local Storage", TAINT_BROWSER},
    {".mozilla", TAINT_BROWSER},
    {".config/google-chrome", TAINT_BROWSER},
    {".config/chromium", TAINT_BROWSER},
    {"Library/Keychains", TAINT_BROWSER},
    {"Application Support/Google/Chrome", TAINT_BROWSER},
    {"exodus.wallet", TAINT_BROWSER},
    {"Firefox/Profiles", TAINT_BROWSER},
    {"BraveSoftware", TAINT_BROWSER},
    {"Electrum/wallets", TAINT_BROWSER},
    {"Ledger Live", TAINT_BROWSER},
    {"Telegram Desktop/tdata", TAINT_BROWSER},
    {"Cookies.binarycookies", TAINT_BROWSER},
    {"login.keychain", TAINT_BROWSER},
    {".electrum", TAINT_BROWSER},
    {".bitcoin", TAINT_BROWSER},
    {".ethereum", TAINT_BROWSER},
    {"id_rsa", TAINT_SSH_KEY},
    {"id_dsa", TAINT_SSH_KEY},
    {"id_ed25519", TAINT_SSH_KEY},
    {"id_ecdsa", TAINT_SSH_KEY},
    {"/.ssh/*", TAINT_SSH_KEY},
    {"/.ssh/id_", TAINT_SSH_KEY},
    {".bash_history", TAINT_HISTORY},
    {".zsh_history", TAINT_HISTORY},
    {".sh_history", TAINT_HISTORY},
    {".mysql_history", TAINT_HISTORY},
    {".psql_history", TAINT_HISTORY},
    {"/.*_history", TAINT_HISTORY},
    {".rediscli_history", TAINT_HISTORY},
    {"/etc/shadow", TAINT_SHADOW},
    {"/etc/gshadow", TAINT_SHADOW},
    {"kubernetes.io/serviceaccount/token", TAINT_K8S_TOKEN},
    {"kubernetes.io/serviceaccount", TAINT_K8S_TOKEN},
    {"eks.amazonaws.com/serviceaccount/token", TAINT_K8S_TOKEN},
    {".gem/credentials", TAINT_CLOUD_FILE},
    {".cargo/credentials", TAINT_CLOUD_FILE},
    {".config/solana", TAINT_BROWSER},
    {".password-store", TAINT_BROWSER},
    {".local/share/keyrings", TAINT_BROWSER},
    {"wallet.dat", TAINT_BROWSER},
    {".kdbx", TAINT_BROWSER},
    {"known_hosts", TAINT_HOSTS},
    {".ssh/config", TAINT_HOSTS},
};

/* A path over several users: wildcards or an unknown name where a user stands. */
static bool is_sweep(struct bytes path)
{
    static const char *const heads[] = {"/home/", "/Users/", "/host/home/", "/mnt/home/",
                                        "/hostfs/home/"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (bytes_starts(path, bytes_of_string(heads[i]))) {
            struct bytes user = bytes_from(path, strlen(heads[i]));
            return user.len > 0 && (user.at[0] == '*' || user.at[0] == 0 || user.at[0] == '?');
        }
    return bytes_starts(path, BYTES("/*/"));
}

/* The part between /proc/ and the file is every process. */
static bool process_file(struct bytes path, const char *name, bool *sweep_out)
{
    if (!bytes_starts(path, BYTES("/proc/")))
        return false;
    size_t slash = bytes_find_byte(path, '/', 6);
    if (slash == BYTES_NPOS || !bytes_starts(bytes_from(path, slash + 1), bytes_of_string(name)))
        return false;
    struct bytes pid = bytes_sub(path, 6, slash - 6);
    *sweep_out = pid.len > 0 && (memchr(pid.at, '*', pid.len) != NULL || pid.at[0] == '[' ||
                                 bytes_find(pid, BYTES("$(ls"), 0) != BYTES_NPOS);
    return true;
}

static bool is_reader(const struct call *call)
{
    static const char *const readers[] = {
        "cat",     "cp",  "tar", "curl",  "wget", "grep", "egrep",   "zip", "find", "base64",
        "strings", "mv",  "scp", "rsync", "head", "tail", "more",    "awk", "sed",  "sort",
        "cut",     "xxd", "tee", "dd",    "{",    "nc",   "install", "ls",  "aws"};
    if (call->name.len == 0) /* a redirection: whatever the command is */
        return true;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (bytes_equal(call->name, bytes_of_string(readers[i])))
            return true;
    return false;
}

static void secret_read(struct call *call, struct bytes path, enum taint taint, uint32_t row)
{
    struct machine *m = call->m;
    bool sweep = is_sweep(path), reader = is_reader(call);
    bool find = bytes_equal(call->name, BYTES("find"));
    if (!reader)
        return;
    if (taint == TAINT_CLOUD_FILE) {
        m->cloud_kinds |= 1ULL << (row & 63U);
        uint32_t kinds = (uint32_t)__builtin_popcountll(m->cloud_kinds);
        if (sweep || kinds >= 3)
            sense(m, BEHAVIOUR_C4, ROLE_USED, path);
    } else if (taint == TAINT_SSH_KEY) {
        m->key_homes |= sweep                                                                  ? 2U
                        : bytes_starts(path, BYTES("/root")) || bytes_starts(path, BYTES("~")) ? 1U
                                                                                               : 0U;
        if ((find && call->m->loops + m->substitutions > 0) || m->key_homes == 3 ||
            (sweep && !bytes_equal(call->name, BYTES("ls"))))
            sense(m, BEHAVIOUR_C7, ROLE_USED, path);
    } else if (taint == TAINT_HISTORY) {
        sense(m, BEHAVIOUR_C8, ROLE_USED, path);
    } else if (taint == TAINT_HOSTS) {
        sense(m, BEHAVIOUR_C9, ROLE_USED, path);
    } else if (taint == TAINT_SHADOW) {
        sense(m, BEHAVIOUR_C10, ROLE_USED, path);
    } else if (taint == TAINT_K8S_TOKEN) {
        sense(m, BEHAVIOUR_C11, ROLE_USED, path);
    }
}

static void process_read(struct call *call, struct bytes path, struct shell_string *s)
{
    struct machine *m = call->m;
    bool sweep = false;
    if (process_file(path, "env", &sweep)) {
        *s = string_taint(m, *s, TAINT_BIT(ENVIRONMENT));
        if (sweep && is_reader(call))
            sense(m, BEHAVIOUR_C5, ROLE_USED, path);
    } else if (process_file(path, "mem", &sweep)) {
        *s = string_taint(m, *s, TAINT_BIT(MEMORY));
        if (sweep)
            sense(m, BEHAVIOUR_C12, ROLE_USED, path);
    }
}

/* What a socket gives is a download; its record is made once per address. */
static void socket_read(struct call *call, struct bytes address, struct shell_string *s)
{
    struct machine *m = call->m;
    struct shell_step *step = NULL;
    if (m->socket_fetch == NULL || !bytes_equal(m->socket_host, address))
        m->socket_fetch = fetch_socket(call, address);
    m->socket_open = true, m->socket_host = address;
    *s = string_taint(m, *s, TAINT_BIT(FETCHED));
    memcpy(&step, &s->step, sizeof step); /* the machine's own */
    if (step != NULL && step->fetch == NULL)
        step->fetch = m->socket_fetch;
}

/* A bit for every two letters that stand together: what lacks one of a part's lacks the part. */
static uint64_t pairs_of(struct bytes text)
{
    uint64_t pairs = 0;
    for (size_t i = 1; i < text.len; i++)
        pairs |= 1ULL << ((text.at[i - 1] * 31U + text.at[i]) * 2654435769U >> 26);
    return pairs;
}

void sense_path_read(struct call *call, struct bytes path, struct shell_string *s)
{
    struct machine *m = call->m;
    if (path.len < 4 || path.len > 4096)
        return;
    if (path.at[0] == 1) { /* docker inspect, kubectl get: not a path */
        *s = string_taint(m, *s, TAINT_BIT(CONTAINER));
        return;
    }
    if (bytes_starts(path, BYTES("/dev/tcp/")) || bytes_starts(path, BYTES("/dev/udp/"))) {
        socket_read(call, bytes_from(path, 9), s);
        return;
    }
    if (bytes_starts(path, BYTES("/proc/"))) {
        process_read(call, path, s);
        return;
    }
    if (bytes_ends(path, BYTES(".pub")) || bytes_ends(path, BYTES("/authorized_keys")))
        return;
    bool directory = bytes_ends(path, BYTES("/.aws")) || bytes_ends(path, BYTES("/.aws/"));
    directory |= bytes_ends(path, BYTES("/.kube")) || bytes_ends(path, BYTES("/.azure")) ||
                 bytes_ends(path, BYTES("/.docker")) || bytes_ends(path, BYTES("/.gnupg"));
    bool keys = bytes_ends(path, BYTES("/.ssh")) || bytes_ends(path, BYTES("/.ssh/"));
    if (directory || keys) {
        bool packs =
            bytes_equal(call->name, BYTES("tar")) || bytes_equal(call->name, BYTES("zip")) ||
            bytes_equal(call->name, BYTES("cp")) || bytes_equal(call->name, BYTES("scp")) ||
            bytes_equal(call->name, BYTES("aws")) || bytes_equal(call->name, BYTES("rsync"));
        if (!packs)
            return;
        *s = string_taint(m, *s, directory ? TAINT_BIT(CLOUD_FILE) : TAINT_BIT(SSH_KEY));
        secret_read(call, path, directory ? TAINT_CLOUD_FILE : TAINT_SSH_KEY, 60);
        return;
    }
    if (bytes_equal(path, BYTES(".env")) || bytes_ends(path, BYTES("/.env")))
        *s = string_taint(m, *s, TAINT_BIT(CLOUD_FILE));
    static uint64_t needs[sizeof secret_paths / sizeof secret_paths[0]];
    uint64_t has = pairs_of(path);
    bool hidden = path.at[0] == '.' || bytes_find(path, BYTES("/."), 0) != BYTES_NPOS;
    for (uint32_t i = 0; needs[0] == 0 && i < sizeof secret_paths / sizeof secret_paths[0]; i++)
        needs[sizeof needs / sizeof needs[0] - 1 - i] = /* the first one last: it says that all are there */
            pairs_of(bytes_of_string(secret_paths[sizeof needs / sizeof needs[0] - 1 - i].part));
    for (uint32_t i = 0; i < sizeof secret_paths / sizeof secret_paths[0]; i++) {
        if ((needs[i] & ~has) != 0 || (secret_paths[i].part[0] == '.' && !hidden))
            continue;
        if (bytes_find(path, bytes_of_string(secret_paths[i].part), 0) == BYTES_NPOS)
            continue;
        *s = string_taint(m, *s, 1U << secret_paths[i].taint);
        secret_read(call, path, secret_paths[i].taint, i);
        return;
    }
}

/* Metadata services: the path decides (instance-id and mac are nobody's secret). */
void sense_url_read(struct call *call, struct bytes url, struct shell_string *s)
{
    static const char *const lookups[] = {
        "ipinfo.io",      "ifconfig.me",   "icanhazip.com",
        "api.ipify.org",  "ident.me",      "checkip.amazonaws.com",
        "ip-api.com",     "ipecho.net",    "ifconfig.co",
        "ip.sb",          "myip.",         "whatismyip",
        "ipv4.icanhazip", "wtfismyip.com", "api.my-ip.io",
        "ip.me"};
    struct machine *m = call->m;
    bool aws = bytes_find(url, BYTES("169.254.169.254"), 0) != BYTES_NPOS ||
               bytes_find(url, BYTES("fd00:ec2::254"), 0) != BYTES_NPOS ||
               bytes_find(url, BYTES("instance-data"), 0) != BYTES_NPOS;
    if (bytes_find(url, BYTES("security-credentials"), 0) != BYTES_NPOS ||
        bytes_find(url, BYTES("identity-credentials"), 0) != BYTES_NPOS) {
        bool alibaba = bytes_find(url, BYTES("100.100.100.200"), 0) != BYTES_NPOS;
        *s = string_taint(m, *s, alibaba ? TAINT_BIT(METADATA_TOKEN) : TAINT_BIT(IMDS_ROLE));
        sense(m, alibaba ? BEHAVIOUR_C3 : BEHAVIOUR_C1, ROLE_USED, url);
    } else if (bytes_find(url, BYTES("169.254.170.2"), 0) != BYTES_NPOS) {
        *s = string_taint(m, *s, TAINT_BIT(ECS_ROLE));
        sense(m, BEHAVIOUR_C2, ROLE_USED, url);
    } else if ((bytes_find(url, BYTES("computeMetadata"), 0) != BYTES_NPOS &&
                (bytes_find(url, BYTES("/token"), 0) != BYTES_NPOS ||
                 bytes_ends(url, BYTES("}token")) || bytes_ends(url, BYTES(")token")))) ||
               (aws && bytes_find(url, BYTES("identity/oauth2/token"), 0) != BYTES_NPOS)) {
        *s = string_taint(m, *s, TAINT_BIT(METADATA_TOKEN));
        sense(m, BEHAVIOUR_C3, ROLE_USED, url);
    } else if (aws && bytes_find(url, BYTES("user-data"), 0) != BYTES_NPOS) {
        *s = string_taint(m, *s, TAINT_BIT(IMDS_ROLE));
    }
    if (bytes_find(url, BYTES("/api/v1/"), 0) != BYTES_NPOS &&
        bytes_find(url, BYTES("/secrets"), 0) != BYTES_NPOS) { /* of a Kubernetes cluster */
        *s = string_taint(m, *s, TAINT_BIT(CONTAINER));
        sense_soft(m, BEHAVIOUR_C6, ROLE_USED, url);
    }
    for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++)
        if (bytes_find_fold(bytes_sub(url, 0, 64), bytes_of_string(lookups[i]), 0) != BYTES_NPOS) {
            *s = string_taint(m, *s, TAINT_BIT(ADDRESS));
            sense(m, BEHAVIOUR_D1, ROLE_USED, url);
            return;
        }
}

/* A file that no web server should serve, asked of one site after the other, and its text kept. */
static bool takes_site_file(const struct call *call, struct bytes url)
{
    static const char *const files[] = {"/.git/config", "/.env", "/.aws/credentials", "/.git-credentials",
                                        "/.npmrc", "/.docker/config.json", "/.ssh/id_rsa"};
    bool named = false;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        named |= bytes_ends(url, bytes_of_string(files[i]));
    return named && !call_has(call, "/dev/null") && !call_has(call, "-I") && !call_has(call, "--head") &&
           !call_has(call, "--spider");
}

void sense_fetch(struct call *call, struct shell_fetch *f)
{
    struct machine *m = call->m;
    struct bytes *tool = table_get(m->fetch_urls, f->url);
    sense_runtime(m, f->url);
    if (f->host_kind == HOST_ADDRESS && (!f->sends || m->options->installs))
        (m->options->installs ? sense_sure : sense)(m, BEHAVIOUR_X3, ROLE_USED, f->url);
    if (f->host_kind == HOST_TOR)
        (tool_handler(f->tool) != NULL ? sense : sense_soft)(m, BEHAVIOUR_B2, ROLE_USED, f->url);
    if (f->host_kind == HOST_PASTE && bytes_find(f->url, BYTES("raw"), 0) != BYTES_NPOS)
        sense(m, BEHAVIOUR_B3, ROLE_USED, f->url);
    if (f->host_kind == HOST_DROP)
        sense(m, BEHAVIOUR_E5, ROLE_USED, f->url);
    if (f->host_kind == HOST_UNKNOWN && m->loops + m->piped > 0 && takes_site_file(call, f->url))
        sense_sure(m, BEHAVIOUR_C4, ROLE_USED, f->url);
    if (f->sends && f->host_kind == HOST_ADDRESS && report_count(m->report, BEHAVIOUR_L6) > 0)
        sense_sure(m, BEHAVIOUR_L6, ROLE_USED, f->url); /* guessed passwords go home */
    bool deletes = call_has(call, "-XDELETE") || call_has(call, "DELETE");
    if (deletes && (bytes_ends(f->url, BYTES(":9200/_all")) || bytes_ends(f->url, BYTES(":9200/*"))))
        sense(m, BEHAVIOUR_M6, ROLE_USED, f->url);
    if (bytes_find(f->url, BYTES("${jndi:"), 0) != BYTES_NPOS &&
        bytes_find(f->url, BYTES("/Base64/"), 0) != BYTES_NPOS) /* an exploit kit's own address */
        sense_sure(m, BEHAVIOUR_L7, ROLE_USED, f->url);
    if (f->sends && bytes_find(f->url, BYTES(":2375/"), 0) != BYTES_NPOS &&
        bytes_find(f->url, BYTES("/containers/create"), 0) != BYTES_NPOS)
        sense(m, BEHAVIOUR_L3, ROLE_USED, f->url);
    if (bytes_find(f->url, BYTES(":10250/"), 0) != BYTES_NPOS &&
        (bytes_find(f->url, BYTES("/run/"), 0) != BYTES_NPOS ||
         bytes_find(f->url, BYTES("/exec/"), 0) != BYTES_NPOS))
        sense(m, BEHAVIOUR_L4, ROLE_USED, f->url);
    bool plain = f->host_kind == HOST_ADDRESS || f->host_kind == HOST_TOR ||
                 f->host_kind == HOST_PASTE ||
                 (f->host_kind == HOST_NAME && (!f->tls || f->insecure));
    if (tool != NULL && plain && !bytes_equal(*tool, f->tool))
        sense(m, BEHAVIOUR_X4, ROLE_USED, f->url);
    if (tool == NULL && f->url.len > 6) {
        struct bytes *kept = arena_new_of(m->arena, struct bytes);
        *kept = f->tool;
        table_set(m->fetch_urls, f->url, kept);
    }
}
