import { readFileSync } from 'node:fs';
import { CrmError } from '../errors.ts';
import type { ImportType } from '../import/related-request.ts';
import { isRegionCode, normalizeCountry } from '../normalize/country.ts';
import { normalizeCurrency } from '../normalize/money.ts';
import { isMatchKey, type MatchKey } from '../repository/import-batch.ts';
import { IMPORT_ORDER, type MappedJoin, type MappedTable, type Mapping, type RowCondition } from './mapping-form.ts';
import { mappedFields, requireFields } from './mapping-fields.ts';
import { columnName, listOf, MappingMembers, mappingError, nearestHint, textOf } from './mapping-members.ts';
import { type MappingNode, readMappingNodes } from './mapping-nodes.ts';

const FILE_MEMBERS = ['$schema', 'source', 'country', 'currency', 'tables'];
const TABLE_MEMBERS = ['table', 'as', 'source', 'join', 'where', 'columns', 'constants', 'match', 'create_companies', 'decimal'];
const JOIN_MEMBERS = ['table', 'on', 'as'];
const CONDITION_MEMBERS = ['column', 'is', 'equals', 'not_equals'];
/** As in the tables of ours, and as in `crm import --type`. */
const TYPE_NAMES: readonly string[] = [...IMPORT_ORDER, 'order_items'];
const DECIMALS = { point: '.', comma: ',' } as const;

/**
 * Reads a mapping file.
 * @throws {CrmError} INPUT_MISSING, INPUT_UNREADABLE when it cannot be read, CONFIG_INVALID naming line and path of the first mistake
 */
export function loadMapping(path: string): Mapping {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint = 'draft one with: crm migrate map FROM --out FILE';
    if (code === 'ENOENT') throw new CrmError('INPUT_MISSING', `there is no mapping file ${path}`, { hint });
    throw new CrmError('INPUT_UNREADABLE', `the mapping file ${path} cannot be read (${code})`, { cause: error, hint });
  }
  return readMapping(text, path);
}

/**
 * Reads the text of a mapping file.
 * @param label what to call it in messages
 * @throws {CrmError} CONFIG_INVALID naming line and path of the first mistake
 */
export function readMapping(text: string, label: string): Mapping {
  const file = new MappingMembers(label, readMappingNodes(text, label), FILE_MEMBERS);
  const tables = file.required('tables');
  if (tables.items === null || tables.items.length === 0) throw mappingError(label, tables, 'it must be a list of tables');
  const source = file.text('source');
  return {
    label,
    country: codeOf(file, 'country', countryCode, 'there is no such country', 'a code of two letters, like DE or CN'),
    currency: codeOf(file, 'currency', normalizeCurrency, 'there is no such currency', 'a code of ISO 4217, like EUR or CNY'),
    tables: tables.items.map((node) => mappedTable(new MappingMembers(label, node, TABLE_MEMBERS), source)),
  };
}

function codeOf(file: MappingMembers, name: string, read: (text: string) => string | null, wrong: string, hint: string): string | null {
  const text = file.text(name);
  if (text === null) return null;
  const code = read(text);
  if (code === null) throw mappingError(file.label, file.get(name) as MappingNode, wrong, hint);
  return code;
}

function countryCode(text: string): string | null {
  const { value, understood } = normalizeCountry(text);
  return understood && isRegionCode(value) ? value : null;
}

function mappedTable(table: MappingMembers, sourceOfFile: string | null): MappedTable {
  const { label, node } = table;
  const name = textOf(label, table.required('table'));
  table.required('as');
  const as = table.oneOf('as', TYPE_NAMES)?.replace('_', '-') as ImportType;
  const source = table.text('source') ?? sourceOfFile;
  if (source === null)
    throw mappingError(label, node, 'nothing says which system the ids belong to', 'add a line to the file, for instance: source: shop');
  const aliases = new Set<string>();
  const joins = listOf(table.get('join')).map((join) => mappedJoin(label, join, aliases));
  const fields = mappedFields(label, as, { columns: table.required('columns'), constants: table.get('constants') }, aliases);
  requireFields(label, node, as, fields);
  const isCustomers = as === 'customers' || as === 'companies';
  for (const member of ['match', 'create_companies']) {
    const found = table.get(member);
    if (!isCustomers && found !== undefined) throw mappingError(label, found, `it has no meaning for ${as}`, 'leave it out');
  }
  const decimal = table.oneOf('decimal', ['point', 'comma']);
  return {
    ...{ path: node.path, line: node.line, table: name, as, joins, fields, source },
    where: listOf(table.get('where')).map((condition) => rowCondition(label, condition, aliases)),
    match: table.get('match') === undefined ? null : listOf(table.get('match')).map((key) => matchKey(label, key)),
    createCompanies: table.oneOf('create_companies', ['true', 'false']) === 'true',
    decimal: decimal === null ? null : DECIMALS[decimal],
  };
}

function mappedJoin(label: string, node: MappingNode, aliases: Set<string>): MappedJoin {
  const join = new MappingMembers(label, node, JOIN_MEMBERS);
  const table = textOf(label, join.required('table'));
  const as = join.text('as') ?? table;
  const on = join.required('on');
  if (on.members === null || on.members.size === 0)
    throw mappingError(label, on, 'it must say which column equals which', 'for instance: on: { rep_id: id }');
  const pairs = [...on.members].map(([left, right]) => ({ left: columnName(left, right, aliases), right: textOf(label, right) }));
  if (aliases.has(as)) throw mappingError(label, node, `two joins are called ${as}`, 'name one of them with as');
  aliases.add(as);
  return { path: node.path, line: node.line, table, as, on: pairs };
}

function rowCondition(label: string, node: MappingNode, aliases: ReadonlySet<string>): RowCondition {
  const condition = new MappingMembers(label, node, CONDITION_MEMBERS);
  const place = condition.required('column');
  const column = columnName(textOf(label, place), place, aliases);
  const is = condition.oneOf('is', ['empty', 'not empty']);
  const tests = [
    ...(is === null ? [] : [{ column, test: is, value: '' }]),
    ...(condition.get('equals') === undefined ? [] : [{ column, test: 'equals' as const, value: condition.text('equals') as string }]),
    ...(condition.get('not_equals') === undefined
      ? []
      : [{ column, test: 'not equals' as const, value: condition.text('not_equals') as string }]),
  ];
  const [test, further] = tests;
  if (test === undefined || further !== undefined)
    throw mappingError(label, node, 'it must say one thing of the column', 'is: empty, is: not empty, equals: TEXT or not_equals: TEXT');
  return test;
}

function matchKey(label: string, node: MappingNode): MatchKey {
  const text = textOf(label, node);
  if (isMatchKey(text)) return text;
  throw mappingError(label, node, 'there is no such key', nearestHint(text, ['external_id', 'email', 'phone']));
}
