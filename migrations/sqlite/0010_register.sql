-- When the register's source was last looked at, changed or not; and nobody is registered twice for one evaluation.
ALTER TABLE directory_status ADD COLUMN looked_at INTEGER NOT NULL DEFAULT 0;
UPDATE directory_status SET looked_at = imported_at;
DELETE FROM registration WHERE rowid NOT IN (SELECT MIN(rowid) FROM registration GROUP BY candidate_id, evaluation_id);
CREATE UNIQUE INDEX registration_once ON registration (candidate_id, evaluation_id);
CREATE INDEX invitation_candidate ON invitation (candidate_id);
