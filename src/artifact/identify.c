/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/identify.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Magic numbers at a fixed offset; the first that fits wins. */
static const struct magic {
    uint16_t offset;
    uint8_t len;
    const char *bytes;
    enum kind kind;
} magics[] = {
    {0, 4, "PK\3\4", KIND_ZIP},
    {0, 4, "PK\5\6", KIND_ZIP},
    {0, 4, "PK\7\10", KIND_ZIP},
    {0, 8, "JM\1\0PK\3\4", KIND_ZIP}, /* JMOD, JEP 261: a version, then the archive */
    {0, 6, "7z\xBC\xAF\x27\x1C", KIND_SEVEN_ZIP},
    {0, 6, "Rar!\x1A\7", KIND_RAR},
    {0, 3, "\x1F\x8B\x08", KIND_GZIP},
    {0, 3, "BZh", KIND_BZIP2},
    {0, 6,
     "\xFD"
     "7zXZ\0",
     KIND_XZ},
    {0, 4, "\x28\xB5\x2F\xFD", KIND_ZSTD},
    {0, 4, "MSCF", KIND_CAB},
    {0, 8, "!<arch>\n", KIND_AR},
    {0, 5, "07070", KIND_CPIO},
    {0, 2, "\xC7\x71", KIND_CPIO},
    {0, 4, "xar!", KIND_XAR},
    {0, 8, "MSWIM\0\0\0", KIND_WIM},
    {0, 4, "wOFF", KIND_FONT},
    {0, 4, "wOF2", KIND_FONT},
    {0, 4, "OTTO", KIND_FONT},
    {0, 5, "\0\1\0\0\0", KIND_FONT},
    {0, 2, "\x60\xEA", KIND_ARJ},
    {2, 3, "-lh", KIND_LHA},
    {7, 7, "**ACE**", KIND_ACE},
    {257, 5, "ustar", KIND_TAR},
    {0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", KIND_CFB},
    {0, 4, "{\\rt", KIND_RTF}, /* Word asks for no more */
    {0, 16, "\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3", KIND_ONENOTE},
    {0, 8, "\x4C\0\0\0\x01\x14\x02\0", KIND_LNK},
    {0, 4, "\x78\x9F\x3E\x22", KIND_TNEF},
    {0, 8, "\x89PNG\r\n\x1A\n", KIND_PNG},
    {0, 3, "\xFF\xD8\xFF", KIND_JPEG},
    {0, 4, "GIF8", KIND_GIF},
    {8, 4, "WEBP", KIND_WEBP},
    {0, 2, "BM", KIND_BMP},
    {0, 4, "II*\0", KIND_TIFF},
    {0, 4, "MM\0*", KIND_TIFF},
    {0, 4, "\0\0\1\0", KIND_ICO},
    {40, 4, " EMF", KIND_EMF},
    {0, 4, "\xD7\xCD\xC6\x9A", KIND_WMF},
    {4, 8, "ftypheic", KIND_HEIC},
    {4, 8, "ftypmif1", KIND_HEIC},
    {4, 4, "ftyp", KIND_VIDEO},
    {0, 3, "ID3", KIND_AUDIO},
    {0, 4, "OggS", KIND_AUDIO},
    {8, 4, "WAVE", KIND_AUDIO},
    {8, 4, "AIFF", KIND_AUDIO},
    {0, 4, "fLaC", KIND_AUDIO},
    {0, 5, "#!AMR", KIND_AUDIO},
    {0, 8, "MThd\0\0\0\6", KIND_AUDIO},
    {0, 2, "\xFF\xFB", KIND_AUDIO},
    {0, 2, "\xFF\xF3", KIND_AUDIO},
    {8, 4, "AVI ", KIND_VIDEO},
    {0, 4, "\x1A\x45\xDF\xA3", KIND_VIDEO},
    {0, 16, "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C", KIND_VIDEO},
    {0, 4, "ITSF", KIND_CHM},
    {0, 4,
     "\x7F"
     "ELF",
     KIND_ELF},
    {0, 4, "\xCA\xFE\xBA\xBE", KIND_JAVA_CLASS},
    {0, 4, "\xFE\xED\xFA\xCE", KIND_MACHO},
    {0, 4, "\xFE\xED\xFA\xCF", KIND_MACHO},
    {0, 4, "\xCE\xFA\xED\xFE", KIND_MACHO},
    {0, 4, "\xCF\xFA\xED\xFE", KIND_MACHO},
    {0, 8, "conectix", KIND_VHD},
    {0, 8, "vhdxfile", KIND_VHD},
    {0, 3, "ID;", KIND_SLK},
    {0, 13, "\x5D\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", KIND_LZMA},
    {0, 27, "-----BEGIN PGP MESSAGE-----", KIND_PGP},
};

/* Declared types and extensions that tell kinds of text apart. */
static const struct label {
    const char *type, *extension;
    enum kind kind;
} labels[] = {
    {"text/html", "html", KIND_HTML},
    {NULL, "htm", KIND_HTML},
    {NULL, "xhtml", KIND_HTML},
    {NULL, "shtml", KIND_HTML},
    {"text/calendar", "ics", KIND_ICS},
    {"text/vcard", "vcf", KIND_VCF},
    {"image/svg+xml", "svg", KIND_SVG},
    {"application/json", "json", KIND_JSON},
    {"text/csv", "csv", KIND_CSV},
    {"message/rfc822", "eml", KIND_MAIL},
    {"message/global", NULL, KIND_MAIL},
    {NULL, "js", KIND_JAVASCRIPT},
    {NULL, "jse", KIND_JAVASCRIPT},
    {"text/javascript", "mjs", KIND_JAVASCRIPT},
    {NULL, "vbs", KIND_VBS},
    {NULL, "vbe", KIND_VBS},
    {NULL, "wsf", KIND_WSF},
    {NULL, "hta", KIND_HTA},
    {NULL, "ps1", KIND_POWERSHELL},
    {NULL, "psm1", KIND_POWERSHELL},
    {NULL, "bat", KIND_BATCH},
    {NULL, "cmd", KIND_BATCH},
    {NULL, "sh", KIND_SHELL},
    {NULL, "bash", KIND_SHELL},
    {NULL, "bas", KIND_VBA},
    {NULL, "py", KIND_PYTHON},
    {NULL, "pth", KIND_PYTHON},
    {NULL, "pl", KIND_PERL},
    {NULL, "php", KIND_PHP},
    {NULL, "rb", KIND_RUBY},
    {NULL, "url", KIND_URL_SHORTCUT},
    {NULL, "website", KIND_URL_SHORTCUT},
    {NULL, "reg", KIND_REG},
    {NULL, "inf", KIND_INF},
    {NULL, "scf", KIND_SCF},
    {NULL, "iqy", KIND_IQY},
    {NULL, "oqy", KIND_IQY},
    {NULL, "dqy", KIND_IQY},
    {NULL, "rdp", KIND_RDP},
    {NULL, "command", KIND_SHELL},
    {NULL, "mht", KIND_MHTML},
    {NULL, "mhtml", KIND_MHTML},
    {NULL, "slk", KIND_SLK},
    {NULL, "yml", KIND_YAML},
    {NULL, "yaml", KIND_YAML},
    {"application/pkcs7-mime", "p7m", KIND_P7M},
};

struct bytes name_extension(struct bytes name)
{
    size_t slash = bytes_find_last_byte(name, '/');
    size_t dot = bytes_find_last_byte(name, '.');
    if (dot == BYTES_NPOS || (slash != BYTES_NPOS && dot < slash) || dot + 1 == name.len)
        return BYTES_NONE;
    return bytes_from(name, dot + 1);
}

/* Bytes of the MPEG audio frame (layer III) that begins at B, 0 where none does (ISO/IEC 11172-3,
 * 2.4.2.3). */
static size_t mpeg_frame_bytes(struct bytes b)
{
    static const uint16_t rates[2][15] = {
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}};
    static const uint32_t hertz[3] = {44100, 48000, 32000};
    if (b.len < 4 || b.at[0] != 0xFF || (b.at[1] & 0xF6) != 0xF2 || b.at[2] >> 4 == 15 ||
        (b.at[2] >> 2 & 3) == 3)
        return 0;
    uint32_t version1 = b.at[1] >> 3 & 1;
    uint32_t rate = rates[version1][b.at[2] >> 4];
    uint32_t sample = hertz[b.at[2] >> 2 & 3] / (version1 ? 1 : 2);
    return rate == 0 ? 0 : (version1 ? 144000u : 72000u) * rate / sample + (b.at[2] >> 1 & 1);
}

/* ID3v2.2 to 2.4 with a synchsafe size; Ogg version 0; two MPEG frames in a row; a RIFF or IFF file
 * of that form. */
static bool is_plausible_audio(struct bytes b)
{
    size_t frame = mpeg_frame_bytes(b);
    switch (b.len < 12 ? 0 : b.at[0]) {
    case 0:
        return false;
    case 0xFF:
        return frame > 0 && frame < b.len && mpeg_frame_bytes(bytes_from(b, frame)) > 0;
    case 'O':
        return b.at[4] == 0;
    case 'I':
        return b.at[3] >= 2 && b.at[3] <= 4 &&
               ((b.at[6] | b.at[7] | b.at[8] | b.at[9]) & 0x80) == 0;
    case 'R':
        return bytes_starts(b, BYTES("RIFF"));
    case 'F':
        return bytes_starts(b, BYTES("FORM"));
    default:
        return true;
    }
}

/* Whether B goes on as KIND does.  Asked of kinds nobody opens further: three bytes alone must not
 * pass for a song or an icon, because what nobody knows is never clean. */
static bool is_plausible(struct bytes b, enum kind kind)
{
    bool little = b.at[0] == 'I';
    uint32_t header = bytes_u32le(b, 14), count = bytes_u16le(b, 4);
    switch (kind) {
    case KIND_BMP: /* the sizes of its second header that exist */
        return header == 12 || header == 16 || header == 40 || header == 52 || header == 56 ||
               header == 64 || header == 108 || header == 124;
    case KIND_ICO:
        return count > 0 && b.len >= 6 + (size_t)count * 16 &&
               (uint64_t)bytes_u32le(b, 14) + bytes_u32le(b, 18) <= b.len;
    case KIND_TIFF:
        header = little ? bytes_u32le(b, 4) : bytes_u32be(b, 4);
        return header >= 8 && header < b.len;
    case KIND_AUDIO:
        return is_plausible_audio(b);
    case KIND_VIDEO:
        if (b.at[0] == 'R')
            return bytes_starts(b, BYTES("RIFF"));
        if (bytes_equal(bytes_sub(b, 4, 4), BYTES("ftyp")))
            return bytes_u32be(b, 0) >= 8 && bytes_u32be(b, 0) <= 512;
        return b.len >= 32;
    case KIND_ELF:
        return b.len >= 52 && b.at[4] >= 1 && b.at[4] <= 2 && b.at[5] >= 1 && b.at[5] <= 2;
    case KIND_EMF:
        return bytes_u32le(b, 0) == 1;
    case KIND_FONT:
        return b.at[0] != 0 || (bytes_u16be(b, 4) > 0 && bytes_u16be(b, 4) < 64 && b.len > 16 &&
                                ascii_is_alnum(b.at[12]) && ascii_is_alnum(b.at[13]));
    default:
        return true;
    }
}

static enum kind by_magic(struct bytes b)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        struct bytes wanted = bytes_of(magics[i].bytes, magics[i].len);
        if (magics[i].offset < b.len && b.at[magics[i].offset] == wanted.at[0] &&
            bytes_equal(bytes_sub(b, magics[i].offset, wanted.len), wanted) &&
            is_plausible(b, magics[i].kind))
            return magics[i].kind;
    }
    if (b.len > 64 && b.at[0] == 'M' && b.at[1] == 'Z')
        return KIND_PE;
    size_t pdf = bytes_find(bytes_sub(b, 0, 1024), BYTES("%PDF-"), 0);
    if (pdf != BYTES_NPOS)
        return KIND_PDF;
    if (bytes_equal(bytes_sub(b, 32769, 5), BYTES("CD001")) ||
        bytes_equal(bytes_sub(b, 32769, 5), BYTES("BEA01")))
        return KIND_ISO;
    if (b.len >= 512 && bytes_equal(bytes_sub(b, b.len - 512, 8), BYTES("conectix")))
        return KIND_VHD;
    /* A CMS object: SEQUENCE, then an identifier below 1.2.840.113549.1.7. */
    if (b.at[0] == 0x30 &&
        bytes_find(bytes_sub(b, 0, 24), BYTES("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07"), 0) !=
            BYTES_NPOS)
        return KIND_P7M;
    return KIND_UNKNOWN;
}

#ifdef __SSE2__
/* Whether none of the 16 bytes at AT is a control character, white space excepted. */
static bool is_printed(const uint8_t *at)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i space = _mm_sub_epi8(x, _mm_set1_epi8('\t'));
    __m128i high = _mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8(0x20)), x);
    __m128i blank = _mm_cmpeq_epi8(_mm_min_epu8(space, _mm_set1_epi8(4)), space);
    return _mm_movemask_epi8(_mm_or_si128(high, blank)) == 0xFFFF;
}
#endif

static bool looks_like_text(struct bytes b)
{
    b = bytes_sub(b, 0, 4096);
    size_t controls = 0;
    if (bytes_starts(b, BYTES("\xFF\xFE")) || bytes_starts(b, BYTES("\xFE\xFF")))
        return true;
    for (size_t i = 0; i < b.len; i++) {
#ifdef __SSE2__
        while (b.len - i >= 16 && is_printed(b.at + i))
            i += 16;
        if (i == b.len)
            break;
#endif
        if (b.at[i] == 0)
            return false;
        if (b.at[i] < 0x20 && !ascii_is_space(b.at[i]) && b.at[i] != 0x1B)
            controls++;
    }
    return controls * 50 <= b.len;
}

/* "Name: value" as the first line, with a name mail is known by within the first lines. */
static bool looks_like_mail(struct bytes b)
{
    static const char *const names[] = {
        "received:", "from:",       "return-path:", "delivered-to:",
        "date:",     "message-id:", "subject:",     "mime-version:"};
    struct bytes rest = bytes_sub(b, 0, 16384), line;
    int seen = 0, fields = 0;
    if (bytes_starts(rest, BYTES("From ")))
        bytes_next_line(&rest, &line);
    while (bytes_next_line(&rest, &line) && line.len > 0) {
        if (line.at[0] == ' ' || line.at[0] == '\t') {
            if (fields == 0)
                return false;
            continue;
        }
        size_t colon = bytes_find_byte(line, ':', 0);
        if (colon == BYTES_NPOS || colon == 0 || colon > 76)
            return seen >= 2;
        for (size_t i = 0; i < colon; i++)
            if (line.at[i] <= ' ' || line.at[i] >= 0x7F)
                return seen >= 2;
        fields++;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (bytes_starts_fold(line, bytes_of_string(names[i])))
                seen++;
    }
    return seen >= 2;
}

/* XML whose root element the Windows script host runs: scripts, scriptlets, components, and style sheets
 * with script. */
static bool is_script_host(struct bytes head)
{
    static const char *const roots[] = {"<job", "<package", "<component", "<scriptlet"};
    struct bytes top = bytes_sub(head, 0, 4096);
    if (head.len == 0 || head.at[0] != '<')
        return false;
    while (bytes_starts(top, BYTES("<?")) || bytes_starts(top, BYTES("<!--"))) {
        bool is_comment = top.at[1] == '!';
        size_t end = bytes_find(top, is_comment ? BYTES("-->") : BYTES("?>"), 2);
        top = bytes_trim(bytes_from(top, end == BYTES_NPOS ? top.len : end + (is_comment ? 3 : 2)));
    }
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        struct bytes root = bytes_of_string(roots[i]);
        if (bytes_starts_fold(top, root) && top.len > root.len && !ascii_is_alnum(top.at[root.len]) &&
            top.at[root.len] != ':' && top.at[root.len] != '-')
            return bytes_find_fold(head, BYTES("<script"), 0) != BYTES_NPOS;
    }
    return bytes_find(top, BYTES("urn:schemas-microsoft-com:xslt"), 0) != BYTES_NPOS &&
           bytes_find_fold(head, BYTES(":script"), 0) != BYTES_NPOS;
}

static enum kind by_shape(struct bytes b)
{
    struct bytes head = bytes_sub(b, 0, 65536);
    if (bytes_starts(head, BYTES("\xEF\xBB\xBF")))
        head = bytes_from(head, 3);
    head = bytes_trim(head);
    if (bytes_starts(head, BYTES("#!"))) {
        struct bytes rest = head, line;
        bytes_next_line(&rest, &line);
        return bytes_find(line, BYTES("python"), 0) != BYTES_NPOS ? KIND_PYTHON
               : bytes_find(line, BYTES("perl"), 0) != BYTES_NPOS ? KIND_PERL
               : bytes_find(line, BYTES("ruby"), 0) != BYTES_NPOS ? KIND_RUBY
               : bytes_find(line, BYTES("php"), 0) != BYTES_NPOS  ? KIND_PHP
               : bytes_find(line, BYTES("node"), 0) != BYTES_NPOS ? KIND_JAVASCRIPT
               : bytes_find(line, BYTES("xdg-open"), 0) != BYTES_NPOS ? identify_launcher(head)
               : bytes_find(line, BYTES("sh"), 0) != BYTES_NPOS   ? KIND_SHELL
                                                                  : KIND_TEXT;
    }
    if (bytes_starts_fold(head, BYTES("BEGIN:VCALENDAR")))
        return KIND_ICS;
    if (bytes_starts_fold(head, BYTES("BEGIN:VCARD")))
        return KIND_VCF;
    if (bytes_starts_fold(head, BYTES("[InternetShortcut")))
        return KIND_URL_SHORTCUT;
    enum kind launcher = identify_launcher(head);
    if (launcher != KIND_UNKNOWN)
        return launcher;
    if (bytes_starts_fold(head, BYTES("MIME-Version:")) && /* a web archive, whatever its name */
        bytes_find_fold(bytes_sub(head, 0, 1024), BYTES("multipart/related"), 0) != BYTES_NPOS)
        return KIND_MHTML;
    if (bytes_starts_fold(head, BYTES("<?php")))
        return KIND_PHP;
    if (bytes_starts_fold(head, BYTES("<svg")))
        return KIND_SVG;
    if (bytes_starts(head, BYTES("{\\rt")))
        return KIND_RTF;
    if (is_script_host(head))
        return KIND_WSF;
    struct bytes top = bytes_sub(head, 0, 4096);
    if (bytes_starts_fold(head, BYTES("<?xml")) || bytes_starts(head, BYTES("<!--")))
        if (bytes_find_fold(top, BYTES("<svg"), 0) != BYTES_NPOS)
            return KIND_SVG;
    if (head.len > 0 && head.at[0] == '<') {
        static const char *const tags[] = {"<!doctype html", "<html", "<head", "<body", "<script",
                                           "<table",         "<div",  "<meta", "<title"};
        for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
            if (bytes_find_fold(top, bytes_of_string(tags[i]), 0) != BYTES_NPOS)
                return bytes_find_fold(top, BYTES("<hta:application"), 0) != BYTES_NPOS ? KIND_HTA
                                                                                        : KIND_HTML;
        if (bytes_starts_fold(head, BYTES("<?xml")))
            return KIND_XML;
    }
    return KIND_UNKNOWN;
}

static enum kind by_label(struct bytes type, struct bytes name)
{
    struct bytes extension = name_extension(name);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (labels[i].extension != NULL && extension.len > 0 &&
            bytes_equal_fold(extension, bytes_of_string(labels[i].extension)))
            return labels[i].kind;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (labels[i].type != NULL && bytes_equal_fold(type, bytes_of_string(labels[i].type)))
            return labels[i].kind;
    return KIND_UNKNOWN;
}

bool identify_beginning(struct bytes content)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (magics[i].offset == 0 && content.len < magics[i].len &&
            bytes_starts(bytes_of(magics[i].bytes, magics[i].len), content))
            return true;
    return content.len < 5 && bytes_starts(BYTES("%PDF-"), content);
}

enum kind identify(struct bytes content, struct bytes declared_type, struct bytes name)
{
    if (content.len == 0)
        return KIND_EMPTY;
    enum kind kind = by_magic(content);
    if (kind != KIND_UNKNOWN)
        return kind;
    if (!looks_like_text(content)) {
        /* A browser shows a page whatever follows it; a shell reads a script up to what it carries. */
        kind = looks_like_text(bytes_sub(content, 0, 16)) ? by_shape(content) : KIND_UNKNOWN;
        bool script = kind == KIND_SHELL && bytes_starts(content, BYTES("#!"));
        return kind == KIND_HTML || kind == KIND_SVG || kind == KIND_HTA || script ? kind : KIND_UNKNOWN;
    }
    enum kind label = by_label(declared_type, name);
    if (label == KIND_MAIL ||
        (label == KIND_UNKNOWN && declared_type.len == 0 && looks_like_mail(content)))
        return KIND_MAIL;
    kind = by_shape(content);
    if (kind != KIND_UNKNOWN && !(kind == KIND_HTML && label != KIND_UNKNOWN))
        return kind;
    return label != KIND_UNKNOWN ? label : KIND_TEXT;
}
