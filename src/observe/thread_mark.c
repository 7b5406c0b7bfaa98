/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/thread_mark.h"

#define FIELD_LINE_MAX 2000

static const struct {
    struct bytes label;
    enum thread_field field;
} labels[] = {
    {BYTES("From"), THREAD_FIELD_FROM},
    {BYTES("Sent"), THREAD_FIELD_DATE},
    {BYTES("Date"), THREAD_FIELD_DATE},
    {BYTES("To"), THREAD_FIELD_TO},
    {BYTES("Cc"), THREAD_FIELD_CC},
    {BYTES("Bcc"), THREAD_FIELD_BCC},
    {BYTES("Subject"), THREAD_FIELD_SUBJECT},
    {BYTES("Reply-To"), THREAD_FIELD_OTHER},
    {BYTES("Importance"), THREAD_FIELD_OTHER},
    {BYTES("Attachments"), THREAD_FIELD_OTHER},
    {BYTES("Sender"), THREAD_FIELD_FROM},
    /* Japanese */
    {BYTES("差出人"), THREAD_FIELD_FROM},
    {BYTES("送信者"), THREAD_FIELD_FROM},
    {BYTES("送信元"), THREAD_FIELD_FROM},
    {BYTES("送信日時"), THREAD_FIELD_DATE},
    {BYTES("日時"), THREAD_FIELD_DATE},
    {BYTES("日付"), THREAD_FIELD_DATE},
    {BYTES("送信日"), THREAD_FIELD_DATE},
    {BYTES("宛先"), THREAD_FIELD_TO},
    {BYTES("件名"), THREAD_FIELD_SUBJECT},
    {BYTES("題名"), THREAD_FIELD_SUBJECT},
    {BYTES("添付ファイル"), THREAD_FIELD_OTHER},
    /* German */
    {BYTES("Von"), THREAD_FIELD_FROM},
    {BYTES("Gesendet"), THREAD_FIELD_DATE},
    {BYTES("Datum"), THREAD_FIELD_DATE},
    {BYTES("An"), THREAD_FIELD_TO},
    {BYTES("Betreff"), THREAD_FIELD_SUBJECT},
    {BYTES("Kopie"), THREAD_FIELD_CC},
    /* French */
    {BYTES("De"), THREAD_FIELD_FROM},
    {BYTES("Envoyé"), THREAD_FIELD_DATE},
    {BYTES("Envoyé le"), THREAD_FIELD_DATE},
    {BYTES("À"), THREAD_FIELD_TO},
    {BYTES("Objet"), THREAD_FIELD_SUBJECT},
    {BYTES("Sujet"), THREAD_FIELD_SUBJECT},
    {BYTES("Pour"), THREAD_FIELD_TO},
    {BYTES("Expéditeur"), THREAD_FIELD_FROM},
    /* Spanish, Portuguese, Italian */
    {BYTES("Enviado"), THREAD_FIELD_DATE},
    {BYTES("Enviado el"), THREAD_FIELD_DATE},
    {BYTES("Fecha"), THREAD_FIELD_DATE},
    {BYTES("Para"), THREAD_FIELD_TO},
    {BYTES("Asunto"), THREAD_FIELD_SUBJECT},
    {BYTES("CC"), THREAD_FIELD_CC},
    {BYTES("Enviada em"), THREAD_FIELD_DATE},
    {BYTES("Enviado em"), THREAD_FIELD_DATE},
    {BYTES("Data"), THREAD_FIELD_DATE},
    {BYTES("Assunto"), THREAD_FIELD_SUBJECT},
    {BYTES("Da"), THREAD_FIELD_FROM},
    {BYTES("Inviato"), THREAD_FIELD_DATE},
    {BYTES("A"), THREAD_FIELD_TO},
    {BYTES("Oggetto"), THREAD_FIELD_SUBJECT},
    /* Dutch, Polish, Scandinavian, Turkish */
    {BYTES("Van"), THREAD_FIELD_FROM},
    {BYTES("Verzonden"), THREAD_FIELD_DATE},
    {BYTES("Aan"), THREAD_FIELD_TO},
    {BYTES("Onderwerp"), THREAD_FIELD_SUBJECT},
    {BYTES("Od"), THREAD_FIELD_FROM},
    {BYTES("Wysłano"), THREAD_FIELD_DATE},
    {BYTES("Do"), THREAD_FIELD_TO},
    {BYTES("Temat"), THREAD_FIELD_SUBJECT},
    {BYTES("DW"), THREAD_FIELD_CC},
    {BYTES("Från"), THREAD_FIELD_FROM},
    {BYTES("Skickat"), THREAD_FIELD_DATE},
    {BYTES("Till"), THREAD_FIELD_TO},
    {BYTES("Ämne"), THREAD_FIELD_SUBJECT},
    {BYTES("Fra"), THREAD_FIELD_FROM},
    {BYTES("Sendt"), THREAD_FIELD_DATE},
    {BYTES("Til"), THREAD_FIELD_TO},
    {BYTES("Emne"), THREAD_FIELD_SUBJECT},
    {BYTES("Kimden"), THREAD_FIELD_FROM},
    {BYTES("Gönderildi"), THREAD_FIELD_DATE},
    {BYTES("Kime"), THREAD_FIELD_TO},
    {BYTES("Konu"), THREAD_FIELD_SUBJECT},
    /* Russian, Chinese, Korean */
    {BYTES("От"), THREAD_FIELD_FROM},
    {BYTES("Отправлено"), THREAD_FIELD_DATE},
    {BYTES("Дата"), THREAD_FIELD_DATE},
    {BYTES("Кому"), THREAD_FIELD_TO},
    {BYTES("Тема"), THREAD_FIELD_SUBJECT},
    {BYTES("Копия"), THREAD_FIELD_CC},
    {BYTES("发件人"), THREAD_FIELD_FROM},
    {BYTES("发送时间"), THREAD_FIELD_DATE},
    {BYTES("收件人"), THREAD_FIELD_TO},
    {BYTES("主题"), THREAD_FIELD_SUBJECT},
    {BYTES("抄送"), THREAD_FIELD_CC},
    {BYTES("寄件者"), THREAD_FIELD_FROM},
    {BYTES("寄件日期"), THREAD_FIELD_DATE},
    {BYTES("收件者"), THREAD_FIELD_TO},
    {BYTES("主旨"), THREAD_FIELD_SUBJECT},
    {BYTES("보낸 사람"), THREAD_FIELD_FROM},
    {BYTES("보낸 날짜"), THREAD_FIELD_DATE},
    {BYTES("받는 사람"), THREAD_FIELD_TO},
    {BYTES("제목"), THREAD_FIELD_SUBJECT},
    {BYTES("참조"), THREAD_FIELD_CC},
};

struct bytes thread_line_strip(struct bytes line, unsigned *depth_out)
{
    *depth_out = 0;
    for (;;) {
        line = bytes_trim(line);
        if (line.len == 0 || line.at[0] != '>')
            break;
        (*depth_out)++;
        line = bytes_from(line, 1);
    }
    while (line.len > 1 && line.at[0] == '*')
        line = bytes_from(line, 1);
    return line;
}

/* Whether S starts with a colon: ASCII, full width, or either after blanks; its end. */
static size_t colon_end(struct bytes s)
{
    size_t i = 0;
    while (i < s.len && (s.at[i] == ' ' || s.at[i] == '\t' || s.at[i] == '*'))
        i++;
    if (bytes_starts(bytes_from(s, i), BYTES("\xC2\xA0")))
        i += 2;
    if (i < s.len && s.at[i] == ':')
        return i + 1;
    return bytes_starts(bytes_from(s, i), BYTES("：")) ? i + 3 : 0;
}

enum thread_field thread_line_field(struct bytes line, struct bytes *value_out)
{
    if (line.len == 0 || line.len > FIELD_LINE_MAX ||
        (bytes_find_byte(line, ':', 0) == BYTES_NPOS &&
         bytes_find(line, BYTES("："), 0) == BYTES_NPOS))
        return THREAD_FIELD_NONE;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        struct bytes label = labels[i].label;
        if (ascii_lower(label.at[0]) != ascii_lower(line.at[0]) || !bytes_starts_fold(line, label))
            continue;
        size_t end = colon_end(bytes_from(line, label.len));
        if (end == 0)
            continue;
        struct bytes value = bytes_trim(bytes_from(line, label.len + end));
        while (value.len > 0 && value.at[0] == '*')
            value = bytes_trim(bytes_from(value, 1));
        *value_out = value;
        return labels[i].field;
    }
    return THREAD_FIELD_NONE;
}

static bool contains_any(struct bytes s, const char *const *needles)
{
    for (; *needles != NULL; needles++)
        if (bytes_find_fold(s, bytes_of_string(*needles), 0) != BYTES_NPOS)
            return true;
    return false;
}

bool thread_line_separates(struct bytes line, bool *forward_out)
{
    static const char *const original[] = {"original message",
                                           "original appointment",
                                           "元のメッセージ",
                                           "ursprüngliche nachricht",
                                           "message d'origine",
                                           "message d’origine",
                                           "mensaje original",
                                           "mensagem original",
                                           "messaggio originale",
                                           "oorspronkelijk bericht",
                                           "wiadomość oryginalna",
                                           "исходное сообщение",
                                           "пересылаемое",
                                           "原始邮件",
                                           "邮件原件",
                                           "原始郵件",
                                           "원본 메시지",
                                           "ursprungligt meddelande",
                                           "oprindelig meddelelse",
                                           "özgün ileti",
                                           NULL};
    static const char *const forward[] = {"forwarded message",
                                          "forwarded by",
                                          "転送メッセージ",
                                          "転送されたメッセージ",
                                          "weitergeleitete nachricht",
                                          "message transféré",
                                          "mensaje reenviado",
                                          "mensagem encaminhada",
                                          "messaggio inoltrato",
                                          "doorgestuurd bericht",
                                          "wiadomość przekazana",
                                          "转发",
                                          "轉寄",
                                          "전달된 메시지",
                                          NULL};
    static const struct bytes plain[] = {BYTES("begin forwarded message:"),
                                        BYTES("anfang der weitergeleiteten nachricht:"),
                                        BYTES("début du message transféré"),
                                        BYTES("inicio del mensaje reenviado:"),
                                        BYTES("inizio messaggio inoltrato:"),
                                        BYTES("início da mensagem encaminhada:"),
                                        BYTES("転送されたメッセージ:"),
                                        BYTES("転送されたメッセージ：")};
    *forward_out = false;
    if (line.len < 8 || line.len > 160)
        return false;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (ascii_lower(line.at[0]) == plain[i].at[0] && bytes_starts_fold(line, plain[i]))
            return *forward_out = true;
    if (line.at[0] != '-' && line.at[0] != '_' && line.at[0] != '=')
        return false;
    if (line.at[1] != line.at[0] || line.at[line.len - 1] != line.at[0])
        return false;
    *forward_out = contains_any(line, forward);
    return *forward_out || contains_any(line, original);
}

static bool starts_with_date(struct bytes line)
{
    size_t i = 0;
    while (i < line.len && ascii_is_digit(line.at[i]))
        i++;
    if (i < 1 || i > 4)
        return false;
    struct bytes rest = bytes_from(line, i);
    return bytes_starts(rest, BYTES("年")) || bytes_starts(rest, BYTES("년")) ||
           (rest.len > 0 && (rest.at[0] == '/' || rest.at[0] == '-' || rest.at[0] == '.'));
}

bool thread_line_opens(struct bytes line)
{
    static const struct bytes words[] = {BYTES("On "), BYTES("At "), BYTES("Am "),
                                         BYTES("Le "), BYTES("El "), BYTES("Il "),
                                         BYTES("Em "), BYTES("Op "), BYTES("W dniu "),
                                         BYTES("Dnia "), BYTES("Den "), BYTES("在"),
                                         BYTES("於 "), BYTES("于 "), BYTES("Van: "), BYTES("В ")};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (line.len > 0 && line.at[0] == words[i].at[0] && bytes_starts(line, words[i]))
            return true;
    return starts_with_date(line);
}

bool thread_line_closes(struct bytes line)
{
    static const char *const words[] = {"wrote",
                                        "writes",
                                        "schrieb",
                                        "a écrit",
                                        "escribió",
                                        "ha scritto",
                                        "scrisse",
                                        "escreveu",
                                        "schreef",
                                        "napisał",
                                        "napisał(a)",
                                        "napisała",
                                        "пишет",
                                        "написал",
                                        "написала",
                                        "написал(а)",
                                        "写道",
                                        "寫道",
                                        "작성",
                                        "skrev",
                                        "yazdı",
                                        "さんは書きました",
                                        "のメール",
                                        ">",
                                        "さんが書きました"};
    line = bytes_trim(line);
    if (bytes_ends(line, BYTES(":")))
        line.len--;
    else if (bytes_ends(line, BYTES("：")))
        line.len -= 3;
    else
        return false;
    while (line.len > 0 && (line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '*'))
        line.len--;
    if (bytes_ends(line, BYTES("\xC2\xA0")))
        line.len -= 2;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bytes_ends_fold(line, bytes_of_string(words[i])))
            return true;
    /* "Am ... schrieb Name <address>:" and "Op ... schreef Name:" have the verb inside. */
    return bytes_find(line, BYTES(" schrieb "), 0) != BYTES_NPOS ||
           bytes_find(line, BYTES(" schreef "), 0) != BYTES_NPOS ||
           bytes_find(line, BYTES(" skrev "), 0) != BYTES_NPOS ||
           bytes_find(line, BYTES(" napisał"), 0) != BYTES_NPOS;
}

bool thread_is_banner(struct bytes paragraph)
{
    static const char *const phrases[] = {
        "[external",
        "external email",
        "external sender",
        "external message",
        "originated from outside",
        "originated outside",
        "from outside of the organization",
        "from outside the organization",
        "from outside our organization",
        "from outside your organization",
        "you don't often get email from",
        "you don’t often get email from",
        "do not click links or open attachments unless",
        "do not click any links or open",
        "some people who received this message don't often get email",
        "this message was sent from outside",
        "this sender is from outside",
        "【外部】",
        "[外部]",
        "社外からのメール",
        "外部から送信されたメール",
        "外部からのメール",
        "externe e-mail",
        "expéditeur externe",
        "correo externo",
        NULL};
    /* Each of them has one of these in it. */
    static const char *const parts[] = {"extern",       "outside", "often get email",
                                        "do not click", "外部",    "社外",
                                        NULL};
    return paragraph.len > 0 && paragraph.len < 1200 && contains_any(paragraph, parts) &&
           contains_any(paragraph, phrases);
}

static struct bytes unquote(struct bytes s)
{
    s = bytes_trim(s);
    while (s.len >= 2 && (s.at[0] == '"' || s.at[0] == '\'') && s.at[s.len - 1] == s.at[0])
        s = bytes_trim(bytes_sub(s, 1, s.len - 2));
    return s;
}

/* The word around the "@" in S; absent where there is none. */
static struct bytes address_in(struct bytes s)
{
    size_t at = bytes_find_byte(s, '@', 0);
    if (at == BYTES_NPOS)
        return BYTES_NONE;
    static const char stops[] = " \t\r\n<>()[]\";,:'|";
    size_t from = at, end = at + 1;
    while (from > 0 && memchr(stops, s.at[from - 1], sizeof stops - 1) == NULL)
        from--;
    while (end < s.len && memchr(stops, s.at[end], sizeof stops - 1) == NULL)
        end++;
    if (from == at || end == at + 1)
        return BYTES_NONE;
    return bytes_sub(s, from, end - from);
}

struct thread_mailbox thread_mailbox_read(struct bytes text)
{
    struct thread_mailbox mailbox = {.email = address_in(text)};
    size_t bracket = 0;
    while (bracket < text.len && text.at[bracket] != '<' && text.at[bracket] != '[' &&
           text.at[bracket] != '(')
        bracket++;
    struct bytes name = unquote(bytes_sub(text, 0, bracket));
    size_t at;
    if (mailbox.email.at != NULL && bytes_inside(name, mailbox.email, &at))
        name = at == 0 ? BYTES_NONE : unquote(bytes_sub(name, 0, at));
    if (name.len > 0)
        mailbox.display_name = name;
    return mailbox;
}

/* Past the last clock time in S ("10:00", "10:00:00", with AM or PM), or 0. */
static size_t after_time(struct bytes s)
{
    size_t found = 0;
    for (size_t i = 1; i + 2 < s.len; i++) {
        if (s.at[i] != ':' || !ascii_is_digit(s.at[i - 1]) || !ascii_is_digit(s.at[i + 1]))
            continue;
        size_t end = i + 3;
        struct bytes rest = bytes_trim(bytes_from(s, end));
        if (bytes_starts_fold(rest, BYTES("AM")) || bytes_starts_fold(rest, BYTES("PM")))
            end = (size_t)(rest.at - s.at) + 2;
        found = end > s.len ? s.len : end;
    }
    return found;
}

bool thread_line_has_time(struct bytes line)
{
    return after_time(line) > 0;
}

void thread_reply_read(struct bytes preamble, struct thread_previous *previous)
{
    previous->sender.email = address_in(preamble);
    size_t bracket = bytes_find_byte(preamble, '<', 0);
    struct bytes head = bytes_sub(preamble, 0, bracket == BYTES_NPOS ? preamble.len : bracket);
    size_t space = bytes_find_byte(head, ' ', 0), time = after_time(head);
    if (time == 0) {
        if (bracket == BYTES_NPOS)
            return;
        size_t comma = bytes_find_last_byte(head, ',');
        time = comma == BYTES_NPOS ? 0 : comma;
    }
    struct bytes name = bytes_from(head, time);
    size_t from = space == BYTES_NPOS || starts_with_date(head) ? 0 : space;
    if (time > from)
        previous->date = bytes_trim(bytes_sub(head, from, time - from));
    while (name.len > 0 && (ascii_is_space(name.at[0]) || name.at[0] == ',' || name.at[0] == ';'))
        name = bytes_from(name, 1);
    static const char *const verbs[] = {
        " wrote", " a écrit", " escribió", " ha scritto", " escreveu", "schrieb ", "schreef ",
        "skrev ", " napisał", " пишет",    "写道",        "寫道",      " writes"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct bytes verb = bytes_of_string(verbs[i]);
        size_t at = bytes_find(name, verb, 0);
        if (at == BYTES_NPOS)
            continue;
        name = verbs[i][0] == ' ' || at > 0 ? bytes_sub(name, 0, at) : bytes_from(name, verb.len);
    }
    name = unquote(name);
    if (name.len > 0 && name.at[name.len - 1] != ':' && bytes_find_byte(name, '@', 0) == BYTES_NPOS)
        previous->sender.display_name = name;
}
