-- What finds a message again after the server renumbered its mailbox, and what it answers; mail that was there before usher looked,
-- or that was found late, sends nothing.
ALTER TABLE message ADD COLUMN header_id TEXT;
ALTER TABLE message ADD COLUMN head_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN imported BIGINT NOT NULL DEFAULT 0;
CREATE INDEX message_header ON message (mailbox, header_id) WHERE header_id IS NOT NULL;
CREATE INDEX message_ticket ON message (ticket_id) WHERE ticket_id IS NOT NULL;
-- What came, apart from what became of it: fates change often, and a row is rewritten whole.
CREATE TABLE content (
    message_id TEXT NOT NULL PRIMARY KEY REFERENCES message (id),
    raw BYTEA NOT NULL
);
INSERT INTO content (message_id, raw) SELECT id, raw FROM message WHERE LENGTH(raw) > 0;
ALTER TABLE message DROP COLUMN raw;
-- How a mailbox is: when it was last looked into, since when it cannot be, how far its sent folder was read, when the ledger was compared.
CREATE TABLE mailbox_state (
    name TEXT NOT NULL PRIMARY KEY,
    looked_at BIGINT,
    failing_since BIGINT,
    why TEXT NOT NULL DEFAULT '',
    reconciled_at BIGINT,
    token_at BIGINT,
    token_until BIGINT,
    sent_epoch BIGINT,
    sent_next BIGINT
);
-- What the operator has to hear of, once and again until it is mended.
CREATE TABLE trouble (
    name TEXT NOT NULL PRIMARY KEY,
    what TEXT NOT NULL,
    since BIGINT NOT NULL,
    tell_at BIGINT NOT NULL,
    told BIGINT NOT NULL DEFAULT 0,
    nonce TEXT NOT NULL
);
-- A conversation: how many messages it has, the ticket it may belong to, what staff have to know of it.
ALTER TABLE ticket ADD COLUMN messages BIGINT NOT NULL DEFAULT 1;
ALTER TABLE ticket ADD COLUMN latest_at BIGINT NOT NULL DEFAULT 0;
UPDATE ticket SET latest_at = received_at;
ALTER TABLE ticket ADD COLUMN related TEXT;
ALTER TABLE ticket ADD COLUMN notice TEXT NOT NULL DEFAULT '';
CREATE INDEX ticket_sender ON ticket (from_address, received_at);
-- A draft that stands in a drafts folder is told from one that a person changed by its hash; what is no longer wanted is taken out.
ALTER TABLE draft ADD COLUMN saved_hash TEXT NOT NULL DEFAULT '';
DROP INDEX draft_due;
CREATE INDEX draft_due ON draft (mailbox, created_at, id) WHERE state IN ('ready', 'saving');
CREATE TABLE withdrawal (
    message_id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    mailbox TEXT NOT NULL,
    saved_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX withdrawal_due ON withdrawal (mailbox, state, next_at);
CREATE INDEX withdrawal_ticket ON withdrawal (ticket_id);
-- A reply is finished when it is queued, and leased under a number that only grows.
CREATE TABLE outgoing (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_base TEXT NOT NULL,
    recipient_domain TEXT NOT NULL,
    text_hash TEXT NOT NULL DEFAULT '',
    case_name TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    mail BYTEA NOT NULL,
    ground TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    queued_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    leased_until BIGINT NOT NULL DEFAULT 0,
    done_at BIGINT,
    sent_copy TEXT NOT NULL DEFAULT '',
    approved_at BIGINT,
    messages BIGINT NOT NULL DEFAULT 1
);
INSERT INTO outgoing (id, ticket_id, kind, recipient, recipient_base, recipient_domain, case_name, message_id, mail, ground, state, why,
    queued_at, next_at, attempts, done_at)
SELECT id, ticket_id, 'automatic', recipient, recipient_base, split_part(recipient_base, '@', 2), case_name, message_id,
    ''::bytea, ground, CASE state WHEN 'sent' THEN 'sent' WHEN 'failed' THEN 'failed' WHEN 'held' THEN 'held' WHEN 'unsure' THEN 'unknown'
    WHEN 'sending' THEN 'unknown' ELSE 'held' END, CASE WHEN state IN ('queued', 'retry') THEN 'was queued by an older version' ELSE why END,
    COALESCE(done_at, next_at), next_at, attempts, done_at FROM outbox;
UPDATE draft SET state = 'ready' WHERE state = 'queued' AND ticket_id IN (SELECT ticket_id FROM outgoing WHERE state = 'held');
DROP TABLE outbox;
ALTER TABLE outgoing RENAME TO outbox;
CREATE UNIQUE INDEX outbox_by_machine ON outbox (ticket_id) WHERE kind IN ('automatic', 'acknowledgement') AND state <> 'shadow';
CREATE INDEX outbox_uncopied ON outbox (done_at) WHERE sent_copy = 'due';
CREATE INDEX outbox_domain ON outbox (recipient_domain, done_at);
CREATE INDEX outbox_text ON outbox (text_hash, done_at);
CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE INDEX outbox_ticket ON outbox (ticket_id);
CREATE INDEX outbox_recipient ON outbox (recipient_base, done_at);
CREATE INDEX outbox_done ON outbox (done_at);
