import { FORMATS } from '../formats/index.ts';
import type { CustomRule } from '../normalize/custom-rules.ts';
import { normalizeText } from '../normalize/text.ts';
import { type DoubtOptions, USUAL_DOUBTS } from './doubtful-values.ts';
import type { FileRequest } from './file-rows.ts';
import { implicitSource } from './input-file.ts';
import type { LocalInput } from './local-input.ts';
import { isOfType, type PresetChoice, presetsOf } from './preset-library.ts';
import type { ReadingOptions } from './reading-options.ts';
import { type RelatedImportOptions, relatedRequest } from './related-request.ts';
import { splitList } from './row-values.ts';
import type { UnderstoodFile } from './understand-file.ts';

/** What may be said of what is in a file: the same for an inspection and an import. */
export interface RequestOptions extends ReadingOptions, RelatedImportOptions {
  /** Header → field name, `attributes.NAME`, `external_id`, `tags`; empty leaves the column out. */
  readonly map?: ReadonlyMap<string, string>;
  /** Name of the layout, or `none`; default: recognised by the header. */
  readonly preset?: string;
  /** Presets of the user, by name; see docs/guide/presets.md. */
  readonly ownPresets?: Readonly<Record<string, unknown>>;
  /** System the external ids belong to; without it they belong to the file's name and decide nothing alone. */
  readonly source?: string;
  readonly blank?: 'keep' | 'clear';
  /** ISO 3166-1 alpha-2 region of national phone numbers. */
  readonly region?: string | null;
  readonly tags?: readonly string[];
  /** What is done about values that cannot be believed; default `USUAL_DOUBTS`. */
  readonly doubts?: Partial<DoubtOptions>;
  /** Whether names, companies, places and other texts stay as they are written. Default false. */
  readonly asWritten?: boolean;
  /** Rules of the user for canonical values. */
  readonly rules?: readonly CustomRule[];
}

/** What is asked of one file: plain data, so that another thread can do it. */
export function requestOf(
  file: LocalInput,
  { format, named, reader }: UnderstoodFile,
  options: RequestOptions,
  presets: PresetChoice,
  run: { readonly now: string; readonly withWords: boolean },
): FileRequest {
  const { growing } = FORMATS[format];
  const ofType = presetsOf(options.type, presets);
  const others = format === 'xlsx' && options.type === undefined ? presets.presets.filter((preset) => !isOfType(preset)) : [];
  return {
    file,
    format,
    named,
    reader,
    ...relatedRequest(options, ofType, growing),
    record: {
      region: options.region ?? null,
      blank: options.blank ?? 'keep',
      ...(options.type === 'companies' ? { companies: true } : {}),
      tags: [...new Set((options.tags ?? []).flatMap((tag) => splitList(normalizeText(tag))))],
      given: options.map ?? new Map(),
      source: options.source === undefined ? implicitSource(file.path) : normalizeText(options.source),
      sourceIsImplied: options.source === undefined,
      ...ofType,
      ...(others.length === 0 ? {} : { otherPresets: others }),
      ...run,
      growing,
      ...(options.asWritten === true ? { asWritten: true } : {}),
      ...(options.rules === undefined ? {} : { rules: options.rules }),
      doubts: { ...USUAL_DOUBTS, ...options.doubts },
    },
  };
}
