/** The names of a table's columns. */
export interface ColumnNames {
  readonly columns: readonly string[];
  /** Nameless last columns that are left out because they are empty. */
  readonly trailing: number;
}

/**
 * One name for each column: the parts of several header rows joined with a space (equal ones once; a name that stands
 * over several columns counts for each), made ones when there is no header.
 * @param isEmpty whether a column, from 0, is empty in all records that were looked at
 */
export function columnNames(headerCells: readonly (readonly string[])[], width: number, isEmpty: (column: number) => boolean): ColumnNames {
  if (headerCells.length === 0) return { columns: Array.from({ length: width }, (_, column) => `column ${column + 1}`), trailing: 0 };
  const names = joinedNames(headerCells, true);
  while (names.length > width && names.at(-1) === '') names.pop();
  let named = names.length;
  while (named > 1 && (names[named - 1] ?? '') === '') named--;
  if (names.length > width || named === width) return { columns: names, trailing: 0 };
  for (let column = named; column < width; column++) if (!isEmpty(column)) return { columns: names, trailing: 0 };
  return { columns: names.slice(0, named), trailing: width - named };
}

/** The names as the header rows give them, joined with a space; `once`: equal parts of a name are taken once. */
export function joinedNames(headerCells: readonly (readonly string[])[], once: boolean): string[] {
  const width = Math.max(0, ...headerCells.map((cells) => cells.length));
  const parts = headerCells.map((cells, row) => (row === headerCells.length - 1 ? cells : spread(cells, width)));
  return Array.from({ length: width }, (_, column) => {
    const words = parts.map((cells) => cells[column]?.trim() ?? '').filter((word) => word !== '');
    return (once ? words.filter((word, index) => index === 0 || word.toLowerCase() !== words[index - 1]?.toLowerCase()) : words).join(' ');
  });
}

/** A name over several columns stands in the first of them. */
function spread(cells: readonly string[], width: number): string[] {
  let last = '';
  return Array.from({ length: width }, (_, column) => {
    const cell = cells[column]?.trim() ?? '';
    if (cell !== '') last = cell;
    return last;
  });
}
