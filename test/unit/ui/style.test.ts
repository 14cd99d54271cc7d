import { describe, expect, test } from 'vitest';
import { colours, PLAIN, styleOf, wantsColour, withoutColour } from '../../../src/ui/style.ts';
import { capturedIo } from '../../support/captured-io.ts';

describe('colours', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [true, { TERM: 'xterm-256color' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('terminal %s with %j: %s', (isTty, env, wanted) => {
    expect(wantsColour(isTty, env)).toBe(wanted);
  });

  test('--no-color wins over FORCE_COLOR, and each stream decides for itself', async () => {
    const io = capturedIo({ tty: { stderr: true }, env: { FORCE_COLOR: '1' } });
    expect((await styleOf(io, 'stdout')).red('x')).toBe('\x1b[31mx\x1b[39m');
    expect((await styleOf(withoutColour(io), 'stderr')).red('x')).toBe('x');
    const terminal = capturedIo({ tty: { stderr: true } });
    expect((await styleOf(terminal, 'stderr')).bold('x')).toBe('\x1b[1mx\x1b[22m');
    expect((await styleOf(terminal, 'stdout')).bold('x')).toBe('x');
  });

  test('a plain style returns the text, the other one brings the text back', async () => {
    for (const style of [PLAIN, await colours()]) {
      const painted = [style.bold, style.dim, style.red, style.green, style.yellow, style.cyan].map((paint) => paint('x'));
      expect(painted.map((text) => text.replace(/\x1b\[\d+m/g, ''))).toEqual(Array(6).fill('x'));
      expect(painted.every((text) => text === 'x')).toBe(style === PLAIN);
    }
  });
});
