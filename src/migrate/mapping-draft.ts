import type { Snapshot } from '../connectors/connector.ts';
import { openStore } from '../connectors/index.ts';
import { redactUrl } from '../errors.ts';
import { CrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import { type Draft, type DraftTable, LEAST, type SeenTable } from './draft-form.ts';
import { linksOf } from './draft-links.ts';
import { tableKind } from './draft-names.ts';
import { lookAtColumns } from './draft-samples.ts';
import { type Guess, guessOf, TableDrafter } from './draft-tables.ts';
import { missingFields } from './mapping-fields.ts';
import { IMPORT_ORDER } from './mapping-form.ts';
import { nearestHint } from './mapping-members.ts';

/** What a draft is made of. */
export interface DraftOptions {
  /** Where the tables are. */
  readonly from: string;
  /** Only these; null: all. */
  readonly tables: readonly string[] | null;
  /** System that the ids belong to; null: named after the place. */
  readonly source: string | null;
  readonly country: string | null;
  readonly currency: string | null;
  readonly busyTimeoutMs: number;
  /** Opens an encrypted source; null: it is none. */
  readonly key: Uint8Array | null;
  readonly signal?: AbortSignal;
}

/**
 * Drafts a mapping by looking at names, types, references and the first rows of the tables; nothing is changed.
 * @throws {CrmError} NOT_FOUND when a named table does not exist; what opening and reading throw
 */
export async function draftMapping(options: DraftOptions): Promise<Draft> {
  const { from, busyTimeoutMs, key } = options;
  const store = await openStore(from, { create: false, busyTimeoutMs, ...(key === null ? {} : { key }) });
  try {
    const snapshot = await store.snapshot();
    try {
      const seen = await seenTables(snapshot, options);
      return draftOf(seen, options);
    } finally {
      await snapshot.close();
    }
  } finally {
    await store.close();
  }
}

async function seenTables(snapshot: Snapshot, { tables, signal }: DraftOptions): Promise<ReadonlyMap<string, SeenTable>> {
  const names = (await snapshot.tables()).flatMap(({ name, kind }) => (kind === 'table' ? [name] : []));
  const unknown = tables?.find((table) => !names.includes(table));
  if (unknown !== undefined) throw new CrmError('NOT_FOUND', `the source has no table “${unknown}”`, { hint: nearestHint(unknown, names) });
  const schemas = [];
  for (const name of names) schemas.push(await snapshot.schema(name));
  const seen = new Map<string, SeenTable>();
  for (const schema of schemas) {
    checkInterruption(signal);
    seen.set(schema.name, { schema, looks: await lookAtColumns(snapshot, schema), links: linksOf(schema, schemas) });
  }
  return seen;
}

function draftOf(seen: ReadonlyMap<string, SeenTable>, options: DraftOptions): Draft {
  const source = options.source ?? sourceOf(options.from);
  const guesses = new Map<string, Guess>();
  for (const [name, table] of seen) {
    const guess = options.tables === null || options.tables.includes(name) ? guessOf(table) : null;
    if (guess !== null) guesses.set(name, guess);
  }
  const drafter = new TableDrafter(seen, guesses, source);
  const names = IMPORT_ORDER.flatMap((type) => [...guesses].filter(([, { as }]) => as === type).map(([name]) => name));
  const drafted = names.map((name) => drafter.draft(name));
  const lacks = new Map(drafted.map((table) => [table.table, missingOf(table)]));
  const tables = drafted.filter(({ table }) => lacks.get(table)?.length === 0);
  const kept = new Set(tables.map(({ table }) => table));
  const others = [...seen.keys()].filter((name) => !kept.has(name) && (options.tables?.includes(name) ?? true));
  const { country, currency } = options;
  return {
    from: redactUrl(options.from),
    source,
    country,
    currency,
    tables,
    others: others.map((table) => ({ table, why: otherWhy(table, guesses, lacks) })),
  };
}

function missingOf({ as, fields }: DraftTable): readonly string[] {
  const sure = fields.filter(({ confidence }) => confidence >= LEAST).map(({ target }) => target);
  return fields.length === 0 ? ['any column that is known'] : missingFields(as, sure);
}

function otherWhy(table: string, guesses: ReadonlyMap<string, Guess>, lacks: ReadonlyMap<string, readonly string[]>): string {
  const missing = lacks.get(table);
  if (missing !== undefined) return `seems to hold ${guesses.get(table)?.as}, but nothing was found for ${missing.join(', and for ')}`;
  return tableKind(table) === 'staff' ? 'seems to hold people of the house' : 'nothing that crm has';
}

/** `shop` of `./data/shop.db?x`, of `mysql://host/shop`, of `csv:shop/`. */
function sourceOf(from: string): string {
  const path = from
    .replace(/^[a-z][a-z0-9+.-]+:(\/\/[^/?#]*)?/i, '')
    .replace(/[?#].*$/, '')
    .replace(/[/\\]+$/, '');
  const name =
    path
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\.[^.]+$/, '') ?? '';
  return name === '' || name === '.' ? 'source' : name;
}
