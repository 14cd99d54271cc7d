import type { Engine } from '../../src/engines/connection.ts';

const POSTGRES = [
  `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' ' || is_identity
     || ' ' || row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position) AS line
   FROM information_schema.columns WHERE table_schema = current_schema()`,
  `SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line
   FROM pg_constraint WHERE connamespace = to_regnamespace(quote_ident(current_schema()))`,
  "SELECT replace(indexdef, schemaname || '.', '') AS line FROM pg_indexes WHERE schemaname = current_schema()",
  'SELECT sequencename AS line FROM pg_sequences WHERE schemaname = current_schema()',
];
const SQLITE = ["SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') AS line FROM sqlite_master"];

/** Everything that the engine knows of the tables, line by line, in one order. */
export async function schemaText(engine: Engine): Promise<string[]> {
  const lines: string[] = [];
  for (const sql of engine.facts.name === 'sqlite' ? SQLITE : POSTGRES) {
    for (const { line } of await engine.all<{ line: string }>(sql)) lines.push(line);
  }
  return lines.sort();
}
