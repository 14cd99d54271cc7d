/**
 * `npm run test:fault -- [--rounds N] [--seed S] [--only NAME] [--round K]`: the fault suite for as long as wanted. Prints,
 * for each scenario, the rounds run, the faults that met a program at work, and the losses; ends with 1 when there are any.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const USAGE = `usage: npm run test:fault -- [--rounds N] [--seed S] [--only NAME] [--round K]
  --rounds N   rounds of each scenario (default: 20; PostgreSQL runs a fifth of them)
  --seed S     where the random choices come from (default: another one each time; it is printed)
  --only NAME  scenarios with this in their name: import, archive, damage, 'kill undo' … (repeatable)
  --round K    only the Kth round of each, counted from 0: to see a failure again`;

const options = readOptions();
if (options !== null) process.exitCode = run(options);

function readOptions() {
  try {
    const text = { type: 'string' };
    const { values } = parseArgs({
      options: { rounds: text, seed: text, only: { ...text, multiple: true }, round: text, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help !== true) {
      const numbers = [values.rounds ?? '20', values.seed ?? String(Date.now() % 1_000_000_000), values.round ?? '0'];
      if (numbers.every((number) => /^\d{1,9}$/.test(number)) && numbers[0] !== '0')
        return { rounds: numbers[0], seed: numbers[1], only: values.only ?? [], round: values.round };
      throw new Error('--rounds, --seed and --round are whole numbers');
    }
    process.stdout.write(`${USAGE}\n`);
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n${USAGE}\n`);
    process.exitCode = 2;
  }
  return null;
}

function run({ rounds, seed, only, round }) {
  const folder = mkdtempSync(join(tmpdir(), 'crm-fault-'));
  const report = join(folder, 'report.ndjson');
  process.stdout.write(`fault suite: ${rounds} rounds, seed ${seed}${only.length === 0 ? '' : `, only ${only.join(', ')}`}\n`);
  const env = { ...process.env, CRM_FAULT_ROUNDS: rounds, CRM_FAULT_SEED: seed, CRM_FAULT_REPORT: report };
  if (round !== undefined) env.CRM_FAULT_ROUND = round;
  const pattern = only.length === 0 ? [] : ['-t', only.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')];
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', 'test/fault', ...pattern], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const counts = existsSync(report)
    ? readFileSync(report, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  rmSync(folder, { recursive: true, force: true });
  printTable(counts);
  const losses = counts.reduce((sum, one) => sum + one.losses, 0);
  process.stdout.write(`seed ${seed}; ${sumOf(counts, 'rounds')} rounds, ${sumOf(counts, 'faults')} faults, ${losses} losses\n`);
  if (counts.length === 0)
    process.stderr.write(`error: no scenario was run${only.length === 0 ? '' : `: none is named ${only.join(' or ')}`}\n`);
  return status === 0 && losses === 0 && counts.length > 0 ? 0 : 1;
}

function printTable(counts) {
  const columns = ['scenario', 'rounds', 'faults', 'whileRecovering', 'tooLate', 'losses'];
  const titles = ['scenario', 'rounds', 'faults', 'again while recovering', 'too late, repeated', 'losses'];
  const rows = [
    titles,
    ...counts.toSorted((a, b) => (a.scenario < b.scenario ? -1 : 1)).map((one) => columns.map((name) => String(one[name] ?? '-'))),
  ];
  const widths = titles.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  for (const row of rows)
    process.stdout.write(`${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}\n`);
}

function sumOf(counts, name) {
  return counts.reduce((sum, one) => sum + (one[name] ?? 0), 0);
}
