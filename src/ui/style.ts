import { type Environment, type Io, withEnvironment } from './io.ts';

/** How text is set off on a terminal; every function returns its text unchanged where colours are off. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const same = (text: string): string => text;

/** No colours at all. */
export const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

/** The sixteen basic colours; loaded on use, because in a pipe nothing is coloured. */
export async function colours(): Promise<Style> {
  const { Chalk } = await import('chalk');
  const { bold, dim, red, green, yellow, cyan } = new Chalk({ level: 1 });
  return { bold, dim, red, green, yellow, cyan };
}

/**
 * Whether a stream gets colours: FORCE_COLOR decides first (as in Node: it wins over NO_COLOR; `0` and `false` are off),
 * then NO_COLOR (https://no-color.org), then TERM=dumb, then whether it is a terminal.
 */
export function wantsColour(isTty: boolean, env: Environment): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTty && env.TERM !== 'dumb';
}

/** The style of one of the two output streams. */
export async function styleOf(io: Io, stream: 'stdout' | 'stderr'): Promise<Style> {
  return wantsColour(io.isTty[stream], io.env) ? colours() : PLAIN;
}

/** The same streams with colours off: what `--no-color` does. */
export function withoutColour(io: Io): Io {
  return withEnvironment(io, { NO_COLOR: '1', FORCE_COLOR: undefined });
}
