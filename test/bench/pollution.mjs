/**
 * Reads thousands of polluted files without any option and says how well: at most 10 each, per kind, as plain mean and
 * weighted by how common a kind is.
 *   npm run build && node test/bench/pollution.mjs [--modules dist] [--worst 10] [--files FOLDER] [--only NAME] [--whole]
 * --whole: by all that `crm inspect --to-csv` does, which refuses an empty file, instead of detection and reading alone.
 * --files: a folder with csv/ and clean/ of a benchmark that is laid out so, measured as well.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import iconv from 'iconv-lite';
import { pollutedFiles } from './pollution-files.mjs';
import { parseClean, scoreOf } from './pollution-score.mjs';
import { TABLES } from './pollution-tables.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const modules = resolve(option('modules', fileURLToPath(new URL('../../dist', import.meta.url))));
const load = (name) => import(pathToFileURL(join(modules, 'formats', name)).href);
const { detectCsv } = await load('detect-csv.js');
const { writeUnderstood } = await load('understood-csv.js');
const { inspectFile } = process.argv.includes('--whole') ? await load('../import/inspect-file.js') : { inspectFile: null };
const inspectedPath = join(tmpdir(), `crm-pollution-${process.pid}.csv`);

async function understood(bytes) {
  if (inspectFile !== null) return inspected(bytes);
  const source = { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
  let text = '';
  await writeUnderstood(source, detectCsv(source), (piece) => {
    text += piece;
  });
  return parseClean(text);
}

async function inspected(bytes) {
  let text = '';
  writeFileSync(inspectedPath, bytes);
  await inspectFile({
    path: inspectedPath,
    write: async (piece) => {
      text += piece;
    },
  });
  return parseClean(text);
}

async function measure(name, files) {
  const kinds = new Map();
  const worst = [];
  let sum = 0;
  let weighted = 0;
  let weights = 0;
  const start = performance.now();
  for (const { name: file, kind, weight, bytes, clean } of files) {
    let score = 0;
    let problem = '';
    try {
      score = scoreOf(clean, await understood(bytes));
    } catch (error) {
      problem = error.code === undefined ? error.stack : `${error.code} ${error.message}`;
    }
    const entry = kinds.get(kind) ?? { files: 0, score: 0, least: 10 };
    kinds.set(kind, { files: entry.files + 1, score: entry.score + score, least: Math.min(entry.least, score) });
    if (score < 9.95) worst.push({ file, score, problem });
    sum += score;
    weighted += score * weight;
    weights += weight;
  }
  const count = [...kinds.values()].reduce((total, entry) => total + entry.files, 0);
  console.log(
    `\n${name}: ${count} files, simple ${(sum / count).toFixed(3)}, weighted ${(weighted / weights).toFixed(3)}, ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  for (const [kind, { files: n, score, least }] of kinds)
    console.log(`  ${kind.padEnd(30)} ${String(n).padStart(4)} files  mean ${(score / n).toFixed(3)}  least ${least.toFixed(3)}`);
  worst.sort((a, b) => a.score - b.score);
  for (const { file, score, problem } of worst.slice(0, Number(option('worst', 0))))
    console.log(`    ${score.toFixed(3)} ${file} ${problem}`);
}

const only = option('only', '');
for (const { name, table, encoding } of TABLES) {
  if (!name.includes(only)) continue;
  const files = [...pollutedFiles(table)].map((file) => ({ ...file, bytes: iconv.encode(file.text, encoding) }));
  await measure(name, files);
}
const folder = option('files', undefined);
if (folder !== undefined) {
  const weights = JSON.parse(readFileSync(join(folder, 'weights.json'), 'utf8'));
  const files = readdirSync(join(folder, 'csv')).map((name) => ({
    name,
    kind: name.replace(/\.csv$/, '').replace(/(row_[a-z_]+?)_?(?:row)?\d.*$/, '$1'),
    weight: weights[name] ?? 0,
    bytes: readFileSync(join(folder, 'csv', name)),
    clean: parseClean(readFileSync(join(folder, 'clean', name), 'utf8')),
  }));
  await measure(folder, files);
}
rmSync(inspectedPath, { force: true });
