/** The member beginnings (`"name":`) of a list of columns; a list is looked at once. */
const MEMBERS = new WeakMap<readonly string[], readonly string[]>();

/**
 * One JSON object with its LF (NDJSON): the columns in order, null as null, `undefined` leaves the member out. The list
 * of columns must not change between calls. What is not well-formed Unicode is written as an escape.
 */
export function ndjsonLine(columns: readonly string[], cells: readonly (string | number | null | undefined)[]): string {
  let members = MEMBERS.get(columns);
  if (members === undefined) {
    members = columns.map((column) => `${JSON.stringify(column)}:`);
    MEMBERS.set(columns, members);
  }
  let line = '{';
  for (let i = 0; i < members.length; i++) {
    const cell = cells[i];
    if (cell === undefined) continue;
    if (line.length > 1) line += ',';
    line += members[i] + (cell === null ? 'null' : JSON.stringify(cell));
  }
  return `${line}}\n`;
}
