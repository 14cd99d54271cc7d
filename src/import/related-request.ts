import type { ImportFeed } from '../repository/import-batch.ts';
import type { RelatedSettings } from '../repository/related-rows.ts';
import { isRelatedType } from '../model/related-fields.ts';
import { normalizeText } from '../normalize/text.ts';
import type { DoubtOptions } from './doubtful-values.ts';
import type { Reject, RowChunk } from './record-importer.ts';
import type { PresetType } from './preset.ts';
import type { PresetChoice } from './preset-library.ts';
import { type RelatedOptions, rejectsOf } from './related-records.ts';

/** What a file may hold. */
export type ImportType = PresetType;

/** What of the options of an import matters for related data. */
export interface RelatedImportOptions {
  /** What the rows are; default: what the layout of the file says, else customers. */
  readonly type?: ImportType;
  /** ISO 4217 code of amounts that name none. */
  readonly currency?: string;
  /** The decimal sign of all amounts; default: the column or each amount must show it. */
  readonly decimal?: '.' | ',';
}

interface Options extends RelatedImportOptions {
  readonly map?: ReadonlyMap<string, string>;
  readonly source?: string;
  readonly blank?: 'keep' | 'clear';
  readonly region?: string | null;
  readonly doubts?: Partial<DoubtOptions>;
}

/** How rows of related data are written; nothing for customers. */
export function relatedSettings({ type, source }: Options): { readonly related?: RelatedSettings } {
  if (type === undefined || !isRelatedType(type)) return {};
  return { related: { type, source: source === undefined ? null : normalizeText(source) } };
}

/** How a file of related data is read; nothing for customers. @param growing whether further columns may turn up later */
export function relatedRequest(options: Options, presets: PresetChoice, growing: boolean): { readonly related?: RelatedOptions } {
  const { type, map, region, blank, currency, decimal, doubts } = options;
  const order = doubts?.onAmbiguousDate;
  if (type === undefined || !isRelatedType(type)) return {};
  const related = { type, given: map ?? new Map<string, string>(), growing, region: region ?? null, blank: blank ?? 'keep' };
  return {
    related: {
      ...related,
      ...presets,
      currency: currency ?? null,
      decimal: decimal ?? null,
      dateOrder: order === 'dmy' || order === 'mdy' ? order : null,
    },
  };
}

/** Has the rows of a chunk written. @returns all rejects of the chunk, and how many of them the writer has counted */
export async function writeRelated(
  feed: ImportFeed,
  { related, rejects }: RowChunk,
): Promise<{ rejects: readonly Reject[]; counted: number }> {
  if (related === undefined || feed.writeRelated === undefined) return { rejects, counted: 0 };
  const refused = rejectsOf(await feed.writeRelated(related.rows), related.headers);
  return { rejects: [...rejects, ...refused].sort((a, b) => a.line - b.line), counted: refused.length };
}
