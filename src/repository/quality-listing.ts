/**
 * Statements for `crm query --sql` that list the cases of a finding for which the filter language has no word, by the
 * finding's id. They are shown to people and run on every engine.
 */
export const LISTING_SQL: Readonly<Record<string, string>> = {
  contact_order: 'SELECT id, first_contacted_at, last_contacted_at FROM customers WHERE first_contacted_at > last_contacted_at',
  company_self: 'SELECT id, name FROM customers WHERE company_id = id',
  company_is_person:
    "SELECT c.id, c.name, c.company_id FROM customers c JOIN customers k ON k.id = c.company_id WHERE k.kind = 'person' AND k.id <> c.id",
};
