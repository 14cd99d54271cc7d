import type { StoreFacts } from '../connectors/connector.ts';
import { type CheckOperand, type CheckPair, type CheckRule, checkPairs, readCheck } from '../model/check-rule.ts';
import type { Column, TableCheck, TableSchema } from '../model/table-schema.ts';

/** What becomes of the checks of a table. */
export interface PlannedChecks {
  readonly checks: readonly TableCheck[];
  /** Those that the target cannot have, as the source writes them. */
  readonly left: readonly TableCheck[];
}

interface PlanContext {
  readonly isSameEngine: boolean;
  /** The name of a column in the target. */
  readonly nameOf: (column: string) => string;
}

const LENGTHS: ReadonlySet<string> = new Set(['length', 'char_length', 'character_length']);
const COLLATED_LENGTHS: ReadonlySet<string> = new Set(['char_length', 'character_length']);

/** Checks for another database: those that mean the same there; in the same kind of database all of them. */
export function planChecks(source: TableSchema, facts: StoreFacts, { isSameEngine, nameOf }: PlanContext): PlannedChecks {
  const all = source.checks ?? [];
  if (facts.checks === undefined) return { checks: [], left: all };
  if (isSameEngine) return { checks: all, left: [] };
  const checks: TableCheck[] = [];
  const left: TableCheck[] = [];
  for (const check of all) {
    const read = readCheck(check.sql, check.isCollated === true ? COLLATED_LENGTHS : LENGTHS);
    const rule = read === null ? null : withNames(read, source.columns, (name) => name);
    if (rule === null || !checkPairs(rule).every((pair) => isPortable(pair, source, check, facts))) left.push(check);
    else checks.push({ ...check, rule: withNames(rule, source.columns, nameOf) });
  }
  return { checks, left };
}

/** Numbers are compared with numbers, texts only for being the same, where that is a question of their bytes. */
function isPortable({ left, right, isOrdered }: CheckPair, { columns }: TableSchema, check: TableCheck, facts: StoreFacts): boolean {
  const kindOf = (one: CheckOperand): 'number' | 'text' | null => {
    if (one.kind === 'number' || one.kind === 'text') return one.kind;
    const column = columns.find(({ name }) => name === one.name);
    const isText = column?.type.kind === 'text' && !column.type.fixed;
    if (one.kind === 'length') return isText ? 'number' : null;
    if (isText) return check.isCollated !== true && column?.collation === null ? 'text' : null;
    return isNumber(column, facts) ? 'number' : null;
  };
  const isNumbered = (one: CheckOperand): boolean =>
    one.kind === 'column' && columns.some(({ name, identity }) => identity && name === one.name);
  if (facts.checks === 'unnumbered' && (isNumbered(left) || (right !== null && isNumbered(right)))) return false;
  if (right === null) return left.kind === 'column';
  const kind = kindOf(left);
  return kind !== null && kind === kindOf(right) && (kind === 'number' || !isOrdered);
}

/** The largest of unsigned numbers are texts where decimals are. */
function isNumber(column: Column | undefined, facts: StoreFacts): boolean {
  if (column === undefined) return false;
  const { type } = column;
  if (type.kind === 'decimal') return facts.decimalsAsTexts !== true;
  return type.kind === 'float' || (type.kind === 'integer' && !(type.unsigned && type.bits === 64));
}

/** With the names as the columns have them; null where one is unknown. */
function withNames(rule: CheckRule, columns: readonly Column[], nameOf: (name: string) => string): CheckRule | null {
  let isKnown = true;
  const operand = (one: CheckOperand): CheckOperand => {
    if (one.kind === 'number' || one.kind === 'text') return one;
    const column =
      columns.find(({ name }) => name === one.name) ?? columns.find(({ name }) => name.toLowerCase() === one.name.toLowerCase());
    isKnown &&= column !== undefined;
    return { ...one, name: nameOf(column?.name ?? one.name) };
  };
  const named = (one: CheckRule): CheckRule => {
    switch (one.kind) {
      case 'and':
      case 'or':
        return { ...one, parts: one.parts.map(named) };
      case 'not':
        return { ...one, part: named(one.part) };
      case 'null':
        return { ...one, operand: operand(one.operand) };
      case 'in':
        return { ...one, operand: operand(one.operand), values: one.values.map(operand) };
      case 'compare':
        return { ...one, left: operand(one.left), right: operand(one.right) };
    }
  };
  const renamed = named(rule);
  return isKnown ? renamed : null;
}
