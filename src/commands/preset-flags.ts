import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { ImportFilesOptions, ImportReport } from '../import/import-files.ts';

/** How `import` is told the layout of a file. */
export interface PresetFlags {
  readonly preset?: string;
  readonly saveMap?: string;
  readonly dryRun?: boolean;
  readonly plan?: string;
}

/** Adds the options about presets. */
export function addPresetFlags(command: Command): Command {
  return command
    .option('--preset <name>', 'layout of the file, or none (default: recognised by its headers)')
    .option('--save-map <name>', 'save the columns of this import as a preset of that name in the config file');
}

/** Checks the flags. @throws {CrmError} USAGE */
export function presetOptions(context: Pick<Context, 'config'>, flags: PresetFlags): Pick<ImportFilesOptions, 'preset' | 'ownPresets'> {
  if (flags.saveMap !== undefined && (flags.dryRun === true || flags.plan !== undefined)) {
    throw new CrmError('USAGE', '--save-map: nothing is saved when nothing is imported', { hint: 'leave --dry-run and --plan out' });
  }
  const { presets } = context.config();
  return { ...(flags.preset === undefined ? {} : { preset: flags.preset }), ...(presets === undefined ? {} : { ownPresets: presets }) };
}

/**
 * Looks before the import whether its presets can be used and its columns be saved.
 * @throws {CrmError} USAGE, CONFIG_INVALID, OUTPUT_FAILED
 */
export async function checkPresets(context: Context, flags: PresetFlags): Promise<void> {
  const { checkPresetName, choosePresets } = await import('../import/preset-library.ts');
  choosePresets(flags.preset, context.config().presets);
  if (flags.saveMap === undefined) return;
  const { checkSavable } = await import('../config/saved-presets.ts');
  checkPresetName(flags.saveMap);
  checkSavable(context.configPath());
}

/** Saves the columns of the import. @returns where, null when it was not asked for */
export async function saveMap(
  context: Context,
  flags: PresetFlags & { readonly source?: string },
  report: ImportReport,
): Promise<string | null> {
  if (flags.saveMap === undefined) return null;
  const { presetOfColumns } = await import('../import/preset-saving.ts');
  const { savePreset } = await import('../config/saved-presets.ts');
  const { columns, preset } = report;
  const type = report.type === 'customers' ? (preset?.type ?? 'customers') : report.type;
  const constants = preset?.constants === undefined ? {} : { constants: preset.constants };
  const from = { source: flags.source ?? preset?.source ?? null, kind: preset?.kind ?? null, type, ...constants };
  savePreset(context.configPath(), flags.saveMap, presetOfColumns(columns, from));
  return context.configPath();
}
