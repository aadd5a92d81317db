-- Who works at the desk. A password is an argon2id string, empty: none was set. A second factor's secret is not here: it is made of
-- `factor` and the key of the house, so that a stolen database gives no codes.
CREATE TABLE staff (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    theme TEXT NOT NULL DEFAULT '',
    letter_keys BOOLEAN NOT NULL DEFAULT TRUE,
    zone TEXT NOT NULL DEFAULT '',
    password TEXT NOT NULL DEFAULT '',
    factor BYTEA,
    factor_offered BYTEA,
    factor_step BIGINT NOT NULL DEFAULT 0,
    subject TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    disabled_at BIGINT
);
CREATE UNIQUE INDEX staff_subject ON staff (subject) WHERE subject IS NOT NULL;
-- Codes for whoever lost the second factor, each good once.
CREATE TABLE recovery_code (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    hash BYTEA NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (staff_id, hash)
);
-- Who is signed in: `stage` is 'full', or what is still wanted: 'factor' (the code), 'enrol' (a second factor). The token is the browser's alone.
CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    stage TEXT NOT NULL,
    browser TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX session_staff ON session (staff_id);
-- Failed tries to sign in, counted under keyed hashes of account, client address and device.
CREATE TABLE sign_in_try (
    name TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX sign_in_try_last ON sign_in_try (last_at);
-- Links that are good once: to choose a password ('password'), or to be signed in ('sign_in').
CREATE TABLE one_time_link (
    hash BYTEA NOT NULL PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    kind TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX one_time_link_staff ON one_time_link (staff_id);
-- What programs sign in with.
CREATE TABLE api_token (
    id TEXT NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX api_token_staff ON api_token (staff_id);
