import { createHash } from 'node:crypto';

/** A column as `system_schema.columns` tells it. */
export interface FakeColumn {
  readonly name: string;
  readonly type: string;
  readonly kind: 'partition_key' | 'clustering' | 'regular' | 'static';
  readonly position: number;
}

/** A table with its rows: bytes as they came over the wire; null is NULL. */
export interface FakeTable {
  readonly keyspace: string;
  readonly name: string;
  readonly columns: readonly FakeColumn[];
  readonly rows: Map<string, Map<string, Buffer | null>>;
}

/** What a statement asks for; `?` are numbered from 0 in the order of the text. */
export interface FakeStatement {
  readonly verb: 'select' | 'insert' | 'delete' | 'truncate' | 'create';
  readonly table: FakeTable;
  /** Columns that are read or written. */
  readonly columns: readonly FakeColumn[];
  /** Columns that are compared with values. */
  readonly where: readonly FakeColumn[];
}

/** An error as the server numbers it. */
export class FakeCqlError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const NAME = '"((?:[^"]|"")+)"';
const INVALID = 0x2200;

/** Tables in memory, and the few forms of statements that the connector uses. */
export class FakeCassandraStore {
  /** Fields of types of users, by name. */
  readonly userTypes = new Map<string, readonly (readonly [string, string])[]>();
  readonly views: string[] = [];
  readonly indexes: (readonly [table: string, index: string])[] = [];
  readonly #tables = new Map<string, FakeTable>();
  readonly #keyspace: string;

  constructor(keyspace: string) {
    this.#keyspace = keyspace;
  }

  tables(): readonly FakeTable[] {
    return [...this.#tables.values()];
  }

  table(name: string): FakeTable {
    const found = this.#tables.get(name);
    if (found === undefined) throw new FakeCqlError(INVALID, `unconfigured table ${name}`);
    return found;
  }

  add(name: string, columns: readonly FakeColumn[]): FakeTable {
    if (!/^\w{1,48}$/.test(name)) throw new FakeCqlError(INVALID, 'no name of a table');
    const table = { keyspace: this.#keyspace, name, columns, rows: new Map() };
    this.#tables.set(name, table);
    return table;
  }

  /** @throws {FakeCqlError} when it is none that is known here */
  parse(cql: string): FakeStatement {
    const system = /^SELECT (.+) FROM (system\w*)\.(\w+)(?: WHERE (.+))?$/.exec(cql);
    if (system !== null) return this.#ofSystem(system.slice(1));
    if (cql.startsWith('CREATE TABLE')) return this.#create(cql);
    const [, table = ''] = new RegExp(`(?:FROM|INTO|TRUNCATE) ${NAME}\\.${NAME}`).exec(cql)?.slice(1) ?? [];
    const found = this.table(plain(table));
    const [head = '', tail = ''] = cql.split(new RegExp(`(?:FROM|INTO|TRUNCATE) ${NAME}\\.${NAME}`)).filter((_, at) => at % 3 === 0);
    const named = (text: string): FakeColumn[] =>
      [...text.matchAll(new RegExp(NAME, 'g'))].map(([, name = '']) => columnOf(found, plain(name)));
    if (cql.startsWith('SELECT')) return { verb: 'select', table: found, columns: named(head), where: named(tail) };
    if (cql.startsWith('INSERT')) return { verb: 'insert', table: found, columns: named(tail), where: [] };
    if (cql.startsWith('DELETE')) return { verb: 'delete', table: found, columns: [], where: named(tail) };
    if (cql.startsWith('TRUNCATE')) return { verb: 'truncate', table: found, columns: [], where: [] };
    throw new FakeCqlError(0x2000, 'no statement that is known here');
  }

  /** Carries a statement out. @returns the rows that it asks for, in the order of their tokens */
  run({ verb, table, columns, where }: FakeStatement, values: readonly (Buffer | null | undefined)[]): readonly (Buffer | null)[][] {
    const fits = (row: ReadonlyMap<string, Buffer | null>): boolean =>
      where.every(({ name }, at) => values[at] != null && row.get(name)?.equals(values[at] as Buffer) === true);
    if (verb === 'truncate') table.rows.clear();
    if (verb === 'insert') this.#insert(table, columns, values);
    if (verb === 'delete') for (const [key, row] of [...table.rows]) if (fits(row)) table.rows.delete(key);
    if (verb !== 'select') return [];
    const found = [...table.rows].filter(([, row]) => fits(row)).sort(([a], [b]) => (tokenOf(a) < tokenOf(b) ? -1 : 1));
    return found.map(([, row]) => columns.map(({ name }) => row.get(name) ?? null));
  }

  #insert(table: FakeTable, columns: readonly FakeColumn[], values: readonly (Buffer | null | undefined)[]): void {
    const given = new Map(columns.map(({ name }, at) => [name, values[at]]));
    const keys = table.columns.filter(({ kind }) => kind === 'partition_key' || kind === 'clustering').map(({ name }) => given.get(name));
    if (keys.some((one) => one == null)) throw new FakeCqlError(INVALID, 'a key is missing');
    if (keys.length === 1 && keys[0]?.length === 0) throw new FakeCqlError(INVALID, 'Key may not be empty');
    const key = keys.map((one) => (one as Buffer).toString('hex')).join(':');
    const row = table.rows.get(key) ?? new Map<string, Buffer | null>();
    // undefined was not set: what is there stays.
    for (const [name, value] of given) if (value !== undefined) row.set(name, value);
    table.rows.set(key, row);
  }

  #create(cql: string): FakeStatement {
    const [, name = '', body = '', key = ''] =
      new RegExp(`^CREATE TABLE IF NOT EXISTS ${NAME}\\.${NAME} \\((.*), PRIMARY KEY \\((.*)\\)\\)$`, 's').exec(cql)?.slice(1) ?? [];
    const partition = /^\((.*?)\)(?:,|$)/s.exec(key)?.[1] ?? '';
    const names = (text: string): string[] => [...text.matchAll(new RegExp(NAME, 'g'))].map(([, one = '']) => plain(one));
    const [inPartition, all] = [names(partition), names(key)];
    const columns = [...body.matchAll(new RegExp(`${NAME} ([a-z]+)(?:, |$)`, 'g'))].map(([, one = '', type = '']): FakeColumn => {
      const column = plain(one);
      const kind = inPartition.includes(column) ? 'partition_key' : all.includes(column) ? 'clustering' : 'regular';
      return { name: column, type, kind, position: kind === 'regular' ? -1 : all.indexOf(column) };
    });
    const table = this.#tables.get(plain(name)) ?? this.add(plain(name), columns);
    return { verb: 'create', table, columns: [], where: [] };
  }

  /** Tables of the system, made anew each time. */
  #ofSystem([wanted = '', schema = '', name = '', condition = '']: readonly string[]): FakeStatement {
    const contents = this.#system(`${schema}.${name}`);
    const columns = Object.keys(contents.types).map(
      (one): FakeColumn => ({ name: one, type: contents.types[one] as string, kind: 'regular', position: -1 }),
    );
    const rows = new Map(contents.rows.map((row, at) => [String(at), new Map(Object.entries(row))]));
    const table = { keyspace: schema, name, columns, rows };
    const where = [...condition.matchAll(/(\w+) = \?/g)].map(([, one = '']) => columnOf(table, one));
    return { verb: 'select', table, columns: wanted === '*' ? columns : wanted.split(', ').map((one) => columnOf(table, one)), where };
  }

  #system(name: string): { readonly types: Readonly<Record<string, string>>; readonly rows: readonly Record<string, Buffer | null>[] } {
    const text = (value: string): Buffer => Buffer.from(value);
    const keyspace = text(this.#keyspace);
    switch (name) {
      case 'system.local':
        return {
          types: {
            key: 'text',
            data_center: 'text',
            rack: 'text',
            release_version: 'text',
            partitioner: 'text',
            rpc_address: 'inet',
            schema_version: 'uuid',
            host_id: 'uuid',
          },
          rows: [
            {
              key: text('local'),
              data_center: text('dc1'),
              rack: text('r1'),
              release_version: text('4.1.3'),
              partitioner: text('org.apache.cassandra.dht.Murmur3Partitioner'),
              rpc_address: Buffer.from([127, 0, 0, 1]),
              schema_version: Buffer.alloc(16, 1),
              host_id: Buffer.alloc(16, 2),
            },
          ],
        };
      case 'system.peers':
        return { types: { peer: 'inet', data_center: 'text', schema_version: 'uuid' }, rows: [] };
      case 'system_schema.keyspaces':
        return { types: { keyspace_name: 'text' }, rows: [{ keyspace_name: keyspace }] };
      case 'system_schema.tables':
        return {
          types: { keyspace_name: 'text', table_name: 'text' },
          rows: this.tables().map((one) => ({ keyspace_name: keyspace, table_name: text(one.name) })),
        };
      case 'system_schema.views':
        return {
          types: { keyspace_name: 'text', view_name: 'text' },
          rows: this.views.map((one) => ({ keyspace_name: keyspace, view_name: text(one) })),
        };
      case 'system_schema.indexes':
        return {
          types: { keyspace_name: 'text', table_name: 'text', index_name: 'text' },
          rows: this.indexes.map(([table, index]) => ({ keyspace_name: keyspace, table_name: text(table), index_name: text(index) })),
        };
      case 'system_schema.columns':
        return {
          types: { keyspace_name: 'text', table_name: 'text', column_name: 'text', kind: 'text', position: 'int', type: 'text' },
          rows: this.tables().flatMap((table) =>
            table.columns.map((one) => ({
              keyspace_name: keyspace,
              table_name: text(table.name),
              column_name: text(one.name),
              kind: text(one.kind),
              position: intBytes(one.position),
              type: text(one.type),
            })),
          ),
        };
      default:
        throw new FakeCqlError(INVALID, `no table ${name}`);
    }
  }
}

/** Four bytes. */
export function intBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function columnOf(table: FakeTable, name: string): FakeColumn {
  const found = table.columns.find((one) => one.name === name);
  if (found === undefined) throw new FakeCqlError(INVALID, `no column ${name}`);
  return found;
}

function plain(name: string): string {
  return name.replaceAll('""', '"');
}

function tokenOf(key: string): string {
  return createHash('md5').update(key).digest('hex');
}
