/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/program.h"

/* What a program's text shows by words that stand together, whatever flows where. */

#define WIRED_BYTES ((size_t)1024)

static bool holds_any(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_find(text, bytes_of_string(*words), 0) != BYTES_NPOS)
            return true;
    return false;
}

/* A shell whose input and output are a connection: sockets of Python, Perl, PHP, Ruby, Lua, Node, awk. */
static bool is_wired(struct bytes text)
{
    static const char *const sockets[] = {"socket",      "fsockopen",  "TCPSocket", "/inet/tcp/",
                                          "net.connect", "net.Socket", "net.Dial",  NULL};
    static const char *const shells[] = {"/bin/sh", "/bin/bash", "\"sh\"", "'sh'", "\"bash\"",
                                         "'bash'",  "|& getline", NULL};
    static const char *const wires[] = {"dup2",        "pty.spawn", ">&",         ".pipe(",
                                        "|& getline", "in, out",   "popen(",     "exec(cmd", NULL};
    for (size_t at = 0; at < text.len; at += WIRED_BYTES / 2) { /* close together, not somewhere */
        struct bytes near = bytes_sub(text, at, WIRED_BYTES);
        if (holds_any(near, sockets) && holds_any(near, shells) && holds_any(near, wires))
            return true;
    }
    return false;
}

/* exec(zlib.decompress(base64.b64decode(..))): code nobody shall read, in one expression. */
static bool is_packed_code(struct bytes text)
{
    static const char *const runs[] = {"exec(", "exec((", "eval(", NULL};
    static const char *const unpacks[] = {".decompress(", "('zlib')", "gzip.decompress", "lzma.decompress",
                                          "marshal.loads(", NULL};
    static const char *const decodes[] = {"b64decode", "b85decode", "b32decode", "a85decode",
                                          "('base64')", "fromhex(", "unhexlify(", NULL};
    for (size_t i = 0; runs[i] != NULL; i++)
        for (size_t at = 0; (at = bytes_find(text, bytes_of_string(runs[i]), at)) != BYTES_NPOS; at++) {
            struct bytes before = bytes_sub(text, at > 160 ? at - 160 : 0, at > 160 ? 160 : at);
            struct bytes near = bytes_sub(text, at, 160);
            size_t line = bytes_find_last_byte(before, '\n');
            before = line == BYTES_NPOS ? before : bytes_from(before, line);
            bool here = holds_any(near, unpacks) && holds_any(near, decodes);
            bool named = holds_any(before, unpacks) && holds_any(before, decodes);
            if (here || named)
                return true;
        }
    return false;
}

/* Orders that come as messages to a bot, run as commands, answered with what they print. */
static bool is_message_shell(struct bytes text)
{
    static const char *const systems[] = {"os.popen(", "subprocess.", "os.system(", "exec(",
                                          "shell_exec(", NULL};
    return bytes_find(text, BYTES("getUpdates"), 0) != BYTES_NPOS &&
           bytes_find(text, BYTES("sendMessage"), 0) != BYTES_NPOS && holds_any(text, systems);
}

/* An open Redis is told to write a cron table or a key file. */
static bool is_redis_break(struct bytes text)
{
    static const char *const sets[] = {"config_set(", "'config', 'set'", "CONFIG SET", "config set",
                                       "'CONFIG', 'SET'", NULL};
    static const char *const places[] = {"/var/spool/cron", "/etc/cron", "/.ssh", NULL};
    for (size_t i = 0; sets[i] != NULL; i++) {
        size_t at = bytes_find(text, bytes_of_string(sets[i]), 0);
        if (at != BYTES_NPOS && holds_any(bytes_sub(text, at, 80), places))
            return true;
    }
    return false;
}

/* Keys are cut out of the configuration files of many sites. */
static bool is_site_harvest(struct bytes text)
{
    static const char *const keys[] = {"AWS_SECRET", "AWS_ACCESS_KEY", "aws_access_key", "DB_PASSWORD", "MAIL_PASSWORD",
                                       "TWILIO_", "SENDGRID", NULL};
    static const char *const many[] = {"Pool(", "Thread(", "ThreadPool", "argv[1]", "gevent", NULL};
    static const char *const gets[] = {"requests.get", "requests.post", "urlopen(", "http.client",
                                       "->get(", "curl_exec", NULL};
    static const char *const files[] = {"/.env", "/.aws/credentials", "/.git/config", "/phpinfo", "/config.json",
                                        "/wp-config.php", "/.npmrc", "/.docker/config.json"};
    uint32_t asked = 0; /* kinds of files */
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        asked += bytes_find(text, bytes_of_string(files[i]), 0) != BYTES_NPOS;
    return asked > 0 && holds_any(text, gets) && holds_any(text, many) && holds_any(text, keys) &&
           (asked >= 3 || (bytes_find(text, BYTES("/.env"), 0) != BYTES_NPOS &&
                           bytes_find(text, BYTES("(.*"), 0) != BYTES_NPOS));
}

/* A user with all rights and a password or key of its own, for an account somebody else pays. */
static bool makes_administrator(struct bytes text)
{
    static const char *const ways[] = {"create_login_profile", "create_access_key", NULL};
    return bytes_find(text, BYTES("create_user("), 0) != BYTES_NPOS &&
           bytes_find(text, BYTES("AdministratorAccess"), 0) != BYTES_NPOS && holds_any(text, ways);
}

/* What a connection says is run: TCPSocket .. gets .. popen, in one line. */
static bool is_order_loop(struct bytes text)
{
    static const char *const sockets[] = {"TCPSocket", "socket.socket", "IO::Socket", "fsockopen",
                                          "net.connect", "require(\"socket\")", "require('socket')", "use Socket", NULL};
    static const char *const reads[] = {".gets", ".recv(", ":receive(", "while(<", "while (<", "fgets(", "fread(", "<$", ".on('data'", NULL};
    static const char *const runs[] = {"popen(", "system(", "exec(", "getoutput(", "shell_exec(", "`$", "`#{",
                                       NULL};
    return text.len <= WIRED_BYTES && holds_any(text, sockets) && holds_any(text, reads) &&
           holds_any(text, runs);
}

/* A chat client of IRC, told by the words it must say. */
static bool is_chat_client(struct bytes text)
{
    static const char *const rooms[] = {"JOIN ", "PONG ", "USER ", NULL};
    return bytes_find(text, BYTES("PRIVMSG"), 0) != BYTES_NPOS && bytes_find(text, BYTES("NICK "), 0) != BYTES_NPOS &&
           holds_any(text, rooms);
}

/* ... under another program's name, that runs what it is told. */
static bool is_disguised_bot(struct bytes text)
{
    static const char *const names[] = {"$0=", "$0 =", "setproctitle", "prctl(", NULL};
    static const char *const runs[] = {"system(", "`", "exec(", "popen(", "subprocess", NULL};
    bool client = is_chat_client(text) || (bytes_find(text, BYTES("PRIVMSG"), 0) != BYTES_NPOS &&
                                           bytes_find(text, BYTES("JOIN "), 0) != BYTES_NPOS);
    return client && holds_any(text, names) && holds_any(text, runs);
}

/* The memory of the process that holds a CI job's secrets. */
static bool is_runner_dump(struct bytes text)
{
    static const char *const workers[] = {"Runner.Worker", "Runner.Listener", "gitlab-runner", NULL};
    static const char *const memory[] = {"/mem'", "/mem\"", "'mem'", "\"mem\"", "/mem`", NULL};
    return bytes_find(text, BYTES("proc"), 0) != BYTES_NPOS && holds_any(text, workers) &&
           holds_any(text, memory);
}

/* A program that never is a file: made in memory, run by its descriptor. */
static bool is_memory_file(struct bytes text)
{
    static const char *const makes[] = {"memfd_create", "syscall(319", ".syscall(319", "SYS_memfd", NULL};
    static const char *const runs[] = {"exec", "system(", "Popen", "spawn", NULL};
    bool numbered = bytes_find(text, BYTES("syscall"), 0) != BYTES_NPOS && /* in a list of numbers */
                    bytes_find(text, BYTES("319"), 0) != BYTES_NPOS && text.len < 4096;
    return (numbered || holds_any(text, makes)) && bytes_find(text, BYTES("/fd/"), 0) != BYTES_NPOS && holds_any(text, runs);
}

/* A chat client that runs what somebody says to it: the words behind the message's name. */
static bool is_chat_shell(struct bytes text)
{
    static const char *const runs[] = {"`$1", "`$2", "`$cmd", "system($", "qx{$", "qx($", "os.popen(",
                                       "subprocess.", "shell_exec(", "exec($", "popen(", "execSync(", NULL};
    for (size_t at = is_chat_client(text) ? 0 : text.len; (at = bytes_find(text, BYTES("PRIVMSG"), at)) != BYTES_NPOS; at++)
        if (holds_any(bytes_sub(text, at, 240), runs))
            return true;
    return false;
}

/* Perl's own streams are the connection, and what they say is run. */
static bool is_stream_swap(struct bytes text)
{
    static const char *const swaps[] = {"STDIN->fdopen($", "STDIN->fdopen( $", "open(STDIN,\">&", "open STDIN,\"<&", NULL};
    static const char *const runs[] = {"system", "exec", NULL};
    return (bytes_find(text, BYTES("IO::Socket"), 0) != BYTES_NPOS || bytes_find(text, BYTES("socket("), 0) != BYTES_NPOS) &&
           holds_any(text, swaps) && holds_any(text, runs);
}

/* Every file of a tree is replaced by what only a key opens. */
static bool is_sealing(struct bytes text)
{
    static const char *const walks[] = {"os.walk(", ".rglob(", "readdirSync(", "readdir(", "Dir.glob(", "scandir(",
                                        "File::Find", "RecursiveDirectoryIterator", NULL};
    static const char *const seals[] = {"Fernet(", "AES.new(", "createCipheriv(", "openssl_encrypt(", "ChaCha20",
                                        ".encrypt(", "Crypt::CBC", NULL};
    static const char *const drops[] = {"os.remove(", "os.unlink(", "os.rename(", ".unlink()", "unlinkSync(",
                                        "unlink(", "shutil.move(", "renameSync(", "File.delete(", NULL};
    return holds_any(text, walks) && holds_any(text, seals) && holds_any(text, drops);
}

/* What its victim is told. */
static bool is_note(struct bytes text)
{
    static const char *const words[] = {"DECRYPT", "decrypt", "RECOVER", "recover", "RANSOM", "ransom", NULL};
    static const char *const coins[] = {"Bitcoin", "bitcoin", "BTC", "Monero", "XMR", "bc1q", "onion", "your files",
                                        "YOUR FILES", NULL};
    return holds_any(text, words) && holds_any(text, coins);
}

static bool is_extortion(struct bytes text)
{
    return is_sealing(text) && is_note(text);
}

/* ... with keys of a list, of which it asks what mail they may send. */
static bool makes_sender(struct bytes text)
{
    static const char *const quotas[] = {"get_send_quota", "get_account(", "list_identities", "GetSendQuota", NULL};
    return makes_administrator(text) && holds_any(text, quotas) &&
           bytes_find(text, BYTES("aws_access_key_id="), 0) != BYTES_NPOS;
}

static const struct {
    bool (*holds)(struct bytes text);
    enum behaviour behaviour;
    void (*sense)(struct machine *m, enum behaviour b, enum shell_role role, struct bytes detail);
    const char *detail;
    bool in_line; /* only where the text is one of a shell script's */
} senses[] = {
    {is_extortion, BEHAVIOUR_M7, sense_sure, "files sealed, and a note", false},
    {is_chat_shell, BEHAVIOUR_B4, sense_sure, "what somebody says is run", false},
    {is_stream_swap, BEHAVIOUR_B1, sense_sure, "socket and shell", false},
    {is_memory_file, BEHAVIOUR_X5, sense_sure, "a program in memory", false},
    {is_runner_dump, BEHAVIOUR_C13, sense_sure, "the runner's memory", false},
    {is_disguised_bot, BEHAVIOUR_B4, sense_sure, "a bot under another name", false},
    {is_order_loop, BEHAVIOUR_B6, sense, "socket and command", true},
    {is_packed_code, BEHAVIOUR_X9, sense, "packed code", false},
    {is_message_shell, BEHAVIOUR_B6, sense_sure, "messages to a bot", false},
    {is_redis_break, BEHAVIOUR_L5, sense, "config set dir", false},
    {is_site_harvest, BEHAVIOUR_C4, sense_sure, "/.env of many sites", false},
    {makes_administrator, BEHAVIOUR_P14, sense, "administrator", false},
    {makes_sender, BEHAVIOUR_P14, sense_sure, "administrator", false},
    {is_wired, BEHAVIOUR_B1, sense, "socket and shell", false},
};
void program_senses(struct machine *m, struct bytes text)
{
    static const char *const runs[] = {"system", "`", "exec", "popen", "Popen", "subprocess", "spawn", "qx", "eval", NULL};
    for (size_t i = 0; i < sizeof senses / sizeof senses[0]; i++)
        if (!(senses[i].in_line && m->options->is_program) && senses[i].holds(text))
            senses[i].sense(m, senses[i].behaviour, ROLE_USED, bytes_of_string(senses[i].detail));
    if (m->options->is_program && !holds_any(text, runs)) /* it chats, and runs nothing */
        sense_undo(m, BEHAVIOUR_B4);
}
