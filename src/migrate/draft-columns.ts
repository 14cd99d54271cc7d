import type { ColumnMapping } from '../import/mapping.ts';
import { mapHeader } from '../import/mapping.ts';
import { mapRelatedHeader } from '../import/related-mapping.ts';
import type { ImportType } from '../import/related-request.ts';
import type { CellShape } from '../formats/cell-shape.ts';
import { fieldByName } from '../model/fields.ts';
import { knownTarget, targetName } from '../model/header-target.ts';
import { isRelatedType, relatedFields, relatedFit } from '../model/related-fields.ts';
import { type Column, storedColumns } from '../model/table-schema.ts';
import type { DraftField, SeenTable } from './draft-form.ts';
import { headersOf, isSecret } from './draft-names.ts';
import { type ColumnLook, shareOf } from './draft-samples.ts';

/** What cells of a kind of field look like. */
const SHAPES: Readonly<Record<string, readonly CellShape[]>> = {
  email: ['email'],
  phone: ['phone', 'number'],
  date: ['date', 'time'],
  instant: ['date', 'time'],
  money: ['number'],
  integer: ['number'],
};
/** Names of these are found by few words only. */
const NAMED = 0.85;
const CONFIRMED = 0.1;
const CONTRADICTED = 0.55;
const BY_VALUES = 0.6;
const MOST = 0.8;
const FEW = 0.3;

/** What the columns of a table seem to be: those that are found, and those that are not. */
export interface DraftedColumns {
  readonly fields: readonly DraftField[];
  readonly left: readonly { readonly column: string; readonly why: string }[];
}

/**
 * Finds out what columns are, by names as `crm import` knows them, by types and by the first rows.
 * @param decided fields and columns that are filled by keys
 */
export function draftColumns(
  as: ImportType,
  { schema, looks }: SeenTable,
  decided: { readonly targets: ReadonlySet<string>; readonly columns: ReadonlySet<string> },
): DraftedColumns {
  const free = storedColumns(schema).filter(({ name, type }) => !decided.columns.has(name) && type.kind !== 'bytes' && !isSecret(name));
  const headers = free.map(({ name }) => knownHeader(as, name, schema.name));
  const mapped = isRelatedType(as) ? mapRelatedHeader(as, headers, new Map()) : mapHeader(headers, new Map());
  const fields: DraftField[] = [];
  const taken = new Set(decided.targets);
  for (const [index, column] of mapped.entries()) {
    const target = targetOf(as, column);
    if (target === null || taken.has(target)) continue;
    taken.add(target);
    const { name } = free[index] as Column;
    fields.push({ target, from: [name], ...judged(as, target, looks.get(name) as ColumnLook) });
  }
  const used = new Set(fields.flatMap(({ from }) => from));
  if (!isRelatedType(as))
    fields.push(
      ...byValues(
        free.filter(({ name }) => !used.has(name)),
        looks,
        taken,
      ),
    );
  const known = new Set([...decided.columns, ...fields.flatMap(({ from }) => from)]);
  const left = schema.columns
    .filter(({ name }) => !known.has(name))
    .map((column) => ({ column: column.name, why: leftWhy(column, looks) }));
  return { fields, left };
}

/** The way to read a name in which it means something; as it is where none does. */
function knownHeader(as: ImportType, column: string, table: string): string {
  const headers = headersOf(column, table);
  const isKnown = (header: string): boolean =>
    isRelatedType(as) ? relatedFields(as).some((field) => relatedFit(field, header) !== null) : knownTarget(header, false) !== null;
  return headers.find(isKnown) ?? column;
}

function targetOf(as: ImportType, { target, how }: ColumnMapping): string | null {
  if (how !== 'alias') return null;
  const name = targetName(target);
  // A company is called by its own name.
  return as === 'companies' && name === 'name' ? 'company_name' : name;
}

function judged(as: ImportType, target: string, look: ColumnLook): Pick<DraftField, 'confidence' | 'why'> {
  const shapes = SHAPES[kindOf(as, target)];
  const share = shapes === undefined ? null : shareOf(look, shapes);
  if (share === null)
    return { confidence: NAMED, why: look.filled === 0 && look.rows > 0 ? 'by its name; the first rows are empty' : 'by its name' };
  const seen = `${Math.round(share * look.filled)} of ${look.filled} values look like it`;
  if (share >= MOST) return { confidence: NAMED + CONFIRMED, why: `by its name; ${seen}` };
  return { confidence: share < FEW ? NAMED - CONTRADICTED : NAMED - CONFIRMED, why: `by its name, but ${seen}` };
}

function kindOf(as: ImportType, target: string): string {
  if (!isRelatedType(as)) return fieldByName(target)?.type ?? '';
  return relatedFields(as).find(({ name }) => name === target)?.reads ?? '';
}

/** Addresses in a column with any name. */
function byValues(columns: readonly Column[], looks: ReadonlyMap<string, ColumnLook>, taken: Set<string>): DraftField[] {
  const found: DraftField[] = [];
  for (const { name } of columns) {
    const look = looks.get(name) as ColumnLook;
    const share = shareOf(look, ['email']) ?? 0;
    if (share < MOST || taken.has('email')) continue;
    taken.add('email');
    found.push({
      target: 'email',
      from: [name],
      confidence: BY_VALUES,
      why: `${Math.round(share * look.filled)} of ${look.filled} values look like e-mail`,
    });
  }
  return found;
}

function leftWhy({ name, type, declared, generated }: Column, looks: ReadonlyMap<string, ColumnLook>): string {
  if (generated !== null) return 'computed';
  if (isSecret(name)) return 'seems to be secret';
  if (type.kind === 'bytes') return 'bytes';
  const look = looks.get(name);
  const filled = look === undefined || look.rows === 0 ? '' : `, filled in ${look.filled} of the first ${look.rows} rows`;
  return `${declared === '' ? type.kind : declared}${filled}`;
}
