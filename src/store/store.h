/* SPDX-License-Identifier: Apache-2.0
 *
 * What was scanned is remembered: one row per artifact, found again by hash, date, label or word.
 *
 * In comes a verdict, as scan made it; out come verdicts again, with evidence, attribution and the
 * flat model facts on which rules can be evaluated later (observe/facts.h), but never the body: the
 * raw bytes are kept only where the caller hands them over.  An artifact is known by its SHA-256:
 * adding it again changes nothing.
 *
 * Writes gather in one transaction that is made durable by store_flush, by store_close and every
 * STORE_BATCH adds; what was flushed survives a killed process and a power cut.  A second writer
 * waits.
 *
 * Labels are (dimension, name) pairs that waves count and hunts are narrowed by.  Dimensions that
 * speak of a threat are set only on suspicious and malicious artifacts; the others on all.
 *
 * The path picks the engine (driver.h): a file name is SQLite, the one built in. */
#ifndef NOROSHI_STORE_STORE_H
#define NOROSHI_STORE_STORE_H

#include "base/error.h"
#include "base/text.h"
#include "verdict/verdict.h"

#define STORE_BATCH 512

struct store;

enum dimension {
#define DIMENSION(id, name, threat, what) DIMENSION_##id,
#include "store/dimension.def"
#undef DIMENSION
    DIMENSION_COUNT
};
struct dimension_row {
    const char *name, *what;
    bool threat;
};
extern const struct dimension_row dimension_rows[DIMENSION_COUNT];
/* The dimension called NAME, or DIMENSION_COUNT. */
enum dimension dimension_named(struct bytes name);

/* $XDG_DATA_HOME/noroshi/store.db (XDG Base Directory 0.8), its folder made, in PARENT; NULL and
 * ERR. */
char *store_default_path(const void *parent, struct error *err);

/* The store at PATH (NULL: the default), made or migrated where needed; NULL and ERR.
 * owned by PARENT; freeing it without store_close drops what was not flushed. */
struct store *store_open(const void *parent, const char *path, struct error *err);
/* The same, for reading: the file must exist and is not changed. */
struct store *store_open_read(const void *parent, const char *path, struct error *err);
/* Remember VERDICT; nothing happens where its SHA-256 is known.  RAW: the artifact's bytes, or
 * BYTES_NONE (the default of every caller).  False where the disk says no. */
bool store_add(struct store *store, const struct verdict *verdict, struct bytes raw,
               struct error *err);
/* The same with the time it was first seen: for copies between stores. */
bool store_add_seen(struct store *store, const struct verdict *verdict, int64_t seen_us,
                    struct bytes raw, struct error *err);
int64_t store_now_us(void);
/* Make everything added so far durable. */
bool store_flush(struct store *store, struct error *err);
/* Flush and free. */
bool store_close(struct store *store, struct error *err);

/* One remembered artifact.  Everything lives in the reader's arena until the visitor returns. */
struct store_item {
    int64_t id;
    int64_t at_us;   /* the mail's date; when first seen where it has none or an impossible one */
    int64_t seen_us; /* when it was first stored */
    bool dated;      /* at_us is the mail's own date, or that of its newest Received field */
    uint64_t bytes;  /* size of the artifact */
    const struct verdict *verdict; /* facts as stored: see facts_new (observe/facts.h) */
};

struct store_filter {
    int64_t since_us, until_us; /* [since, until); 0, 0: all of time */
    unsigned classes;           /* bit set 1 << enum verdict_class; 0: all */
    enum dimension dimension;   /* with NAME: only what carries that label */
    struct bytes name;          /* absent: any */
    struct bytes sha256;        /* hex; absent: any */
    struct bytes words;         /* search (store_search); absent: any */
    uint32_t limit;             /* 0: none */
    bool newest_first;          /* else oldest first */
    bool facts_only; /* leave subject, evidence and attribution out: for hunts over everything */
};

/* VISIT each artifact; false ends the walk (which is no error). */
bool store_each(struct store *store, const struct store_filter *filter,
                bool (*visit)(void *own, const struct store_item *item), void *own,
                struct error *err);

/* One cell of a count: how many artifacts carry NAME in the period of STEP_S seconds that begins at
 * index * step_s since the epoch. */
struct store_cell {
    struct bytes name;
    int64_t index;
    uint64_t count;
};
/* How many mails first seen in [since, until) have no usable date of their own.  They are in no count
 * below: the day they were scanned says nothing about when they came. */
bool store_undated(struct store *store, int64_t since_us, int64_t until_us, uint64_t *count_out,
                   struct error *err);
/* Counts of every label of DIMENSION by STEP_S (3600, 86400), ordered by name and then index. */
bool store_counts(struct store *store, enum dimension dimension, uint32_t step_s, int64_t since_us,
                  int64_t until_us, bool (*visit)(void *own, const struct store_cell *cell),
                  void *own, struct error *err);
/* How many labels of DIMENSION occur together with (WITH, NAME): index is 0. */
bool store_cross(struct store *store, enum dimension dimension, enum dimension with,
                 struct bytes name, int64_t since_us, int64_t until_us,
                 bool (*visit)(void *own, const struct store_cell *cell), void *own,
                 struct error *err);

/* The sentences of a rule: of its newest evidence, and how many others there are. */
struct store_sentence {
    struct bytes rule, sentence[2]; /* English, Japanese */
    uint32_t others;                /* a sentence with others names what one message said */
};
/* VISIT each rule's, ordered by rule. */
bool store_sentences(struct store *store,
                     bool (*visit)(void *own, const struct store_sentence *sentence), void *own,
                     struct error *err);

struct store_stats {
    uint64_t artifacts, labels, terms, bytes; /* bytes: of the file and its write-ahead log */
    int64_t first_us, last_us;
    uint32_t schema;
};
bool store_stats(struct store *store, struct store_stats *out, struct error *err);
/* Forget what was first stored before BEFORE_US (0: nothing), then the oldest until the file is at
 * most MOST_BYTES (0: no bound). */
bool store_prune(struct store *store, int64_t before_us, uint64_t most_bytes,
                 uint64_t *forgotten_out, struct error *err);
/* Integrity of pages, indexes and words; FINDINGS gets one line each, empty where all is well. */
bool store_check(struct store *store, struct text *findings, struct error *err);
bool store_vacuum(struct store *store, struct error *err);
/* The raw bytes of an artifact in ARENA, absent where they were not kept. */
bool store_raw(struct store *store, struct arena *arena, struct bytes sha256, struct bytes *out,
               struct error *err);

#endif
