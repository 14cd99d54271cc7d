import type { EngineFacts } from '../engines/engine.ts';
import { SCALAR_COLUMNS } from '../model/customer.ts';
import type { CustomFields } from '../model/filter-fields.ts';
import { requireField, setSource, shownValue } from './query-fields.ts';
import { join, raw, sql, type Fragment } from './query-fragment.ts';

/** Stands between the several values of one column (U+001F, the unit separator of ASCII): no stored text holds it. */
export const UNIT_SEPARATOR = '\u001f';

/** Part of the name of a custom field that holds the number of a Chinese resident identity card. */
const RESIDENT_ID_NAME = '身份证';

/**
 * What a row holds after the customer's id and the values of `SCALAR_COLUMNS`, by its place behind them. `contacts`: 1 with
 * any contact point; `companyKind`: the kind of the linked company; `consents`: `channel:status:instant` parts; `tags`: only
 * of customers that opted out somewhere; `attributes`: JSON, only where a custom field is named after an identity card;
 * `groups`: values of the field to group by, where one was asked for.
 */
export const QUALITY_EXTRAS = ['contacts', 'companyKind', 'consents', 'tags', 'attributes', 'groups'] as const;

/** Name of a column behind the scalar ones. */
export type QualityExtra = (typeof QUALITY_EXTRAS)[number];

/** The query over all customers that a condition lets in, in the order of their ids; see `QUALITY_EXTRAS`. */
export function compileQualityRows(condition: Fragment, by: string | null, facts: EngineFacts, custom: CustomFields): Fragment {
  const columns = ['id', ...SCALAR_COLUMNS].map((name) => raw(`customers.${name}`));
  const extras: Readonly<Record<QualityExtra, Fragment>> = {
    contacts: raw('CASE WHEN EXISTS (SELECT 1 FROM contact_points p WHERE p.customer_id = customers.id) THEN 1 ELSE 0 END'),
    companyKind: raw('(SELECT k.kind FROM customers k WHERE k.id = customers.company_id)'),
    consents: joined("s.channel || ':' || s.status || ':' || CAST(s.decided_at AS text)", 'consents s WHERE s.customer_id = customers.id'),
    tags: joined(
      't.tag',
      "tags t WHERE t.customer_id = customers.id AND EXISTS (SELECT 1 FROM consents o WHERE o.customer_id = customers.id AND o.status = 'out')",
    ),
    attributes: sql`CASE WHEN CAST(customers.attributes AS text) LIKE ${`%${RESIDENT_ID_NAME}%`} THEN CAST(customers.attributes AS text) END`,
    groups: by === null ? raw('NULL') : groupValues(by, facts, custom),
  };
  const selected = [...columns, ...QUALITY_EXTRAS.map((name) => extras[name])];
  return sql`SELECT ${join(selected, ', ')} FROM customers${condition} ORDER BY customers.id`;
}

/** The values of the field to group by; of a set, all of them as one text. */
function groupValues(by: string, facts: EngineFacts, custom: CustomFields): Fragment {
  const field = requireField(by, custom);
  if (field.kind !== 'set') return shownValue(field, facts);
  const { table, column, rows } = setSource(field.name);
  return sql`(SELECT string_agg(g.value, CAST(${UNIT_SEPARATOR} AS text)) FROM (SELECT DISTINCT ${raw(`${column} AS value ${rows} AND ${table}.customer_id = customers.id`)}) AS g)`;
}

function joined(value: string, source: string): Fragment {
  return sql`(SELECT string_agg(${raw(value)}, CAST(${UNIT_SEPARATOR} AS text)) FROM ${raw(source)})`;
}
