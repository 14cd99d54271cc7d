import { readdirSync, readFileSync } from 'node:fs';
import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { isRelatedType } from '../model/related-fields.ts';
import { type Preset, type PresetType, checkedPreset } from './preset.ts';

/** Which layouts a file may have. */
export interface PresetChoice {
  /** Those that are recognised by their headers. */
  readonly presets: readonly Preset[];
  /** The one that it has in any case. */
  readonly preset?: Preset;
}

/** The name that switches recognition off. */
const NONE = 'none';
const FOLDER = new URL('../../schemas/presets/', import.meta.url);
let builtIn: ReadonlyMap<string, Preset> | null = null;

/** Names of the presets that come with the program, which are not read for that. */
export function presetNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => file.slice(0, -'.json'.length));
}

/** The presets that come with the program, by name; read once. */
export function builtInPresets(): ReadonlyMap<string, Preset> {
  builtIn ??= new Map(
    presetNames().map(
      (name) => [name, checkedPreset(name, JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')), null)] as const,
    ),
  );
  return builtIn;
}

/**
 * The layouts that the user allows: all of them, only the one named, or none.
 * @param name of a preset, or `none`
 * @param own presets of the config file by name; they go before those of the program
 * @throws {CrmError} USAGE when there is no preset of that name, CONFIG_INVALID when one of the user's own cannot be used
 */
export function choosePresets(name: string | undefined, own: Readonly<Record<string, unknown>> = {}): PresetChoice {
  if (name === NONE) return { presets: [] };
  const all = new Map(builtInPresets());
  for (const [ownName, value] of Object.entries(own)) all.set(ownName, checkedPreset(ownName, value, 'the config file'));
  if (name === undefined) return { presets: [...all.values()] };
  const preset = all.get(name);
  if (preset !== undefined) return { presets: [], preset };
  const near = nearest(name, all.keys());
  throw new CrmError('USAGE', `--preset ${name}: there is no such preset`, {
    hint: near === undefined ? `there are ${[...all.keys()].join(', ')}; ${NONE} recognises none` : `did you mean ${near}?`,
  });
}

/** Those of the layouts that rows of that type may have: customers and companies share theirs. */
export function presetsOf(type: PresetType | undefined, choice: PresetChoice): PresetChoice {
  return { ...choice, presets: choice.presets.filter((preset) => isOfType(preset, type)) };
}

/** Whether rows of that type may have the layout. @param type default customers */
export function isOfType(preset: Preset, type: PresetType = 'customers'): boolean {
  return isRelatedType(type) ? preset.type === type : !isRelatedType(preset.type);
}

/**
 * Looks whether presets of the user may be called so.
 * @throws {CrmError} USAGE
 */
export function checkPresetName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,59}$/u.test(name)) {
    throw new CrmError('USAGE', '--save-map: a name has letters, digits, - _ and . only, at most 60', {
      hint: 'for instance: --save-map our-shop',
    });
  }
  if (name !== NONE && !builtInPresets().has(name)) return;
  throw new CrmError('USAGE', `--save-map ${name}: that name is taken by the program`, { hint: `for instance: --save-map my-${name}` });
}
