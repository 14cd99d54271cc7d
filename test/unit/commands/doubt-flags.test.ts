import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addDoubtFlags, doubtOptions } from '../../../src/commands/doubt-flags.ts';

const parse = (...args: readonly string[]) =>
  doubtOptions(
    addDoubtFlags(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
      .parse(args, { from: 'user' })
      .opts(),
  );

test.each<[args: readonly string[], options: ReturnType<typeof doubtOptions>]>([
  [[], { onAmbiguousDate: 'keep' }],
  [['--on-ambiguous-date', 'dmy'], { onAmbiguousDate: 'dmy' }],
  [['--on-ambiguous-date=reject', '--strict'], { onAmbiguousDate: 'reject', strict: true }],
  [['--restore-zeros', '--keep-mojibake'], { onAmbiguousDate: 'keep', restoreZeros: true, keepMojibake: true }],
])('%j', (args, options) => expect(parse(...args)).toEqual(options));

test('another order of day and month is refused', () => {
  expect(() => parse('--on-ambiguous-date', 'ymd')).toThrow(/dmy, mdy, keep, reject/);
});
