-- Back to version 1, in which what belongs to customers has neither custom fields nor keys of the system it came from.
-- loses interactions with the key of the system they came from: SELECT count(*) FROM interactions WHERE source_key IS NOT NULL
-- loses interactions with custom fields: SELECT count(*) FROM interactions WHERE attributes IS NOT NULL
-- loses products with custom fields: SELECT count(*) FROM products WHERE attributes IS NOT NULL
-- loses orders with custom fields: SELECT count(*) FROM orders WHERE attributes IS NOT NULL
-- loses order items with custom fields: SELECT count(*) FROM order_items WHERE attributes IS NOT NULL
-- loses consents with custom fields: SELECT count(*) FROM consents WHERE attributes IS NOT NULL

DROP INDEX products_name;
DROP INDEX orders_number;
DROP INDEX interactions_source_key;

ALTER TABLE consents     DROP COLUMN attributes;
ALTER TABLE order_items  DROP COLUMN attributes;
ALTER TABLE orders       DROP COLUMN attributes;
ALTER TABLE products     DROP COLUMN attributes;
ALTER TABLE interactions DROP COLUMN attributes;
ALTER TABLE interactions DROP COLUMN source_key;
