-- The memory of the house. Ids are ULIDs as text, instants are milliseconds since 1970, JSON is text.
CREATE TABLE mailbox (
    name TEXT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    next BIGINT NOT NULL
);
CREATE TABLE message (
    id TEXT NOT NULL PRIMARY KEY,
    mailbox TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    uid TEXT NOT NULL,
    raw BYTEA NOT NULL,
    size BIGINT NOT NULL,
    content_hash TEXT NOT NULL,
    fate TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    ticket_id TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    leased_until BIGINT NOT NULL DEFAULT 0,
    arrived_at BIGINT NOT NULL,
    UNIQUE (mailbox, epoch, uid)
);
CREATE INDEX message_content ON message (mailbox, content_hash);
CREATE INDEX message_waiting ON message (arrived_at) WHERE fate = 'waiting';
CREATE TABLE ticket (
    id TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    message_id TEXT NOT NULL UNIQUE REFERENCES message (id),
    mailbox TEXT NOT NULL,
    sender TEXT NOT NULL,
    from_address TEXT,
    subject TEXT NOT NULL,
    language TEXT NOT NULL,
    case_name TEXT NOT NULL,
    action TEXT NOT NULL,
    urgency TEXT NOT NULL,
    state TEXT,
    person TEXT,
    match_kind TEXT NOT NULL,
    deadline BIGINT,
    received_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    reason_fr TEXT NOT NULL,
    words TEXT NOT NULL,
    quoted TEXT,
    proof TEXT NOT NULL,
    outcome TEXT NOT NULL
);
CREATE INDEX ticket_open ON ticket (status, deadline);
CREATE TABLE draft (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL UNIQUE REFERENCES ticket (id),
    mailbox TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    template TEXT NOT NULL,
    language TEXT NOT NULL,
    in_reply_to TEXT,
    refs TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX draft_due ON draft (mailbox, state, next_at);
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL UNIQUE REFERENCES ticket (id),
    draft_id TEXT NOT NULL REFERENCES draft (id),
    recipient TEXT NOT NULL,
    recipient_base TEXT NOT NULL,
    case_name TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    next_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    done_at BIGINT
);
CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE INDEX outbox_recipient ON outbox (recipient_base, done_at);
CREATE TABLE alarm (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL UNIQUE REFERENCES ticket (id),
    nonce TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    next_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    posted_id TEXT
);
CREATE INDEX alarm_due ON alarm (state, next_at);
CREATE TABLE journal (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    ticket_id TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX journal_ticket ON journal (ticket_id, at);
CREATE TABLE directory_status (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    imported_at BIGINT NOT NULL,
    institutions BIGINT NOT NULL,
    evaluations BIGINT NOT NULL,
    candidates BIGINT NOT NULL,
    registrations BIGINT NOT NULL,
    invitations BIGINT NOT NULL
);
CREATE TABLE institution (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    domains TEXT NOT NULL,
    coordinator_name TEXT NOT NULL,
    coordinator_email TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL
);
CREATE TABLE evaluation (
    id TEXT NOT NULL PRIMARY KEY,
    institution_id TEXT NOT NULL,
    course_code TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_fr TEXT NOT NULL,
    starts_at BIGINT NOT NULL
);
CREATE TABLE candidate (
    id TEXT NOT NULL PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    institution_id TEXT NOT NULL,
    language TEXT NOT NULL
);
CREATE TABLE registration (
    candidate_id TEXT NOT NULL,
    evaluation_id TEXT NOT NULL
);
CREATE TABLE invitation (
    id TEXT NOT NULL PRIMARY KEY,
    candidate_id TEXT NOT NULL,
    code TEXT NOT NULL,
    sent_at BIGINT,
    activation_started_at BIGINT,
    activated_at BIGINT
);
