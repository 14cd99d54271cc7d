import type { EngineFacts } from '../engines/engine.ts';
import { resolveField, type CustomFields, type QueryField } from '../model/filter-fields.ts';
import { nearest } from '../model/nearest.ts';
import { distinctFields, isText, setSource, shownValue, summand, unknownField } from './query-fields.ts';
import { join, raw, sql, type Fragment } from './query-fragment.ts';
import { decimalText } from './query-money.ts';
import { column, quoted, type CompiledSelect } from './query-rows.ts';
import type { QueryColumn, QueryOptions } from './query-options.ts';

/** A column of the grouped query: how it is called, shown and sorted by. */
interface GroupColumn extends QueryColumn {
  /** SQL over the derived table `grouped`. */
  readonly shown: Fragment;
  readonly sortable: string;
}

/**
 * A query that counts customers by fields and adds up numbers; largest groups first, then by the group. A customer with
 * several tags or sources counts once for each of them; without a field to group by there is one row.
 * @param condition ` WHERE …` or nothing
 */
export function compileGroups(options: QueryOptions, condition: Fragment, facts: EngineFacts, custom: CustomFields): CompiledSelect {
  const fields = distinctFields(options.groupBy ?? [], custom);
  const sums = distinctFields(options.sum ?? [], custom);
  const inner = [
    ...fields.map((field, i) => sql`${groupValue(field, i, facts)} AS ${raw(`group_${i + 1}`)}`),
    ...sums.map((field, i) => sql`${summand(field, facts)} AS ${raw(`sum_${i + 1}`)}`),
  ];
  const members = sql`SELECT ${inner.length === 0 ? raw('1 AS one') : join(inner, ', ')} FROM customers${raw(setJoins(fields))}${condition}`;
  const groups = fields.map((_, i) => `group_${i + 1}`).join(', ');
  const totals = sums.map((_, i) => `CAST(sum(sum_${i + 1}) AS bigint) AS sum_${i + 1}`);
  const outer = [...(groups === '' ? [] : [groups]), 'count(*) AS count', ...totals].join(', ');
  const grouped = sql`SELECT ${raw(outer)} FROM (${members}) AS members${raw(groups === '' ? '' : ` GROUP BY ${groups}`)}`;
  const columns = resultColumns(fields, sums, facts, custom);
  const shown = columns.map((each) => sql`${each.shown} AS ${raw(quoted(each.key))}`);
  return {
    rows: sql`SELECT ${join(shown, ', ')} FROM (${grouped}) AS grouped ORDER BY ${raw(order(options.sort ?? [], columns, custom))}`,
    columns: columns.map(({ name, key, type }) => ({ name, key, type })),
    count: sql`SELECT count(*) AS count FROM (${grouped}) AS grouped`,
  };
}

/** The value a customer is grouped by: of a set, the one value of a joined row. */
function groupValue(field: QueryField, index: number, facts: EngineFacts): Fragment {
  if (field.kind === 'set') return raw(`set_${index + 1}.value`);
  return shownValue(field, facts);
}

/** One row a customer and value of each set; a customer without one keeps a row with NULL. */
function setJoins(fields: readonly QueryField[]): string {
  return fields
    .map((field, i) => {
      if (field.kind !== 'set') return '';
      const { table, column: value, rows } = setSource(field.name);
      const alias = `set_${i + 1}`;
      return ` LEFT JOIN (SELECT DISTINCT ${table}.customer_id, ${value} AS value ${rows}) AS ${alias} ON ${alias}.customer_id = customers.id`;
    })
    .join('');
}

function resultColumns(
  fields: readonly QueryField[],
  sums: readonly QueryField[],
  facts: EngineFacts,
  custom: CustomFields,
): GroupColumn[] {
  return [
    ...fields.map((field, i): GroupColumn => {
      const name = `grouped.group_${i + 1}`;
      const described = column(field, i, custom);
      const type = field.kind === 'set' ? 'text' : described.type;
      return { ...described, type, shown: raw(name), sortable: isText(field) ? facts.byteOrder(name) : name };
    }),
    { name: 'count', key: 'count', type: 'number', shown: raw('grouped.count'), sortable: 'grouped.count' },
    ...sums.map((field, i): GroupColumn => {
      const value = `grouped.sum_${i + 1}`;
      const { name } = column(field, i, custom);
      return { name: `sum(${name})`, key: `sum_${i + 1}`, type: 'number', shown: decimalText(raw(value)), sortable: value };
    }),
  ];
}

/** By what is asked, then by count, then by the groups; empty groups last. */
function order(sort: readonly string[], columns: readonly GroupColumn[], custom: CustomFields): string {
  const sortNames = columns.map((each) => each.name);
  const asked = sort.map((entry) => {
    const descending = entry.startsWith('-');
    const name = descending ? entry.slice(1) : entry;
    const field = resolveField(name, custom);
    const names = field === undefined ? [name] : [name, column(field, 0, custom).name];
    const found = columns.find((each) => names.some((known) => each.name === known || each.name === `sum(${known})`));
    if (found === undefined) throw unknownField(name, nearest(name, sortNames));
    return terms(found, descending);
  });
  const usual = columns.map((each) => terms(each, each.name === 'count'));
  const countFirst = columns.findIndex((each) => each.name === 'count');
  return [...asked, usual[countFirst] as string, ...usual.filter((_, i) => i !== countFirst)].join(', ');
}

function terms({ sortable }: GroupColumn, descending: boolean): string {
  return `(${sortable} IS NULL), ${sortable}${descending ? ' DESC' : ''}`;
}
