import { describe, expect, test } from 'vitest';
import { Progress } from '../../../src/ui/progress.ts';
import { displayWidth } from '../../../src/ui/width.ts';
import { type CapturedOptions, capturedIo } from '../../support/captured-io.ts';

const CLEAR = '\r\x1b[2K';

function start(options: CapturedOptions, more: Partial<ConstructorParameters<typeof Progress>[1]> = {}) {
  const clock = { nowMs: 0 };
  const io = capturedIo({ tty: true, ...options });
  const progress = new Progress(io, { label: 'importing', quiet: false, json: false, nowMs: () => clock.nowMs, ...more });
  return { clock, io, progress };
}

describe('Progress', () => {
  test('shows count, share, remaining time and rate, and leaves nothing behind', () => {
    const { clock, io, progress } = start({}, { totalBytes: 10_000_000 });
    clock.nowMs = 2000;
    progress.update(120_000, 4_000_000);
    progress.done();
    progress.done();
    expect(io.err()).toBe(`${CLEAR}importing 120,000 rows · 40% · 3.0 s left · 60,000/s${CLEAR}`);
    expect(io.out()).toBe('');
  });

  test('without a known size: count, rate and bytes read', () => {
    const { clock, io, progress } = start({});
    clock.nowMs = 4000;
    progress.update(1000, 2_500_000);
    expect(io.err()).toBe(`${CLEAR}importing 1,000 rows · 250/s · 2.5 MB`);
  });

  test('counts against a known number of things', () => {
    const { io, progress } = start({}, { totalCount: 400, unit: 'customer' });
    progress.update(100);
    expect(io.err()).toBe(`${CLEAR}importing 100 customers · 25%`);
  });

  test('redraws at most ten times a second', () => {
    const { clock, io, progress } = start({});
    for (clock.nowMs = 0; clock.nowMs < 1000; clock.nowMs++) progress.update(clock.nowMs);
    expect(io.err().split(CLEAR).length - 1).toBe(10);
  });

  test.each([80, 40, 30, 20, 12])('fits %i columns', (columns) => {
    const { clock, io, progress } = start({ columns }, { totalBytes: 1000 });
    clock.nowMs = 65_000;
    progress.update(123_456_789, 500);
    const line = io.err().slice(CLEAR.length);
    expect(line).toMatch(/^importing/);
    expect(displayWidth(line)).toBeLessThan(columns);
  });

  test.each([
    ['in a pipe', { tty: { stdout: true, stdin: true } }, {}],
    ['with --quiet', {}, { quiet: true }],
    ['with --json', {}, { json: true }],
    ['on a dumb terminal', { env: { TERM: 'dumb' } }, {}],
    ['on a tiny terminal', { columns: 8 }, {}],
  ])('writes nothing %s', (_name, options, more) => {
    const { io, progress } = start(options, more);
    progress.update(1);
    progress.clear();
    progress.done();
    expect(io.err() + io.out()).toBe('');
  });

  test('comes back after it was cleared for other text', () => {
    const { io, progress } = start({});
    progress.update(1);
    progress.clear();
    progress.update(2);
    expect(io.err()).toBe(`${CLEAR}importing 1 row${CLEAR}${CLEAR}importing 2 rows`);
  });
});
