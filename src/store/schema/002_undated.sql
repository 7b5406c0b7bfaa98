-- Mails without a usable date: they are counted on no day, and looked up by this.
CREATE INDEX artifact_undated ON artifact (id) WHERE dated = 0 AND kind IN ('eml', 'msg');
