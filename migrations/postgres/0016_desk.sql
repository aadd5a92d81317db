-- A ticket in people's hands: who has it, and since when.
ALTER TABLE ticket ADD COLUMN owner TEXT;
ALTER TABLE ticket ADD COLUMN owned_at BIGINT;
-- When the evaluation counted to is over.
ALTER TABLE ticket ADD COLUMN over_at BIGINT;
CREATE INDEX ticket_queue ON ticket (deadline, received_at) WHERE status = 'open';
CREATE INDEX ticket_received ON ticket (received_at);
-- A draft that a person edits: whoever saves it tells which version they saw.
ALTER TABLE draft ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE draft ADD COLUMN edited_by TEXT;
ALTER TABLE draft ADD COLUMN edited_at BIGINT;
-- What somebody typed into a draft that was replaced since: nothing that was typed is lost.
CREATE TABLE typed (
    ticket_id TEXT NOT NULL PRIMARY KEY REFERENCES ticket (id),
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    staff_id TEXT,
    at BIGINT NOT NULL
);
-- Who approved a reply, and the key by which the same press of a button counts once.
ALTER TABLE outbox ADD COLUMN approved_by TEXT;
ALTER TABLE outbox ADD COLUMN approval_key TEXT;
CREATE UNIQUE INDEX outbox_approval ON outbox (approval_key) WHERE approval_key IS NOT NULL;
-- What a person says is otherwise. The newest line of a kind that is not taken back counts; all are kept as examples.
CREATE TABLE correction (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES ticket (id),
    at BIGINT NOT NULL,
    staff_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL,
    instead_of TEXT NOT NULL,
    taken_back_at BIGINT
);
CREATE INDEX correction_ticket ON correction (ticket_id, at);
CREATE INDEX correction_at ON correction (at);
ALTER TABLE journal ADD COLUMN staff_id TEXT;
CREATE INDEX journal_at ON journal (at);
-- What changed, for pages that are open; the desk trims it.
CREATE TABLE change (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id TEXT NOT NULL
);
CREATE FUNCTION ticket_has_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO change (ticket_id) VALUES (new.id); RETURN NULL; END $$;
CREATE FUNCTION reply_has_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO change (ticket_id) VALUES (new.ticket_id); RETURN NULL; END $$;
CREATE TRIGGER ticket_changed AFTER INSERT OR UPDATE ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_has_changed();
CREATE TRIGGER reply_came AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION reply_has_changed();
CREATE TRIGGER reply_changed AFTER UPDATE OF state ON outbox FOR EACH ROW WHEN (old.state <> new.state) EXECUTE FUNCTION reply_has_changed();
-- Tickets by the words of person, address, subject and message, folded. The row's number is the ticket's.
CREATE TABLE ticket_find (
    rowid BIGINT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
);
CREATE INDEX ticket_find_text ON ticket_find USING gin (to_tsvector('simple', text));
