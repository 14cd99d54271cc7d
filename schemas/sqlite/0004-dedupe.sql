-- What finding duplicates keeps: pairs, clusters, decisions of people, the model, and the blocking keys for new customers.

DROP TABLE duplicate_pairs;

-- Pairs that may be one customer, as the last search saw them: derived, made again at any time. Ids may be of customers that
-- are gone since; they are never used again.
CREATE TABLE duplicate_pairs (
  left_id  INTEGER NOT NULL,
  right_id INTEGER NOT NULL,
  score    REAL NOT NULL CHECK (score BETWEEN 0 AND 1),        -- probability that they are one
  bits     REAL NOT NULL,                                      -- log2 of the odds
  verdict  TEXT NOT NULL CHECK (verdict IN ('auto', 'review', 'distinct')),
  rule     TEXT NOT NULL,                                      -- blocking rule that made the pair
  guards   TEXT CHECK (guards IS NULL OR json_valid(guards)),  -- what keeps it from being merged by itself: a list of names
  PRIMARY KEY (left_id, right_id),
  CHECK (left_id < right_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_pairs_right ON duplicate_pairs (right_id);

-- The cluster (by the lowest id in it) of each customer that is not alone.
CREATE TABLE duplicate_clusters (
  customer_id INTEGER PRIMARY KEY,
  cluster_id  INTEGER NOT NULL,
  verdict     TEXT NOT NULL CHECK (verdict IN ('auto', 'review')),
  auto_id     INTEGER                                         -- of those in it that may be merged without asking, the lowest id
) STRICT;
CREATE INDEX duplicate_clusters_cluster ON duplicate_clusters (cluster_id);
CREATE INDEX duplicate_clusters_auto    ON duplicate_clusters (auto_id) WHERE auto_id IS NOT NULL;

-- What people said of pairs: remembered for ever, of merged customers too.
CREATE TABLE duplicate_decisions (
  left_id    INTEGER NOT NULL,
  right_id   INTEGER NOT NULL,
  decision   TEXT NOT NULL CHECK (decision IN ('same', 'distinct')),
  ground     TEXT NOT NULL CHECK (ground IN ('review', 'file', 'split')),
  decided_by TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  PRIMARY KEY (left_id, right_id),
  CHECK (left_id < right_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_decisions_right ON duplicate_decisions (right_id);

-- The model of the last search, and where it stood.
CREATE TABLE duplicate_models (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  made_at     TEXT NOT NULL,
  last_run    INTEGER NOT NULL,                                -- runs up to this one are in it
  model       TEXT NOT NULL CHECK (json_valid(model)),
  summary     TEXT NOT NULL CHECK (json_valid(summary))
) STRICT;

-- Packed arrays that belong to the model: blocking keys by rule, frequencies of values by column; sorted, in pieces.
CREATE TABLE duplicate_arrays (
  name      TEXT NOT NULL,
  first_key INTEGER NOT NULL,
  piece     INTEGER NOT NULL,
  data      BLOB NOT NULL,
  PRIMARY KEY (name, first_key, piece)
) STRICT, WITHOUT ROWID;

-- Blocking keys of customers that came or changed after the arrays were written.
CREATE TABLE duplicate_keys (
  rule        TEXT NOT NULL,
  key         INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  PRIMARY KEY (rule, key, customer_id)
) STRICT, WITHOUT ROWID;
