import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SlowQuery, SlowQueryLog, slowQueryPath } from '../../../src/engines/slow-query-log.ts';
import { tempDir } from '../../support/temp-dir.ts';

const query = (statement: string): SlowQuery => ({ at: '2026-01-01T00:00:00.000Z', elapsedMs: 1200, rows: 3, statement, plan: ['SCAN t'] });

describe('the log of slow queries', () => {
  test('keeps what was added, in order, for its owner only', () => {
    const log = new SlowQueryLog(join(tempDir(), 'new', 'crm.db-slow.ndjson'));
    expect(log.read()).toEqual([]);
    log.add(query('a'));
    log.add(query('b'));
    expect(log.read()).toEqual([query('a'), query('b')]);
    expect(statSync(log.path).mode & 0o777).toBe(0o600);
  });

  test('is bounded: a full file becomes the older one, which goes with the next', () => {
    const log = new SlowQueryLog(join(tempDir(), 'crm.db-slow.ndjson'), 300);
    for (let i = 0; i < 20; i++) log.add(query(`statement ${i}`));
    const kept = log.read().map(({ statement }) => statement);
    expect(kept.at(-1)).toBe('statement 19');
    expect(kept.length).toBeLessThan(10);
    expect(kept.length).toBeGreaterThan(2);
    for (const path of [log.path, log.path.replace('.ndjson', '.1.ndjson')]) expect(readFileSync(path).length).toBeLessThan(450);
  });

  test('passes over what is no entry', () => {
    const log = new SlowQueryLog(join(tempDir(), 'crm.db-slow.ndjson'));
    writeFileSync(log.path, '{"at":"2026\nnull\n[]\n{"statement":1}\n');
    log.add(query('a'));
    appendFileSync(log.path, '{"at":"2026-01-01T00');
    expect(log.read()).toEqual([query('a')]);
  });

  test('that cannot be written fails nothing', () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'crm.db-slow.ndjson'));
    new SlowQueryLog(join(folder, 'crm.db-slow.ndjson')).add(query('a'));
    chmodSync(folder, 0o700);
    writeFileSync(join(folder, 'file'), '');
    new SlowQueryLog(join(folder, 'file', 'crm.db-slow.ndjson')).add(query('a'));
    expect(existsSync(join(folder, 'file', 'crm.db-slow.ndjson'))).toBe(false);
  });

  test.each([
    ['./crm.db', './crm.db-slow.ndjson'],
    ['sqlite:data/crm.db', 'data/crm.db-slow.ndjson'],
    ['file:///data/crm.db', '/data/crm.db-slow.ndjson'],
    ['postgres://ada:secret@db.example:5433/crm?schema=shop', '/state/crm/db.example-5433-crm-shop-slow.ndjson'],
    ['postgresql://db.example/crm', '/state/crm/db.example-crm-slow.ndjson'],
  ])('of %s is %s', (target, path) => {
    expect(slowQueryPath(target, { XDG_STATE_HOME: '/state' })).toBe(path);
  });
});
