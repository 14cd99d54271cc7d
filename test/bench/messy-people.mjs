/**
 * Makes of a generated customer file one in which no row is canonical: names, streets and cities in capitals, two blanks in
 * company names, notes of Chinese rows with an HTML entity.
 *   node test/bench/messy-people.mjs IN.csv OUT.csv
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const [from, to] = process.argv.slice(2);
const out = createWriteStream(to);
const CELL = /("(?:[^"]|"")*"|[^,]*)(,|$)/g;
let isHeader = true;
for await (const line of createInterface({ input: createReadStream(from) })) {
  if (!out.write(`${isHeader ? line : messy(line)}\n`)) await once(out, 'drain');
  isHeader = false;
}
out.end();

function messy(line) {
  const cells = [...line.matchAll(CELL)].map(([, cell]) => cell).slice(0, 13);
  for (const at of [1, 2, 6, 7]) cells[at] = cells[at].toUpperCase();
  cells[5] = cells[5].replaceAll(' ', '  ');
  const notes = cells[12].startsWith('"') ? cells[12].slice(1, -1) : cells[12];
  if (['CN', 'China', '中国'].includes(cells[9])) cells[12] = `"${notes} &amp;"`;
  return cells.join(',');
}
