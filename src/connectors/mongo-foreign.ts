import type { ClientSession, Document } from 'mongodb';
import { bareColumn, type Column, type ColumnType, type ReadingNotes, type TableIndex } from '../model/table-schema.ts';
import { AS_STORED, inSession, type MongoServer } from './mongo-client.ts';
import { bsonTypeOf } from './mongo-json.ts';
import { MongoLayout } from './mongo-layout.ts';
import { OBJECT_ID } from './mongo-types.ts';

/** What the values of a field are in all documents. */
interface SeenField {
  readonly counts: Map<string, number>;
}

const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };
const JSON_TYPE: ColumnType = { kind: 'json', binary: false };
const SCAN_BATCH = 1000;
const ID = '_id';
/** Options by which an index is no ordinary one. */
const SPECIAL = ['partialFilterExpression', 'sparse', 'expireAfterSeconds', 'collation', 'hidden'];
const SINGLE: Readonly<Record<string, ColumnType>> = {
  string: TEXT,
  bool: { kind: 'boolean' },
  int: { kind: 'integer', bits: 32, unsigned: false },
  long: { kind: 'integer', bits: 64, unsigned: false },
  double: { kind: 'float', bits: 64 },
  decimal: { kind: 'decimal', precision: null, scale: null },
  date: { kind: 'timestamp', precision: 3, zone: true },
  objectId: OBJECT_ID,
  uuid: { kind: 'uuid' },
  binData: { kind: 'bytes', length: null, fixed: false },
};

/** Describes a collection of others: all of its documents are read, so that no field is missed. */
export async function foreignLayout(server: MongoServer, collection: string, session: ClientSession | null): Promise<MongoLayout> {
  const fields = new Map<string, SeenField>([[ID, { counts: new Map() }]]);
  let documents = 0;
  for await (const document of server.db.collection(collection).find({}, { ...AS_STORED, ...inSession(session), batchSize: SCAN_BATCH })) {
    documents++;
    see(fields, document);
  }
  const columns = [...fields].map(([name, { counts }]) => columnOf(name, counts, documents));
  const all = await indexesOf(server, collection, new Set(fields.keys()));
  const indexes = all.filter(({ special }) => special === null);
  const notes = all
    .filter(({ special }) => special !== null)
    .map(({ name }) => ({ column: null, reason: `index ${name} is not kept: it is of a special kind` }));
  const reading = { notes, conversions: readConversions(fields, documents) };
  const schema = { name: collection, columns, primaryKey: [ID], indexes, foreignKeys: [], comment: null, reading };
  return new MongoLayout(
    server.driver,
    collection,
    schema,
    new Map([...fields].map(([name, { counts }]) => [name, new Set(counts.keys())])),
  );
}

function see(fields: Map<string, SeenField>, document: Document): void {
  for (const name of Object.keys(document)) {
    let field = fields.get(name);
    if (field === undefined) {
      field = { counts: new Map() };
      fields.set(name, field);
    }
    const type = bsonTypeOf(document[name]);
    field.counts.set(type, (field.counts.get(type) ?? 0) + 1);
  }
}

function columnOf(name: string, counts: ReadonlyMap<string, number>, documents: number): Column {
  const types = [...counts.keys()].sort();
  const present = [...counts.values()].reduce((sum, one) => sum + one, 0);
  const isMixed = isNullOrAbsent(counts, documents);
  return {
    ...bareColumn(name, typeOf(types.filter((type) => type !== 'null'))),
    // What NULL is written as in another MongoDB: null, or nothing.
    declared: types.filter((type) => type !== 'null' || !isMixed).join('|'),
    nullable: name !== ID && (present < documents || counts.has('null') || documents === 0),
  };
}

/** The type that holds all values as they are: JSON where there is no other. */
function typeOf(types: readonly string[]): ColumnType {
  const isAmong = (...some: readonly string[]): boolean => types.every((type) => some.includes(type));
  if (types.length === 0) return TEXT;
  if (types.length === 1) return SINGLE[types[0] as string] ?? JSON_TYPE;
  if (isAmong('int', 'long')) return SINGLE.long as ColumnType;
  if (isAmong('int', 'double')) return SINGLE.double as ColumnType;
  if (isAmong('int', 'long', 'decimal')) return SINGLE.decimal as ColumnType;
  return isAmong('int', 'long', 'double', 'string', 'binData') ? { kind: 'any' } : JSON_TYPE;
}

/** What is another value on the way: it is counted. */
function readConversions(fields: ReadonlyMap<string, SeenField>, documents: number): ReadingNotes['conversions'] {
  const conversions: { column: string; reason: string; cells: number }[] = [];
  for (const [column, { counts }] of fields) {
    const isJson = typeOf([...counts.keys()].filter((type) => type !== 'null')) === JSON_TYPE;
    if (isNullOrAbsent(counts, documents) && !isJson)
      conversions.push({ column, reason: 'NULL_OR_ABSENT', cells: counts.get('null') ?? 0 });
    const special = counts.get('special') ?? 0;
    if (special > 0) conversions.push({ column, reason: 'BSON_TO_JSON', cells: special });
  }
  return conversions;
}

/** Whether a field is null in some documents and absent in others. */
function isNullOrAbsent(counts: ReadonlyMap<string, number>, documents: number): boolean {
  const present = [...counts.values()].reduce((sum, one) => sum + one, 0);
  return counts.has('null') && present < documents;
}

async function indexesOf({ db }: MongoServer, collection: string, known: ReadonlySet<string>): Promise<readonly TableIndex[]> {
  const found = await db.collection(collection).listIndexes().toArray();
  const names = (key: Document): [string, unknown][] => Object.entries(key).map(([name, order]) => [name, Number(order)]);
  return found
    .filter(({ name }) => name !== '_id_')
    .map(({ name, key, unique, ...more }): TableIndex => {
      const columns = names(key as Document);
      const isPlain = columns.every(([column, order]) => known.has(column) && (order === 1 || order === -1));
      const special = isPlain && !SPECIAL.some((option) => option in more) ? null : 'a special index of MongoDB';
      return {
        name: String(name),
        columns: columns.map(([column, order]) => ({ name: column, descending: order === -1 })),
        unique: unique === true,
        special,
      };
    });
}
