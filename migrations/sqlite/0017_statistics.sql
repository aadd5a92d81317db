-- What is counted stands in these indexes alone: the rows of tickets and replies are heavy with what they say.
DROP INDEX ticket_received;
CREATE INDEX ticket_counted ON ticket (received_at, case_name, action, urgency, id);
CREATE INDEX ticket_status ON ticket (status, id);
DROP INDEX outbox_ticket;
CREATE INDEX outbox_ticket ON outbox (ticket_id, state, kind, approved_at, done_at);
CREATE INDEX journal_answered ON journal (ticket_id, event, at) WHERE event = 'answered';
CREATE INDEX journal_closed ON journal (at) WHERE event = 'closed';
CREATE INDEX registration_evaluation ON registration (evaluation_id, candidate_id);
-- The ledger, newest first, whole or one fate of it.
CREATE INDEX message_arrived ON message (arrived_at, id, mailbox);
DROP INDEX message_ticket;
CREATE INDEX message_ticket ON message (ticket_id, fate, mailbox) WHERE ticket_id IS NOT NULL;
CREATE INDEX message_fate ON message (fate, arrived_at, id, mailbox);
-- What the last comparison of a mailbox with its server found: messages there, those without a line here; when any was last missing.
ALTER TABLE mailbox_state ADD COLUMN on_server INTEGER;
ALTER TABLE mailbox_state ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox_state ADD COLUMN missed_at INTEGER;
-- A person may also say that something is otherwise of a message that became no ticket.
CREATE TABLE correction_of (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT REFERENCES ticket (id),
    message_id TEXT REFERENCES message (id),
    at INTEGER NOT NULL,
    staff_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL,
    instead_of TEXT NOT NULL,
    taken_back_at INTEGER
) STRICT;
INSERT INTO correction_of (id, ticket_id, at, staff_id, kind, rule, said, instead_of, taken_back_at)
SELECT id, ticket_id, at, staff_id, kind, rule, said, instead_of, taken_back_at FROM correction;
DROP TABLE correction;
ALTER TABLE correction_of RENAME TO correction;
CREATE INDEX correction_ticket ON correction (ticket_id, at);
CREATE INDEX correction_message ON correction (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX correction_at ON correction (at);
