-- What imports of related data need: columns of a file that have none here are kept, and rows are found again by their keys.

ALTER TABLE interactions ADD COLUMN source_key text;         -- source:id, its key in the system it came from
ALTER TABLE interactions ADD COLUMN attributes jsonb;        -- custom fields, one JSON object
ALTER TABLE products     ADD COLUMN attributes jsonb;
ALTER TABLE orders       ADD COLUMN attributes jsonb;
ALTER TABLE order_items  ADD COLUMN attributes jsonb;
ALTER TABLE consents     ADD COLUMN attributes jsonb;

CREATE INDEX interactions_source_key ON interactions (customer_id, source_key) WHERE source_key IS NOT NULL;
CREATE INDEX orders_number           ON orders (number, customer_id) WHERE number IS NOT NULL;
CREATE INDEX products_name           ON products (name);
