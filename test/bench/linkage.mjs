/**
 * How good and how fast `crm dedupe find` is on data with a known truth, each set in a database of its own: columns that give the
 * truth away are left out, and ids are running numbers. Counted here pair by pair from the files it writes, and checked
 * against `crm dedupe eval`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnce } from './measure.mjs';

/** The sets: how their truth is found, and the F1 of clusters that they need. */
const SETS = [
  { name: 'febrl1', file: 'febrl-dataset1.csv', id: 'rec_id', personOf: (row) => row.rec_id.split('-')[1], f1: 0.995 },
  { name: 'febrl2', file: 'febrl-dataset2.csv', id: 'rec_id', personOf: (row) => row.rec_id.split('-')[1], f1: 0.995 },
  { name: 'fake_1000', file: 'fake_1000.csv', id: 'unique_id', personOf: (row) => row.cluster, hidden: ['cluster'], f1: 0.92 },
  { name: 'RLdata500', file: 'RLdata500.csv', id: 'rec_id', personOf: (row) => row.ent_id, hidden: ['ent_id'], f1: 0.95 },
  { name: 'senzing', file: 'senzing/customers.csv', id: 'RECORD_ID', truth: 'senzing/actual_truthset_key.csv', f1: 0.95 },
];
const PEOPLE = [1, 2].map((seed) => ({ name: `people 100k, seed ${seed}`, seed, f1: 0.99 }));
const AUTO_PRECISION = 0.999;

/**
 * @param context `crm`: the command; `data`: folder of the sets; `generator`: maker of people; `folder`: where files may be made
 * @returns whether every figure is as good as it has to be
 */
export function linkageBench({ crm, data, generator, folder }) {
  mkdirSync(folder, { recursive: true });
  console.log('set                      records  cluster P     R      F1    B³ F1  auto P     R    blocking   s     peak MB  limit');
  const results = [
    ...SETS.map((set) =>
      existsSync(join(data, set.file)) ? measure(crm, folder, set, tableOf(data, set)) : skipped(set.name, join(data, set.file)),
    ),
    ...PEOPLE.map((set) =>
      existsSync(generator) ? measure(crm, folder, set, peopleOf(generator, folder, set)) : skipped(set.name, generator),
    ),
  ];
  return results.every((isGood) => isGood);
}

/** Seconds and memory of one search as a process of its own, and how it grows with the customers. */
export function dedupeSpeedBench({ crm, generator, folder, rows }) {
  if (!existsSync(generator)) return skipped('dedupe-speed', generator);
  mkdirSync(folder, { recursive: true });
  const [small, large] = [rows / 10, rows].map((count) => {
    const file = join(folder, `speed-${count}.csv`);
    const db = join(folder, `speed-${count}.db`);
    if (!existsSync(file)) runOnce(`node ${generator} --rows ${count} --seed 1 --out ${file}`);
    removeDatabase(db);
    const imported = runOnce(`${crm} import ${file} --db ${db} -q`);
    const found = runOnce(`${crm} dedupe find --db ${db} -q`);
    removeDatabase(db);
    console.log(
      `dedupe find, ${String(count).padStart(8)} people: ${found.seconds.toFixed(1)} s, peak ${found.peakMb.toFixed(0)} MB (import ${imported.seconds.toFixed(1)} s)`,
    );
    return found;
  });
  console.log(
    `ratio of ${rows} to ${rows / 10}: ${(large.seconds / small.seconds).toFixed(1)} for time, ${(large.peakMb / small.peakMb).toFixed(1)} for memory`,
  );
  return true;
}

function skipped(name, path) {
  console.log(`${name}: SKIPPED, there is no ${path}`);
  return true;
}

function measure(crm, folder, { name, f1: limit }, { text, truth }) {
  const path = (ending) => join(folder, `linkage.${ending}`);
  removeDatabase(path('db'));
  writeFileSync(path('csv'), text);
  writeFileSync(path('truth.csv'), `external_id,cluster\n${[...truth].map(([id, person]) => `${id},${person}\n`).join('')}`);
  runOnce(`${crm} import ${path('csv')} --db ${path('db')} -q 2> /dev/null`);
  const found = runOnce(`${crm} dedupe find --db ${path('db')} -q --clusters-out ${path('clusters')} --pairs-out ${path('pairs')}`);
  runOnce(`${crm} dedupe eval --db ${path('db')} --truth ${path('truth.csv')} --json > ${path('json')} 2> /dev/null`);
  const counted = count(truth, records(path('clusters')), records(path('pairs')));
  const said = JSON.parse(readFileSync(path('json'), 'utf8')).result;
  const isSame = Math.abs(said.f1 - counted.f1) < 1e-9 && Math.abs(said.bcubed.f1 - counted.bcubed) < 1e-9;
  const isGood = counted.f1 >= limit && counted.auto >= AUTO_PRECISION && isSame;
  const cells = [counted.precision, counted.recall, counted.f1, counted.bcubed, counted.auto, said.auto.recall, said.blocking.recall];
  console.log(
    `${name.padEnd(22)} ${String(truth.size).padStart(8)}     ${cells.map((value) => value.toFixed(4)).join('  ')}  ${found.seconds.toFixed(2).padStart(6)}  ${found.peakMb.toFixed(0).padStart(6)}   ${limit} ${isGood ? 'ok' : 'UNDER'}${isSame ? '' : ' (dedupe eval counts otherwise)'}`,
  );
  removeDatabase(path('db'));
  return isGood;
}

/** Counts by hand: clusters of records, and auto pairs of customers with the records of each. */
function count(truth, clusters, pairs) {
  const members = new Map();
  const recordsOf = new Map();
  for (const [cluster, customer, id] of clusters) {
    if (!truth.has(id)) continue;
    add(members, cluster, id);
    add(recordsOf, customer, id);
  }
  const persons = new Map();
  for (const [id, person] of truth) add(persons, person, id);
  const pairsOf = (size) => (size * (size - 1)) / 2;
  let [found, right, precision, recall] = [0, 0, 0, 0];
  for (const ids of members.values()) {
    const parts = new Map();
    for (const id of ids) add(parts, truth.get(id), id);
    found += pairsOf(ids.length);
    for (const [person, part] of parts) {
      right += pairsOf(part.length);
      precision += part.length ** 2 / ids.length;
      recall += part.length ** 2 / persons.get(person).length;
    }
  }
  const all = [...persons.values()].reduce((sum, ids) => sum + pairsOf(ids.length), 0);
  let [auto, autoRight] = [0, 0];
  for (const [left, right, , verdict] of pairs) {
    if (verdict !== 'auto') continue;
    for (const a of recordsOf.get(left) ?? []) {
      for (const b of recordsOf.get(right) ?? []) {
        auto++;
        if (truth.get(a) === truth.get(b)) autoRight++;
      }
    }
  }
  const f1 = (p, r) => (p + r === 0 ? 0 : (2 * p * r) / (p + r));
  const [p, r] = [found === 0 ? 1 : right / found, right / all];
  const size = truth.size;
  return { precision: p, recall: r, f1: f1(p, r), bcubed: f1(precision / size, recall / size), auto: auto === 0 ? 1 : autoRight / auto };
}

/** A set without what gives its truth away: ids are running numbers. */
function tableOf(data, { file, id, personOf, hidden = [], truth: truthFile }) {
  const [header, ...rows] = tableCells(readFileSync(join(data, file), 'utf8'));
  const names = header.map((name) => name.trim());
  const persons = truthFile === undefined ? null : senzingPersons(readFileSync(join(data, truthFile), 'utf8'));
  const truth = new Map();
  const kept = names.flatMap((name, column) => (hidden.includes(name) ? [] : [column]));
  const lines = rows.map((cells, index) => {
    const row = Object.fromEntries(names.map((name, column) => [name, (cells[column] ?? '').trim()]));
    const number = String(index + 1);
    truth.set(number, persons === null ? personOf(row) : persons.get(row[id]));
    return kept.map((column) => quoted(names[column] === id ? number : (cells[column] ?? '').trim())).join(',');
  });
  return { text: `${kept.map((column) => names[column]).join(',')}\n${lines.join('\n')}\n`, truth };
}

function senzingPersons(text) {
  const [, ...rows] = tableCells(text);
  return new Map(rows.flatMap(([, cluster, source, record]) => (source === 'CUSTOMERS' ? [[record, cluster]] : [])));
}

function peopleOf(generator, folder, { seed }) {
  const [file, truthFile] = [join(folder, `people-${seed}.csv`), join(folder, `people-${seed}.truth`)];
  if (!existsSync(truthFile)) runOnce(`node ${generator} --rows 100000 --seed ${seed} --out ${file} --truth ${truthFile}`);
  return { text: readFileSync(file, 'utf8'), truth: new Map(records(truthFile)) };
}

/** Records of a file without quotes, behind its header. */
function records(path) {
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(','));
}

/** Cells of a CSV text (RFC 4180). */
function tableCells(text) {
  const rows = [[]];
  for (const [, quotedCell, cell, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quotedCell === undefined ? cell : quotedCell.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.some((cell) => cell !== ''));
}

function quoted(cell) {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function add(map, key, value) {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function removeDatabase(path) {
  for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true });
}
