-- When the register's source was last looked at, changed or not; and nobody is registered twice for one evaluation.
ALTER TABLE directory_status ADD COLUMN looked_at BIGINT NOT NULL DEFAULT 0;
UPDATE directory_status SET looked_at = imported_at;
DELETE FROM registration a USING registration b WHERE a.ctid > b.ctid AND a.candidate_id = b.candidate_id AND a.evaluation_id = b.evaluation_id;
CREATE UNIQUE INDEX registration_once ON registration (candidate_id, evaluation_id);
CREATE INDEX invitation_candidate ON invitation (candidate_id);
