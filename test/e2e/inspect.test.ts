import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { ROOT, runCli } from '../support/cli.ts';
import { tempDir } from '../support/temp-dir.ts';

let cwd = '';
beforeEach(() => {
  cwd = tempDir();
});

const crm = (args: readonly string[], stdin?: string) => runCli([...args], { cwd, ...(stdin === undefined ? {} : { stdin }) });
const fixture = (name: string) => join(ROOT, 'fixtures', name);
const read = (file: string) => readFileSync(join(cwd, file), 'utf8');
const resultOf = (stdout: string) => (JSON.parse(stdout) as { result: Record<string, unknown> }).result;

const REPORT = [
  'Customers of the north branch',
  'as of 2026-01-31',
  '',
  'Kunde;E-Mail;Ort',
  'Ada Example;ada@example.com;Köln',
  '"Müller; Söhne";info@example.de;Bonn',
  'Bo Example;bo@example.com;Ulm',
  '',
  'Copyright (c) 2026 Example Ltd.',
].join('\r\n');

describe('crm inspect', () => {
  test('tells encoding, dialect, header, mapping and samples, and makes no database', async () => {
    const { exitCode, stdout } = await crm(['inspect', fixture('contacts-gb18030.csv'), '--country', 'CN']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/format +CSV, gb18030\n/);
    expect(stdout).toMatch(/dialect +delimiter comma, quote ", lines end in CRLF\n/);
    expect(stdout).toMatch(/header +line 1\n/);
    expect(stdout).toMatch(/手机号码 +│ phone +│ alias +│ 100% +│ 138 0013 8000/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('finds the table between what a report puts above and below it', async () => {
    writeFileSync(join(cwd, 'report.csv'), Buffer.from(REPORT, 'latin1'));
    const { exitCode, stdout, stderr } = await crm(['inspect', 'report.csv', '--json', '--to-csv', 'clean.csv']);
    expect(exitCode).toBe(0);
    const { detected, rows, rejected, mapping, samples, confidence } = resultOf(stdout);
    expect(detected).toMatchObject({ encoding: 'windows-1252', delimiter: ';', headerRow: 4, lineEnd: 'crlf', skippedLines: 3 });
    expect({ rows, rejected }).toEqual({ rows: 3, rejected: 0 });
    expect(mapping).toMatchObject([
      { header: 'Kunde' },
      { field: 'email', filled: 3 },
      { field: 'city', samples: ['Köln', 'Bonn', 'Ulm'] },
    ]);
    expect(samples).toEqual([
      ['Ada Example', 'ada@example.com', 'Köln'],
      ['Müller; Söhne', 'info@example.de', 'Bonn'],
      ['Bo Example', 'bo@example.com', 'Ulm'],
    ]);
    expect(confidence).toBeGreaterThan(0.5);
    expect(stderr).toBe('');
    expect(read('clean.csv')).toBe(
      'Kunde,E-Mail,Ort\nAda Example,ada@example.com,Köln\nMüller; Söhne,info@example.de,Bonn\nBo Example,bo@example.com,Ulm\n',
    );
  });

  test('counts what an import would reject, and agrees with it', async () => {
    const { stdout } = await crm(['inspect', fixture('broken-rows.csv'), '--json']);
    const { rows, rejected, rejects } = resultOf(stdout);
    const imported = resultOf((await crm(['import', fixture('broken-rows.csv'), '--dry-run', '--json'])).stdout);
    expect({ read: rows, rejected }).toEqual({ read: imported.read, rejected: imported.rejected });
    expect(rejects).toMatchObject([{ line: 3 }, { line: 4, code: 'TOO_FEW_CELLS' }]);
  });

  test.each(['contacts.csv', 'contacts.json', 'contacts.ndjson', 'contacts.vcf', 'contacts.xlsx'])(
    'writes the table of %s, plain or packed, to standard output',
    async (name) => {
      writeFileSync(join(cwd, 'packed'), gzipSync(readFileSync(fixture(name))));
      const plain = await crm(['inspect', fixture(name), '--to-csv', '-']);
      const packed = await crm(['inspect', 'packed', '--to-csv', '-']);
      expect({ exitCode: plain.exitCode, stderr: plain.stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(plain.stdout.split('\n').length).toBeGreaterThan(3);
      expect(packed.stdout).toBe(plain.stdout);
    },
  );

  test('takes options instead of what it would find', async () => {
    writeFileSync(join(cwd, 'x.csv'), 'a|b\n1|2\n3|4\n');
    const { stdout } = await crm(['inspect', 'x.csv', '--json', '--delimiter', '|', '--header-row', 'none', '--quote', 'none']);
    const { detected, rows, mapping } = resultOf(stdout);
    expect(detected).toMatchObject({ delimiter: '|', headerRow: null, quote: null });
    expect(rows).toBe(3);
    expect(mapping).toMatchObject([{ header: 'column 1' }, { header: 'column 2' }]);
  });

  test('shows both readings of a file that import refuses, before it makes a database', async () => {
    writeFileSync(join(cwd, 'x.csv'), 'a;b,c\n1;2,3\n4;5,6\n');
    const { exitCode, stderr } = await crm(['import', 'x.csv', '--map', 'a=name']);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/^error: x\.csv: the delimiter may be ; or ,\n/),
    });
    expect(readdirSync(cwd)).toEqual(['x.csv']);
    const { mapping } = resultOf((await crm(['inspect', 'x.csv', '--json', '--delimiter', ','])).stdout);
    expect(mapping).toMatchObject([{ header: 'a;b' }, { header: 'c' }]);
    expect((await crm(['import', 'x.csv', '--delimiter', ';', '--map', 'a=name'])).exitCode).toBe(0);
  });

  test.each([
    [['inspect', 'nowhere.csv'], 4, 'INPUT_MISSING'],
    [['inspect', '-'], 4, 'INPUT_EMPTY'],
    [['inspect', 'blank.csv', '--to-csv', 'out.csv'], 4, 'INPUT_EMPTY'],
    [['inspect', 'x.csv', '--quote', 'ab'], 2, 'USAGE'],
    [['inspect', 'x.csv', '--header-row', 'zero'], 2, 'USAGE'],
    [['inspect', 'x.csv', '--to-csv', '-'], 2, 'USAGE'],
    [['inspect', 'x.csv', '--encoding', 'klingon'], 2, 'USAGE'],
    [['inspect', 'x.csv', '--to-csv', 'none/out.csv'], 1, 'OUTPUT_FAILED'],
  ])('%j fails clearly and leaves nothing behind', async (args, status, code) => {
    writeFileSync(join(cwd, 'x.csv'), 'name,email\nA,a@example.com\n');
    writeFileSync(join(cwd, 'blank.csv'), '\n \n\n');
    const { exitCode, stdout, stderr } = await crm([...args, '--json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: status, stdout: '' });
    expect((JSON.parse(stderr) as { error: { code: string } }).error.code).toBe(code);
    expect(readdirSync(cwd).sort()).toEqual(['blank.csv', 'x.csv']);
  });
});
