-- Addresses that staff confirmed to be a candidate's beside the registered one. A withdrawn line stays as history.
CREATE TABLE alias (
    id TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    candidate_id TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at BIGINT
);
CREATE UNIQUE INDEX alias_in_force ON alias (address) WHERE withdrawn_at IS NULL;
