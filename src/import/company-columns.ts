import type { ColumnMapping } from './mapping.ts';

/** Fields of people that a list of companies has of their contact persons. */
const OF_PEOPLE: ReadonlySet<string> = new Set(['name', 'given_name', 'family_name']);

/**
 * The columns of a list of companies: where one names the company, the names of people beside it are not the name of the
 * customer; they are kept as custom fields. What the user or a preset says stays.
 */
export function companyColumns(columns: readonly ColumnMapping[]): ColumnMapping[] {
  const isNamed = columns.some(({ target }) => target.kind === 'field' && target.field.name === 'company_name');
  if (!isNamed) return [...columns];
  const taken = new Set(columns.flatMap(({ target }) => (target.kind === 'attribute' ? [target.name] : [])));
  return columns.map((column, index) => {
    const { header, target, how } = column;
    if (how !== 'alias' || target.kind !== 'field' || !OF_PEOPLE.has(target.field.name)) return column;
    const base = header.trim() === '' ? `column ${index + 1}` : header.trim();
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base} (${n})`;
    taken.add(name);
    return { header, target: { kind: 'attribute', name }, how: 'custom' };
  });
}
