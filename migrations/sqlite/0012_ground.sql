-- From when on the register is too old to answer by; none: it is kept by hand.
ALTER TABLE directory_status ADD COLUMN stale_at INTEGER;
-- What the verdict stood on, looked at again before a reply is sent.
ALTER TABLE outbox ADD COLUMN ground TEXT NOT NULL DEFAULT '';
