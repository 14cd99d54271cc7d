import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SqlRow } from '../../src/engines/engine.ts';
import { dump, importText, inconsistencies, openTestDatabase, type TestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { randomImport } from '../support/random-files.ts';

type State = Awaited<ReturnType<typeof dump>>;
/** One thing that somebody does; customers are named by their place among those there are. */
type Action = (database: TestDatabase) => Promise<unknown>;

const NOW = '2026-01-31T10:00:00.000Z';
const text = fc.constantFrom('Ada', 'Bob', '王伟', 'x', '');
const place = fc.nat({ max: 9 });

async function customerAt({ engine }: TestDatabase, at: number): Promise<number | null> {
  const ids = await engine.all<{ id: number }>('SELECT id FROM customers ORDER BY id');
  return ids[at % Math.max(1, ids.length)]?.id ?? null;
}

const onCustomer =
  (at: number, act: (database: TestDatabase, id: number) => Promise<unknown>): Action =>
  async (database) => {
    const id = await customerAt(database, at);
    return id === null ? undefined : act(database, id);
  };

const EDITABLE = ['name', 'given_name', 'city', 'email', 'attributes.Colour', 'notes'] as const;
const values = fc.dictionary(
  fc.constantFrom(...EDITABLE),
  fc.oneof(
    text.filter((value) => value !== ''),
    fc.constant(null),
  ),
  { minKeys: 1, maxKeys: 3 },
);

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: randomImport.map(
      ({ text: file, options }) =>
        (database: TestDatabase) =>
          importText(database, file, options),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, values).map(([at, edit]) => onCustomer(at, ({ repository }, id) => repository.edit(id, { values: edit }))),
  },
  fc
    .tuple(place, fc.constantFrom('vip', 'x'))
    .map(([at, tag]) => onCustomer(at, ({ repository }, id) => repository.edit(id, { values: {}, addTags: [tag] }))),
  fc
    .tuple(place, fc.constantFrom('vip', 'x'))
    .map(([at, tag]) => onCustomer(at, ({ repository }, id) => repository.edit(id, { values: {}, removeTags: [tag] }))),
  fc
    .tuple(place, place)
    .map(([a, b]) =>
      onCustomer(a, async (database, id) => database.repository.edit(id, { values: { company_id: await customerAt(database, b) } })),
    ),
  fc
    .tuple(place, place)
    .map(([a, b]) =>
      onCustomer(a, async (database, id) => database.repository.remove([...new Set([id, (await customerAt(database, b)) as number])])),
    ),
  values.map(
    (fields) =>
      ({ repository }: TestDatabase) =>
        repository.add(fields, { tags: ['new'] }),
  ),
  place.map((at) =>
    onCustomer(at, ({ repository }, id) => repository.addChild(id, { table: 'interactions', row: { kind: 'note', occurred_at: NOW } })),
  ),
  fc
    .tuple(place, fc.constantFrom('in', 'out'))
    .map(([at, status]) =>
      onCustomer(at, ({ repository }, id) =>
        repository.addChild(id, { table: 'consents', row: { channel: 'email', status, decided_at: NOW } }),
      ),
    ),
  place.map((at) => async ({ repository }: TestDatabase) => {
    const done = (await repository.runs({ limit: 100 })).filter((run) => run.status === 'done');
    const run = done[at % Math.max(1, done.length)];
    return run === undefined ? undefined : repository.undo(run.id);
  }),
);

describeEachEngine('undo', (target) => {
  const runs = { numRuns: target.name === 'sqlite' ? 60 : 6, interruptAfterTimeLimit: 8000 };
  const withDatabase = async (test: (database: TestDatabase) => Promise<void>): Promise<void> => {
    const { database, close } = await openTestDatabase(target);
    try {
      await test(database);
    } finally {
      await close();
    }
  };

  it('restores every state before, newest run first, and every state after when undone itself', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 8 }), (actions) =>
      withDatabase(async (database) => {
        const { repository, engine } = database;
        const states: { run: number; before: State; after: State }[] = [];
        for (const act of actions) {
          const before = await dump(engine);
          const last = (await repository.runs({ limit: 1 }))[0]?.id ?? 0;
          await act(database);
          expect(await inconsistencies(engine)).toEqual([]);
          const [newest] = await repository.runs({ limit: 1 });
          if (newest !== undefined && newest.id > last) states.push({ run: newest.id, before, after: await dump(engine) });
        }
        for (const { run, before, after } of states.toReversed()) {
          if ((await repository.run(run)).status !== 'done') continue; // undone by a later action, which was undone just now
          const undo = await repository.undo(run);
          expect(undo.value.kept).toEqual([]);
          expect(await dump(engine)).toEqual(before);
          const redo = await repository.undo(undo.run as number);
          expect(redo.value.kept).toEqual([]);
          expect(await dump(engine)).toEqual(after);
          await repository.undo(redo.run as number);
          expect(await dump(engine)).toEqual(before);
          expect(await inconsistencies(engine)).toEqual([]);
        }
      }),
    );
    await fc.assert(property, runs);
  });

  it('of an import keeps exactly what was edited since, and says so', { timeout: 60_000 }, async () => {
    const edits = fc.array(fc.tuple(place, values), { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(randomImport, randomImport, edits, (first, second, edited) =>
      withDatabase(async (database) => {
        const { repository, engine } = database;
        await importText(database, first.text, first.options);
        const before = byId(await dump(engine));
        const { run } = await importText(database, second.text, second.options);
        const after = byId(await dump(engine));
        for (const [at, fields] of edited) await onCustomer(at, (_, id) => repository.edit(id, { values: fields }))(database);
        const now = byId(await dump(engine));
        const { kept } = (await repository.undo(run as number)).value;
        const restored = byId(await dump(engine));
        const expectedKept: string[] = [];
        for (const [id, current] of now) {
          const [old, imported] = [before.get(id), after.get(id) as Fields];
          const changed = Object.keys(current).filter((field) => current[field] !== imported[field]);
          if (old === undefined) {
            // The import made it: it goes, unless somebody changed anything of it.
            if (changed.length > 0) expectedKept.push(`${id} *`);
            expect(restored.get(id)).toEqual(changed.length > 0 ? linked(current, restored) : undefined);
            continue;
          }
          const expected = { ...current };
          for (const field of Object.keys(current)) {
            if (!changed.includes(field)) expected[field] = old[field] ?? null;
            else if (imported[field] !== old[field] && current[field] !== old[field]) expectedKept.push(`${id} ${field}`);
          }
          expect(restored.get(id)).toEqual(linked(expected, restored));
        }
        expect(kept.map(({ id, field }) => `${id} ${field}`).sort()).toEqual(expectedKept.sort());
        expect(await inconsistencies(engine)).toEqual([]);
      }),
    );
    await fc.assert(property, runs);
  });
});

type Fields = Record<string, unknown>;

/** A customer that stays loses the link to a company that goes. */
function linked(fields: Fields, all: ReadonlyMap<number, Fields>): Fields {
  return all.has(fields.company_id as number) ? fields : { ...fields, company_id: null };
}

/** Customers by id, with custom fields as fields of their own and without what is made of the others. */
function byId(state: State): Map<number, Fields> {
  return new Map((state.customers as SqlRow[]).map((row) => [row.id as number, fieldsOf(row)]));
}

const CUSTOM = ['Colour', 'birthday', 'created', 'kind', 'phone', 'external_id', 'email', 'tags'];

function fieldsOf({ attributes, ...row }: SqlRow): Fields {
  const custom = (attributes === null ? {} : JSON.parse(attributes as string)) as Record<string, string>;
  const named = CUSTOM.map((name) => [`attributes.${name}`, custom[name] ?? null]);
  const own = Object.entries(row).filter(([column]) => !column.endsWith('_key'));
  return Object.fromEntries([...own, ...named]);
}
