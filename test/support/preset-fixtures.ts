import { emailKey } from '../../src/normalize/email-key.ts';
import { phoneKey } from '../../src/normalize/phone-key.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CsvReader } from '../../src/formats/csv-reader.ts';
import { mapHeader } from '../../src/import/mapping.ts';
import type { Preset } from '../../src/import/preset.ts';
import type { RowChunk } from '../../src/import/record-importer.ts';
import { RelatedRecords } from '../../src/import/related-records.ts';
import { RowValues } from '../../src/import/row-values.ts';
import { Warnings } from '../../src/import/warnings.ts';
import { targetName } from '../../src/model/header-target.ts';
import type { RelatedType } from '../../src/model/related-fields.ts';
import { ROOT } from './cli.ts';

const FOLDER = join(ROOT, 'fixtures/presets');

/** A file in the layout of a preset: fixtures/presets/NAME.csv or NAME.VARIANT.csv. */
export interface PresetFixture {
  /** NAME or NAME.VARIANT. */
  readonly name: string;
  /** Name of the preset. */
  readonly preset: string;
  readonly path: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** All of them. */
export function presetFixtures(): PresetFixture[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const name = basename(file, '.csv');
      const path = join(FOLDER, file);
      const [header = [], ...rows] = readCsv(path, file.startsWith('brevo') ? ';' : ',');
      return { name, preset: name.split('.')[0] as string, path, header, rows };
    });
}

function readCsv(path: string, delimiter: string): string[][] {
  const records: string[][] = [];
  const reader = new CsvReader(
    { encoding: 'utf-8', delimiter },
    {
      header: (cells) => records.push([...cells]),
      record: (cells) => records.push(cells.map((cell) => cell ?? '')),
      bad: ({ reason }) => {
        throw new Error(`${path}: ${reason}`);
      },
    },
  );
  reader.push(readFileSync(path));
  reader.end();
  return records;
}

/** What a file in the layout of a preset says: where its columns go and what its rows become. */
export function readWithPreset({ header, rows }: Pick<PresetFixture, 'header' | 'rows'>, preset: Preset, region: string | null = null) {
  const columns = mapHeader(header, new Map(), preset);
  const warnings = new Warnings();
  const values = new RowValues({ region, blank: 'keep', tags: [] }, warnings);
  values.defaultKind = preset.kind;
  values.setColumns(columns);
  return {
    mapping: columns.map((column) => ({ header: column.header, field: targetName(column.target), how: column.how })),
    rows: rows.map((cells, index) => {
      values.read(cells, index + 2);
      const kind = values.derivedKind;
      return {
        kind,
        name: values.derivedName(kind),
        fields: values.fields,
        ...(values.externalId === null ? {} : { externalId: values.externalId }),
        ...(values.qualifiedIds.length === 0 ? {} : { qualifiedIds: values.qualifiedIds }),
        ...(values.tags.length === 0 ? {} : { tags: values.tags }),
        ...(values.hasAttributes ? { attributes: values.attributes } : {}),
        ...(values.children.length === 0 ? {} : { children: values.children.map(childText) }),
      };
    }),
    warnings: warnings.list().map(({ code, field, lines }) => `${code} ${field} ${lines.join(',')}`),
  };
}

/** The same of related data; rows as they go to the writer. */
export function readRelatedWithPreset({ header, rows }: Pick<PresetFixture, 'header' | 'rows'>, preset: Preset) {
  const warnings = new Warnings();
  const chunks: RowChunk[] = [];
  const options = {
    type: preset.type as RelatedType,
    given: new Map<string, string>(),
    growing: false,
    dateOrder: null,
    decimal: null,
  } as const;
  const records = new RelatedRecords(
    { ...options, region: null, blank: 'keep', currency: null, preset },
    warnings,
    (chunk) => chunks.push(chunk),
    null,
  );
  records.header(header);
  for (const [index, cells] of rows.entries()) records.record([...cells], { line: index + 2, byteOffset: 0 });
  records.flush();
  return {
    mapping: records.columns.map((column) => ({ header: column.header, field: targetName(column.target), how: column.how })),
    rejects: chunks.flatMap((chunk) => chunk.rejects),
    rows: chunks.flatMap((chunk) => chunk.related?.rows ?? []).map(({ line, cells: _, byte: __, ...row }) => ({ line, ...row })),
    warnings: warnings.list().map(({ code, field, lines }) => `${code} ${field} ${lines.join(',')}`),
  };
}

/** A contact point or consent in one line. */
export function childText(child: RowValues['children'][number]): string {
  if (child.table === 'consents') return `consent.${child.channel} ${child.status} (${child.ground}) ${child.decided_at ?? ''}`.trim();
  const expected = child.kind === 'email' ? emailKey(child.value) : child.kind === 'phone' ? phoneKey(child.value) : child.value;
  const key = child.key === null || child.key === expected ? '' : ` [${child.key}]`;
  return `${child.kind}${child.label === null ? '' : `.${child.label}`} ${child.value}${key}${child.key === null && ['email', 'phone'].includes(child.kind) ? ' [no key]' : ''}`;
}
