import { BSON, type Document } from 'mongodb';
import { compareBson, matches, valueAt } from './fake-mongo-order.ts';

/** An error as the server numbers it. */
export class FakeMongoError extends Error {
  readonly code: number;
  readonly codeName: string;

  constructor(code: number, codeName: string) {
    super(`secret values of ${codeName}`);
    this.code = code;
    this.codeName = codeName;
  }
}

/** Documents by their `_id`. */
type Documents = ReadonlyMap<string, Document>;

interface Index {
  readonly name: string;
  readonly key: Document;
  readonly unique?: boolean;
  readonly partialFilterExpression?: Document;
}

/** A change of a collection. */
type Write = { readonly collection: string; readonly apply: (documents: Map<string, Document>, indexes: readonly Index[]) => void };

interface Transaction {
  readonly seen: Map<string, Map<string, Document>>;
  readonly writes: Write[];
}

/** Collections in memory, with their history, so that they can be read as they were; transactions change them all at once. */
export class FakeMongoStore {
  /** The time of the last change. */
  now = 1;
  readonly indexes = new Map<string, Index[]>();
  readonly #history = new Map<string, { readonly time: number; readonly documents: Documents }[]>();
  readonly #transactions = new Map<string, Transaction>();

  names(): string[] {
    return [...this.#history.keys()];
  }

  create(collection: string): void {
    if (this.#history.has(collection)) throw new FakeMongoError(48, 'NamespaceExists');
    this.#touch(collection);
  }

  drop(collection: string): void {
    this.#history.delete(collection);
    this.indexes.delete(collection);
  }

  begin(name: string): void {
    this.#transactions.set(name, {
      seen: new Map([...this.#history.keys()].map((one) => [one, new Map(this.#at(one, this.now))])),
      writes: [],
    });
  }

  commit(name: string): void {
    const { writes } = this.#transaction(name);
    this.#transactions.delete(name);
    this.now++;
    for (const write of writes) this.#change(write);
  }

  abort(name: string): void {
    this.#transactions.delete(name);
  }

  /** Documents in the order in which they came. */
  find(
    collection: string,
    filter: Document,
    { transaction, time = this.now }: { transaction?: string | undefined; time?: number | undefined },
  ): Document[] {
    const documents =
      transaction === undefined ? this.#at(collection, time) : (this.#transaction(transaction).seen.get(collection) ?? new Map());
    return [...documents.values()].filter((document) => matches(document, filter));
  }

  insert(collection: string, document: Document, transaction?: string): void {
    this.#write(transaction, {
      collection,
      apply: (documents, indexes) => {
        if (documents.has(idText(document._id))) throw new FakeMongoError(11000, 'DuplicateKey');
        refuseTwins(documents, indexes, document);
        documents.set(idText(document._id), document);
      },
    });
  }

  /** @returns whether a document was there, and whether one was added */
  update(
    collection: string,
    filter: Document,
    change: Document,
    options: { upsert: boolean; multi: boolean; transaction?: string | undefined },
  ): { matched: number; upserted: unknown } {
    const found = this.find(collection, filter, options).slice(0, options.multi ? undefined : 1);
    for (const document of found) this.#replace(collection, changed(document, change), options.transaction);
    if (found.length > 0 || !options.upsert) return { matched: found.length, upserted: undefined };
    const fresh = changed({ _id: filter._id ?? new BSON.ObjectId() }, change);
    this.insert(collection, fresh, options.transaction);
    return { matched: 0, upserted: fresh._id };
  }

  remove(collection: string, filter: Document, transaction?: string): number {
    const found = this.find(collection, filter, { transaction });
    this.#write(transaction, {
      collection,
      apply: (documents) => {
        for (const { _id: id } of found) documents.delete(idText(id));
      },
    });
    return found.length;
  }

  createIndex(collection: string, index: Index): void {
    this.#touch(collection);
    const own = this.indexes.get(collection) ?? [];
    const documents = new Map<string, Document>();
    for (const document of this.find(collection, {}, {})) {
      refuseTwins(documents, [index], document);
      documents.set(idText(document._id), document);
    }
    this.indexes.set(collection, [...own.filter(({ name }) => name !== index.name), index]);
  }

  #replace(collection: string, document: Document, transaction: string | undefined): void {
    this.#write(transaction, {
      collection,
      apply: (documents, indexes) => {
        documents.delete(idText(document._id));
        refuseTwins(documents, indexes, document);
        documents.set(idText(document._id), document);
      },
    });
  }

  #write(transaction: string | undefined, write: Write): void {
    if (transaction === undefined) {
      this.now++;
      this.#change(write);
      return;
    }
    const open = this.#transaction(transaction);
    if (!this.#history.has(write.collection)) this.create(write.collection);
    const seen = open.seen.get(write.collection) ?? new Map();
    open.seen.set(write.collection, seen);
    try {
      write.apply(seen, this.indexes.get(write.collection) ?? []);
    } catch (error) {
      this.#transactions.delete(transaction); // as the server does it
      throw error;
    }
    open.writes.push(write);
  }

  #change({ collection, apply }: Write): void {
    this.#touch(collection);
    const documents = new Map(this.#at(collection, this.now));
    apply(documents, this.indexes.get(collection) ?? []);
    this.#history.get(collection)?.push({ time: this.now, documents });
  }

  #touch(collection: string): void {
    if (!this.#history.has(collection)) this.#history.set(collection, [{ time: this.now, documents: new Map() }]);
  }

  #at(collection: string, time: number): Documents {
    return this.#history.get(collection)?.findLast((one) => one.time <= time)?.documents ?? new Map();
  }

  #transaction(name: string): Transaction {
    const found = this.#transactions.get(name);
    if (found === undefined) throw new FakeMongoError(251, 'NoSuchTransaction');
    return found;
  }
}

function idText(id: unknown): string {
  return Buffer.from(BSON.serialize({ id })).toString('latin1');
}

function refuseTwins(documents: Documents, indexes: readonly Index[], document: Document): void {
  for (const { key, unique, partialFilterExpression } of indexes) {
    if (unique !== true || (partialFilterExpression !== undefined && !matches(document, partialFilterExpression))) continue;
    const paths = Object.keys(key);
    const isTwin = (other: Document): boolean =>
      (partialFilterExpression === undefined || matches(other, partialFilterExpression)) &&
      paths.every((path) => compareBson(valueAt(other, path) ?? null, valueAt(document, path) ?? null) === 0);
    if ([...documents.values()].some(isTwin)) throw new FakeMongoError(11000, 'DuplicateKey');
  }
}

/** A document after an update; one without operators is a new document. */
function changed(document: Document, change: Document): Document {
  if (!Object.keys(change).some((name) => name.startsWith('$'))) return { _id: document._id, ...change };
  const result = { ...document, ...(change.$set as Document | undefined) };
  for (const name of Object.keys((change.$unset as Document | undefined) ?? {})) delete result[name];
  return result;
}
