/* SPDX-License-Identifier: Apache-2.0
 *
 * Inspectors (src/open/inspect.def) over nodes of every kind they look at, and a YARA rule: the first byte chooses
 * the kind, what follows is the content. */
#include "open.h"
#include "open/yara.h"

#include <stdio.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char rule[] = "rule a { strings: $a = \"secret\" $b = { 50 4b 03 04 } condition: any of them }\n";
    char path[] = "/tmp/fuzz-inspect-XXXXXX";
    struct error err;
    (void)argc, (void)argv;
    int file = mkstemp(path);
    if (file >= 0 && write(file, rule, sizeof rule - 1) == (ssize_t)sizeof rule - 1)
        yara_load(path, &err);
    unlink(path);
    return file >= 0 && close(file) == 0 ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum kind kinds[] = {KIND_UNKNOWN, KIND_HTML, KIND_TEXT, KIND_SVG, KIND_JAVASCRIPT,
                                      KIND_HTA, KIND_PDF, KIND_ZIP, KIND_PE, KIND_MAIL};
    if (size == 0)
        return 0;
    return fuzz_open(data + 1, size - 1, kinds[data[0] % (sizeof kinds / sizeof *kinds)]);
}
