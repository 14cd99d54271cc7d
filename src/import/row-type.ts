import { CrmError } from '../errors.ts';
import { FORMATS } from '../formats/index.ts';
import { endReader, type RecordHandler } from '../formats/record-reader.ts';
import { isRelatedType } from '../model/related-fields.ts';
import { inFile } from './file-error.ts';
import { type LocalInput, readInput } from './local-input.ts';
import type { Preset } from './preset.ts';
import { isOfType, type PresetChoice } from './preset-library.ts';
import { recognisePreset } from './preset-signature.ts';
import type { ImportType } from './related-request.ts';
import type { UnderstoodFile } from './understand-file.ts';

/** What is said of the rows of an import. */
interface SaidOfRows {
  readonly type?: ImportType;
  readonly source?: string;
  /** Whether somebody only looks at the file: then time matters less. */
  readonly onlyLooks?: true;
}

/** What an import of customers may be told beside that. */
interface CustomerOptions {
  readonly tags?: readonly string[];
  readonly match?: readonly unknown[];
  readonly createCompanies?: boolean;
  readonly onMatch?: string;
}

/** An input and how it is to be read. */
export interface ReadableInput {
  readonly file: LocalInput;
  readonly understood: UnderstoodFile;
}

/**
 * What the rows of the files are, and the system of their ids: as the user says, else as the layout of the files does.
 * Nothing of customers is decided here: each of their files goes by its own layout.
 * @throws {CrmError} USAGE when the named preset is of something else, or the files are not all of one kind;
 * INPUT_AMBIGUOUS when a header fits layouts of several kinds equally well
 */
export async function decideRows(
  inputs: readonly ReadableInput[],
  said: SaidOfRows,
  presets: PresetChoice,
  signal?: AbortSignal,
): Promise<SaidOfRows> {
  const { type } = said;
  if (presets.preset !== undefined) return decidedBy(presets.preset, said);
  const choice = type === undefined ? presets.presets : presets.presets.filter((preset) => isOfType(preset, type));
  if (!choice.some((preset) => isRelatedType(preset.type))) return {};
  const layouts: (Preset | null)[] = [];
  for (const input of inputs) layouts.push(isLookedAt(input, said) ? await layoutOf(input, choice, signal) : null);
  if (type === undefined) requireOneType(inputs, layouts);
  const related = layouts.filter((layout) => layout !== null && isRelatedType(layout.type)) as Preset[];
  const [first] = related;
  if (first === undefined) return {};
  const sources = new Set(related.map(({ source }) => source));
  if (said.source === undefined && (sources.size > 1 || (first.source !== null && related.length < inputs.length))) {
    throw new CrmError('USAGE', 'the files come from different systems', {
      hint: 'import them one by one, or say whose ids they hold with --source',
    });
  }
  return decidedBy(first, said);
}

/** @throws {CrmError} USAGE when the rows are said to be something else */
function decidedBy(preset: Preset, { type = preset.type, source = preset.source ?? undefined }: SaidOfRows): SaidOfRows {
  if (!isOfType(preset, type)) {
    throw new CrmError('USAGE', `--preset ${preset.name}: that is a layout of ${preset.type}, not of ${type}`, {
      hint: `leave --type ${type} out, or name another preset`,
    });
  }
  return isRelatedType(type) ? { type, ...(source === undefined ? {} : { source }) } : {};
}

/**
 * Makes sure that nothing was asked that only customers have, where the layout says that the rows are something else.
 * @throws {CrmError} USAGE
 */
export function requireNoCustomers(type: ImportType, { tags = [], match, createCompanies, onMatch }: CustomerOptions): void {
  const asked = [
    ...(tags.length > 0 ? ['--tag'] : []),
    ...(match !== undefined ? ['--match'] : []),
    ...(createCompanies === true ? ['--create-companies'] : []),
    ...(onMatch === 'create' ? ['--on-match create'] : []),
  ];
  if (asked.length === 0 || !isRelatedType(type)) return;
  throw new CrmError(
    'USAGE',
    `the layout of the file is one of ${type}: ${asked.join(', ')} ${asked.length === 1 ? 'has' : 'have'} no meaning for them`,
    {
      hint: `leave ${asked.join(', ')} out, or say what the rows are with --type`,
    },
  );
}

/** To find the header of a workbook all its texts are read: an import of customers must not wait for that. */
function isLookedAt({ understood }: ReadableInput, { type, onlyLooks }: SaidOfRows): boolean {
  return understood.format !== 'vcard' && (understood.format !== 'xlsx' || type !== undefined || onlyLooks === true);
}

function requireOneType(inputs: readonly ReadableInput[], layouts: readonly (Preset | null)[]): void {
  const types = layouts.map((layout) => (layout !== null && isRelatedType(layout.type) ? layout.type : 'customers'));
  const other = types.findIndex((type) => type !== types[0]);
  if (other < 0) return;
  throw new CrmError('USAGE', `${inputs[0]?.file.label} holds ${types[0]}, ${inputs[other]?.file.label} ${types[other]}`, {
    hint: 'import files of one kind at a time, or say with --type what all of them hold',
  });
}

async function layoutOf({ file, understood }: ReadableInput, presets: readonly Preset[], signal?: AbortSignal): Promise<Preset | null> {
  const { preset, tied } = recognisePreset(await headerOf(file, understood, signal), presets);
  const types = new Set(presets.filter(({ name }) => tied.includes(name)).map((one) => (isRelatedType(one.type) ? one.type : 'customers')));
  if (types.size < 2) return preset;
  throw new CrmError('INPUT_AMBIGUOUS', `${file.label}: the columns fit several presets equally well (${tied.join(', ')})`, {
    hint: `say what the rows are, for instance: --type ${[...types][0]}`,
  });
}

/** Ends the reading of a file whose header is known. */
class HeaderFound extends Error {}

/** The first header of a file, as the import of it will be told; empty where there is none. */
async function headerOf(file: LocalInput, { format, reader: options }: UnderstoodFile, signal?: AbortSignal): Promise<readonly string[]> {
  if (options.plan !== undefined) return options.plan.columns;
  let header: readonly string[] = [];
  const handler: RecordHandler = {
    header: (cells) => {
      header = [...cells];
      throw new HeaderFound();
    },
    record: () => {},
    bad: () => {},
  };
  const reader = FORMATS[format].createReader(options, handler);
  try {
    await readInput(file, async (chunk) => reader.push(chunk), signal);
    for await (const _ of endReader(reader));
  } catch (error) {
    // What is wrong with the file is told by the import of it.
    if (!(error instanceof HeaderFound) && !(error instanceof CrmError)) throw inFile(error, file.label);
    if (error instanceof CrmError && error.code === 'INTERRUPTED') throw error;
  }
  return header;
}
