-- The record of jobs (crm job run): what ran when, how each step ended, and what it counted. Written as things happen, so that
-- it tells of a job that was killed, too.

CREATE TABLE job_runs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  job         TEXT NOT NULL,                                 -- its name in the config file
  status      TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'stopped', 'interrupted')),
  atomic      INTEGER NOT NULL CHECK (atomic IN (0, 1)),
  actor       TEXT NOT NULL,
  host        TEXT NOT NULL,
  exit_code   INTEGER,                                       -- NULL while it runs, and where it was killed
  counts      TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
  message     TEXT,                                          -- without values of customers
  started_at  TEXT NOT NULL,
  finished_at TEXT
) STRICT;
CREATE INDEX job_runs_job ON job_runs (job, id);

CREATE TABLE job_steps (
  job_run_id  INTEGER NOT NULL REFERENCES job_runs (id),
  position    INTEGER NOT NULL,                              -- from 1
  name        TEXT NOT NULL,
  command     TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'stopped', 'skipped', 'interrupted', 'undone')),
  exit_code   INTEGER,
  counts      TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
  crm_runs    TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(crm_runs)), -- ids of runs that it made
  message     TEXT,
  started_at  TEXT NOT NULL,
  finished_at TEXT,
  PRIMARY KEY (job_run_id, position)
) STRICT, WITHOUT ROWID;
