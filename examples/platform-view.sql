-- Six views through which usher reads a platform's own database (PostgreSQL), and a role that can do nothing else.
-- The tables are those of a plausible platform: organisation, organisation_domain, exam, person, enrolment, invitation. Put your own
-- names in; what counts are the names of the views and of their columns. Types are free: usher reads each value as text. Times may be
-- timestamptz, text by RFC 3339, or milliseconds since 1970.

CREATE VIEW usher_institutions AS
SELECT o.id AS institution_id,
       o.name,
       (SELECT string_agg(d.domain, ' ' ORDER BY d.is_primary DESC, d.domain) FROM organisation_domain d WHERE d.organisation_id = o.id) AS domains,
       o.coordinator_name,
       o.coordinator_email,
       left(o.locale, 2) AS language,
       o.time_zone
FROM organisation o;

CREATE VIEW usher_evaluations AS
SELECT e.id AS evaluation_id, e.organisation_id AS institution_id, e.code AS course_code, e.title_en, e.title_fr, e.opens_at AS starts_at
FROM exam e;

CREATE VIEW usher_candidates AS
SELECT p.id AS candidate_id, p.given_name AS first_name, p.family_name AS last_name, p.email, p.organisation_id AS institution_id, left(p.locale, 2) AS language
FROM person p
WHERE p.deleted_at IS NULL;

CREATE VIEW usher_registrations AS
SELECT n.person_id AS candidate_id, n.exam_id AS evaluation_id
FROM enrolment n JOIN person p ON p.id = n.person_id
WHERE n.cancelled_at IS NULL AND p.deleted_at IS NULL;

-- The code is sealed as it is read: neither usher's database nor its memory keeps it.
CREATE VIEW usher_invitations AS
SELECT i.id AS invitation_id, i.person_id AS candidate_id, i.code, i.mailed_at AS sent_at, i.begun_at AS activation_started_at, i.completed_at AS activated_at
FROM invitation i JOIN person p ON p.id = i.person_id
WHERE p.deleted_at IS NULL;

-- Whom something changed of, and when, in any of the five: an activation changes the invitation, a moved evaluation the exam. (Where domains
-- have no time of their own, whoever changes them touches organisation.updated_at.)
CREATE VIEW usher_changes AS
SELECT p.id AS candidate_id, GREATEST(p.updated_at, p.deleted_at) AS changed_at FROM person p
UNION ALL SELECT i.person_id, GREATEST(i.mailed_at, i.begun_at, i.completed_at) FROM invitation i
UNION ALL SELECT n.person_id, GREATEST(n.enrolled_at, n.cancelled_at) FROM enrolment n
UNION ALL SELECT n.person_id, e.updated_at FROM enrolment n JOIN exam e ON e.id = n.exam_id
UNION ALL SELECT p.id, o.updated_at FROM person p JOIN organisation o ON o.id = p.organisation_id;

-- In usher.toml, so that usher asks for changes between two full readings:
--   [directory.queries]
--   changed = "SELECT candidate_id FROM usher_changes WHERE changed_at > $1::timestamptz"

-- CREATE ROLE usher_reader LOGIN PASSWORD '…';
-- GRANT SELECT ON usher_institutions, usher_evaluations, usher_candidates, usher_registrations, usher_invitations, usher_changes TO usher_reader;
