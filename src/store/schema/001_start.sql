-- One row per artifact, by the SHA-256 of its bytes.  Times are microseconds since the epoch, UTC.
CREATE TABLE artifact (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL,
    at INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    dated INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    class INTEGER NOT NULL,
    counterfactual INTEGER NOT NULL,
    log_odds REAL NOT NULL,
    probability REAL NOT NULL,
    kind TEXT,
    reason TEXT,
    category TEXT,
    campaign TEXT,
    language TEXT,
    path TEXT,
    subject TEXT,
    sender TEXT,
    words TEXT,  -- domains, file names and quoted evidence, for search
    detail BLOB, -- evidence, attribution, anomalies, coverage (store/detail.h)
    facts BLOB   -- model facts (observe/facts.h)
);
CREATE UNIQUE INDEX artifact_sha256 ON artifact (sha256);
CREATE INDEX artifact_at ON artifact (at);
CREATE INDEX artifact_seen ON artifact (seen);

-- What artifacts are counted and found by; dimension is the row of dimension.def by its name.
CREATE TABLE dimension (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE term (
    id INTEGER PRIMARY KEY,
    dimension INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (dimension, name)
);
CREATE TABLE label (
    term INTEGER NOT NULL,
    hour INTEGER NOT NULL, -- of artifact.at, since the epoch
    artifact INTEGER NOT NULL,
    PRIMARY KEY (term, hour, artifact)
) WITHOUT ROWID;

-- Sentences of evidence, each kept once: rule, kind, English, Japanese, techniques.
CREATE TABLE phrase (
    id INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL,
    rule TEXT,
    kind TEXT,
    english TEXT,
    japanese TEXT,
    technique TEXT
);
CREATE INDEX phrase_hash ON phrase (hash);

CREATE TABLE raw (artifact INTEGER PRIMARY KEY, content BLOB NOT NULL);

CREATE VIEW artifact_words AS SELECT id, subject, sender, words FROM artifact;
CREATE VIRTUAL TABLE artifact_search USING fts5 (
    subject, sender, words, content='artifact_words', content_rowid='id', tokenize='bigram', columnsize=0
);
CREATE VIRTUAL TABLE phrase_search USING fts5 (
    rule, english, japanese, content='phrase', content_rowid='id', tokenize='bigram', columnsize=0
);
