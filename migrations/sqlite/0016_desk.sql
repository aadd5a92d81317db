-- A ticket in people's hands: who has it, and since when.
ALTER TABLE ticket ADD COLUMN owner TEXT;
ALTER TABLE ticket ADD COLUMN owned_at INTEGER;
-- When the evaluation counted to is over.
ALTER TABLE ticket ADD COLUMN over_at INTEGER;
CREATE INDEX ticket_queue ON ticket (deadline, received_at) WHERE status = 'open';
CREATE INDEX ticket_received ON ticket (received_at);
-- A draft that a person edits: whoever saves it tells which version they saw.
ALTER TABLE draft ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE draft ADD COLUMN edited_by TEXT;
ALTER TABLE draft ADD COLUMN edited_at INTEGER;
-- What somebody typed into a draft that was replaced since: nothing that was typed is lost.
CREATE TABLE typed (
    ticket_id TEXT NOT NULL PRIMARY KEY REFERENCES ticket (id),
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    staff_id TEXT,
    at INTEGER NOT NULL
) STRICT;
-- Who approved a reply, and the key by which the same press of a button counts once.
ALTER TABLE outbox ADD COLUMN approved_by TEXT;
ALTER TABLE outbox ADD COLUMN approval_key TEXT;
CREATE UNIQUE INDEX outbox_approval ON outbox (approval_key) WHERE approval_key IS NOT NULL;
-- What a person says is otherwise. The newest line of a kind that is not taken back counts; all are kept as examples.
CREATE TABLE correction (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    at INTEGER NOT NULL,
    staff_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL,
    instead_of TEXT NOT NULL,
    taken_back_at INTEGER
) STRICT;
CREATE INDEX correction_ticket ON correction (ticket_id, at);
CREATE INDEX correction_at ON correction (at);
ALTER TABLE journal ADD COLUMN staff_id TEXT;
CREATE INDEX journal_at ON journal (at);
-- What changed, for pages that are open; the desk trims it.
CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id TEXT NOT NULL
) STRICT;
CREATE TRIGGER ticket_came AFTER INSERT ON ticket BEGIN INSERT INTO change (ticket_id) VALUES (new.id); END;
CREATE TRIGGER ticket_changed AFTER UPDATE ON ticket BEGIN INSERT INTO change (ticket_id) VALUES (new.id); END;
CREATE TRIGGER reply_came AFTER INSERT ON outbox BEGIN INSERT INTO change (ticket_id) VALUES (new.ticket_id); END;
CREATE TRIGGER reply_changed AFTER UPDATE OF state ON outbox WHEN old.state <> new.state
    BEGIN INSERT INTO change (ticket_id) VALUES (new.ticket_id); END;
-- Tickets by the words of person, address, subject and message, folded. The row's number is the ticket's.
CREATE VIRTUAL TABLE ticket_find USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61');
