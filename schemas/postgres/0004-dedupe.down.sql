-- Back to version 3, whose pairs are of another form.
-- loses decisions of people about duplicates: SELECT count(*) FROM duplicate_decisions
-- loses pairs that may be one customer, as the last search found them: SELECT count(*) FROM duplicate_pairs
-- loses models of searches for duplicates: SELECT count(*) FROM duplicate_models

DROP TABLE duplicate_keys;
DROP TABLE duplicate_arrays;
DROP TABLE duplicate_models;
DROP TABLE duplicate_decisions;
DROP TABLE duplicate_clusters;
DROP TABLE duplicate_pairs;

CREATE TABLE duplicate_pairs (
  left_id    bigint NOT NULL CONSTRAINT duplicate_pairs_left_customer REFERENCES customers (id) ON DELETE CASCADE,
  right_id   bigint NOT NULL CONSTRAINT duplicate_pairs_right_customer REFERENCES customers (id) ON DELETE CASCADE,
  score      double precision NOT NULL,
  evidence   jsonb,
  verdict    text CHECK (verdict IN ('auto', 'review', 'distinct')),
  decision   text CHECK (decision IN ('same', 'distinct')),  -- a human's; 'distinct' is remembered for ever
  decided_by text,
  decided_at timestamptz(3),
  PRIMARY KEY (left_id, right_id),
  CHECK (left_id < right_id)
);
CREATE INDEX duplicate_pairs_right ON duplicate_pairs (right_id);
