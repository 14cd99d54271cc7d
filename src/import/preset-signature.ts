import { headerKey } from '../model/fields.ts';
import { isOwnExport } from '../model/header-target.ts';
import type { Preset } from './preset.ts';
import { presetColumns } from './preset-columns.ts';

/** Which layout a header has. */
export interface Recognised {
  /** Null where none is recognised, or several equally well. */
  readonly preset: Preset | null;
  /** Names of the layouts that fit equally well; empty where there is no doubt. */
  readonly tied: readonly string[];
}

/** A preset that fits: how many columns it knows, and of how many headers its signature is. */
interface Scored {
  readonly preset: Preset;
  readonly columns: number;
  readonly length: number;
}

/**
 * Recognises the layout of a header: of the presets whose signature it has, the one that knows most of its columns. Where
 * orders and their items stand in one file, they are orders. An export of ours has no layout but its own, whatever its custom fields are called.
 */
export function recognisePreset(header: readonly string[], presets: readonly Preset[]): Recognised {
  if (isOwnExport(new Set(header))) return { preset: null, tied: [] };
  const keys = new Set(header.map(headerKey));
  const fitting = presets.flatMap<Scored>((preset) => {
    const length = signatureLength(preset, keys);
    return length === 0 ? [] : [{ preset, columns: presetColumns(preset, header).length, length }];
  });
  const hasOrders = fitting.some(({ preset }) => preset.type === 'orders');
  const scored = hasOrders ? fitting.filter(({ preset }) => preset.type !== 'order-items') : fitting;
  const rank = (a: Scored, b: Scored): number =>
    b.columns - a.columns || b.length - a.length || Number(b.preset.isOwn) - Number(a.preset.isOwn);
  const [best] = scored.sort(rank);
  if (best === undefined) return { preset: null, tied: [] };
  const equal = scored.filter((other) => rank(best, other) === 0);
  return equal.length === 1 ? { preset: best.preset, tied: [] } : { preset: null, tied: equal.map(({ preset }) => preset.name) };
}

/** How many headers the longest signature has that is there as a whole; 0 where none is. */
function signatureLength({ signature }: Preset, keys: ReadonlySet<string>): number {
  return Math.max(0, ...signature.map((names) => (names.every((name) => keys.has(headerKey(name))) ? names.length : 0)));
}
