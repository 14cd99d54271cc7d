/**
 * How well a table was read: success, and precision, recall and F1 of header, records and cells, each in [0,1]; their
 * sum is the score of a file, at most 10 (the measures of the Pollock benchmark).
 */

/** Splits a clean CSV file (RFC 4180, LF) into rows of cells; on purpose not the project's own reader. */
export function parseClean(text) {
  const rows = [];
  let row = [];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') cell += text[++i];
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ',' || character === '\n') {
      row.push(cell);
      cell = '';
      if (character === ',') continue;
      rows.push(row);
      row = [];
    } else cell += character;
  }
  if (row.length > 0 || cell !== '') rows.push([...row, cell]);
  return rows;
}

/** The same value in other letters or digits is the same. */
function normal(cell) {
  const number = /^[-+]?\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : Number.NaN;
  return Number.isNaN(number) ? cell.toLowerCase() : String(number);
}

function measures(expected, found) {
  if (expected.length === 0) return [1, 1, 1];
  const counts = new Map();
  for (const value of expected) counts.set(value, (counts.get(value) ?? 0) + 1);
  let shared = 0;
  for (const value of found) {
    const left = counts.get(value) ?? 0;
    if (left > 0) shared++;
    if (left > 0) counts.set(value, left - 1);
  }
  if (shared === 0) return [0, 0, 0];
  const precision = shared / expected.length;
  const recall = shared / found.length;
  return [precision, recall, (2 * precision * recall) / (precision + recall)];
}

/** The score of a file: at most 10. */
export function scoreOf(clean, found) {
  if (clean.length === 0) return 10;
  const record = (row) => row.map(normal).join('');
  return [
    1,
    ...measures(clean[0].map(normal), (found[0] ?? []).map(normal)),
    ...measures(clean.slice(1).map(record), found.slice(1).map(record)),
    ...measures(clean.flat(), found.flat()),
  ].reduce((sum, value) => sum + value, 0);
}
