import { lineOf, resolveImport, type SourceFile, type SyntaxNode } from './source-tree.ts';

/** A rule of the house: answers one line for each breach, none when all is well. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** The layers from the bottom up; a file may import its own folder and lower layers. Files of `src` itself go by their name. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors', 'model', 'interruption', 'grace', 'process-lock'],
  ['formats', 'engines', 'config', 'normalize'],
  ['repository', 'connectors'],
  ['import', 'query', 'cleansing', 'dedupe', 'archive', 'backup', 'migrate', 'job', 'quality', 'maintain'],
  ['index'],
  ['ui', 'context'],
  ['commands'],
  ['cli'],
  ['main'],
];
/** Imports between parts of one layer. */
const SIDEWAYS: Readonly<Record<string, readonly string[]>> = {
  model: ['errors'],
  interruption: ['errors'],
  'process-lock': ['errors', 'interruption'],
  job: ['import', 'query', 'cleansing', 'dedupe', 'archive', 'backup', 'migrate', 'quality'],
  archive: ['query'],
  backup: ['query'],
  migrate: ['import', 'query'],
  maintain: ['archive', 'backup', 'job'],
  context: ['ui'],
};
/** Parts that may use less than what lies below them. */
const NARROW: Readonly<Record<string, readonly string[]>> = { errors: [], model: ['errors'], normalize: ['model', 'errors'] };
/** Single imports that break the rules above, as `from -> to`, each with its reason in a comment. Keep it empty. */
const ALLOWED_UPWARD: readonly string[] = [];

/** Which files may import a library. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  'better-sqlite3': /^src\/(engines|connectors)\/sqlite[^/]*\.ts$/,
  pg: /^src\/(engines|connectors)\/postgres[^/]*\.ts$/,
  'pg-copy-streams': /^src\/(engines|connectors)\/postgres[^/]*\.ts$/,
  mysql2: /^src\/connectors\/mysql[^/]*\.ts$/,
  'cassandra-driver': /^src\/connectors\/cassandra[^/]*\.ts$/,
  mongodb: /^src\/connectors\/mongo[^/]*\.ts$/,
  oracledb: /^src\/connectors\/oracle[^/]*\.ts$/,
  tedious: /^src\/connectors\/mssql[^/]*\.ts$/,
  redis: /^src\/connectors\/redis[^/]*\.ts$/,
  '@duckdb/node-api': /^src\/connectors\/duckdb[^/]*\.ts$/,
  yaml: /^src\/(config|migrate)\/mapping-[^/]*\.ts$/,
  'libphonenumber-js': /^src\/normalize\/phone[^/]*\.ts$/,
  'i18n-iso-countries': /^src\/normalize\/country-names\.ts$/,
  entities: /^src\/normalize\/html-entities\.ts$/,
  mailchecker: /^src\/normalize\/email-domains\.ts$/,
  stdnum: /^src\/normalize\/tax-id-library\.ts$/,
  'pinyin-pro': /^src\/normalize\/pinyin\.ts$/,
  'opencc-js': /^src\/normalize\/han-fold\.ts$/,
  'iconv-lite': /^src\/formats\/decode\.ts$/,
  fflate: /^src\/formats\/zip-archive\.ts$/,
  sax: /^src\/formats\/xml-scanner\.ts$/,
  chalk: /^src\/ui\/style\.ts$/,
  'cli-table3': /^src\/ui\/table\.ts$/,
  inquirer: /^src\/ui\/prompt\.ts$/,
  'd3-scale': /^src\/ui\/(quality|dedupe)-chart[^/]*\.ts$/,
  'd3-shape': /^src\/ui\/quality-chart[^/]*\.ts$/,
  zod: /^src\/config\/[^/]*\.ts$/,
  'jsonc-parser': /^src\/config\/config-places\.ts$/,
  croner: /^src\/(config|job)\/[^/]*schedule[^/]*\.ts$/,
  pino: /^src\/job\/job-log\.ts$/,
  commander: /^src\/(cli|main|commands\/.+)\.ts$/,
};

const MAX_LINES = 300;
const MAX_FUNCTION_LINES = 50;
const SQL = /\b(SELECT|INSERT INTO|UPDATE\s[\s\S]*\sSET|DELETE FROM)\b/;
const SQL_FOLDERS = /^src\/(repository|engines|connectors)\//;
const FORBIDDEN_NAMES = /^(.*-)?(utils?|helpers?)$|^(common|types|misc)$/;
const FUNCTIONS = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;

/** Imports point down: a layer never knows what stands above it. */
export const importsPointDown: Rule = (files) =>
  files.flatMap((file) =>
    targets(file)
      .filter((target) => !mayImport(part(file.path), part(target)) && !ALLOWED_UPWARD.includes(`${file.path} -> ${target}`))
      .map((target) => `${file.path} -> ${target}: ${part(file.path)} may not import ${part(target)}`),
  );

/** No file reaches itself through its imports. */
export const noCycles: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(' -> '));
    const file = byPath.get(path);
    if (at >= 0 || done.has(path) || file === undefined) return;
    for (const target of targets(file)) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const file of files) visit(file.path, []);
  return found;
};

/** Every relative import names its file in full. */
export const importsExist: Rule = (files) => {
  const paths = new Set(files.map((file) => file.path));
  return files.flatMap((file) => targets(file).flatMap((target) => (paths.has(target) ? [] : [`${file.path} -> ${target}: no such file`])));
};

/** Each third-party library is known to one file or folder only. */
export const librariesHaveOwners: Rule = (files) =>
  files.flatMap((file) =>
    file.imports.flatMap((name) => {
      if (name.startsWith('.') || name.startsWith('node:')) return [];
      const library = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] as string);
      const owner = OWNERS[library];
      if (owner === undefined) return [`${file.path}: ${library} has no owner; name one in test/support/architecture-rules.ts`];
      return owner.test(file.path) ? [] : [`${file.path}: ${library} belongs to ${owner.source}`];
    }),
  );

/** Short files, short functions. */
export const shortFilesAndFunctions: Rule = (files) =>
  files.flatMap((file) => {
    const lines = lineOf(file, file.text.trimEnd().length);
    const long = lines > MAX_LINES ? [`${file.path}: ${lines} lines (at most ${MAX_LINES})`] : [];
    for (const node of file.nodes) {
      const length = FUNCTIONS.test(node.type) ? lineOf(file, node.end) - lineOf(file, node.start) + 1 : 0;
      if (length > MAX_FUNCTION_LINES) long.push(`${place(file, node)}: a function of ${length} lines (at most ${MAX_FUNCTION_LINES})`);
    }
    return long;
  });

/** The exit status is set, never forced; talk goes through the Io. */
export const noExitNoConsole: Rule = (files) =>
  eachNode(files, (node) => {
    if (node.type !== 'MemberExpression') return null;
    const object = (node.object as SyntaxNode).name;
    const property = (node.property as SyntaxNode).name;
    if (object === 'process' && (property === 'exit' || property === 'abort'))
      return `process.${property}: set process.exitCode and return`;
    return object === 'console' ? 'console: write through the Io' : null;
  });

/** Named exports only. */
export const noDefaultExport: Rule = (files) =>
  eachNode(files, (node) => {
    const renamed = node.type === 'ExportSpecifier' && (node.exported as SyntaxNode).name === 'default';
    return node.type === 'ExportDefaultDeclaration' || renamed ? 'default export' : null;
  });

/** SQL lives where customers are stored, and nowhere else. */
export const sqlStaysBelow: Rule = (files) =>
  eachNode(
    files.filter((file) => !SQL_FOLDERS.test(file.path)),
    (node) => {
      const text = node.type === 'TemplateElement' ? (node.value as { raw: string }).raw : node.type === 'Literal' ? node.value : null;
      return typeof text === 'string' && SQL.test(text) ? `SQL in a string: ${JSON.stringify(text.slice(0, 40))}` : null;
    },
  );

/** Files are named after the one thing they hold. */
export const tellingFileNames: Rule = (files) =>
  files.flatMap(({ path }) => {
    const name = (path.split('/').at(-1) as string).replace(/\.ts$/, '');
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return [`${path}: not kebab-case`];
    return FORBIDDEN_NAMES.test(name) ? [`${path}: named after nothing in particular`] : [];
  });

/** Every exported symbol says in a TSDoc comment what it is. */
export const exportsAreDocumented: Rule = (files) =>
  files.flatMap((file) => {
    const undocumented: string[] = [];
    const documented = new Set<string>();
    for (const statement of file.statements) {
      const exported = statement.type === 'ExportNamedDeclaration';
      const declaration = exported ? (statement.declaration as SyntaxNode | null) : statement;
      const names = declaration === null ? [] : declaredNames(declaration);
      if (hasDoc(file, statement)) for (const name of names) documented.add(name);
      // A function's overloads share the comment of the first.
      else if (exported) undocumented.push(...names.filter((name) => !documented.has(name)));
    }
    for (const statement of file.statements) {
      if (statement.type !== 'ExportNamedDeclaration' || statement.source !== null) continue;
      const locals = (statement.specifiers as SyntaxNode[]).map((specifier) => (specifier.local as SyntaxNode).name as string);
      undocumented.push(...locals.filter((name) => !documented.has(name)));
    }
    return undocumented.map((name) => `${file.path}: ${name}`);
  });

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  const narrow = NARROW[from];
  if (narrow !== undefined) return narrow.includes(to);
  return layer(to) < layer(from) || (SIDEWAYS[from]?.includes(to) ?? false);
}

function layer(name: string): number {
  const found = LAYERS.findIndex((parts) => parts.includes(name));
  if (found < 0) throw new Error(`src/${name} has no layer: give it one in test/support/architecture-rules.ts`);
  return found;
}

/** `src/ui/table.ts` → `ui`, `src/main.ts` → `main` */
function part(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

function targets(file: SourceFile): string[] {
  return file.imports.map((name) => resolveImport(file, name)).filter((target) => target !== null);
}

function eachNode(files: readonly SourceFile[], check: (node: SyntaxNode) => string | null): string[] {
  return files.flatMap((file) =>
    file.nodes.flatMap((node) => {
      const breach = check(node);
      return breach === null ? [] : [`${place(file, node)}: ${breach}`];
    }),
  );
}

function place(file: SourceFile, node: SyntaxNode): string {
  return `${file.path}:${lineOf(file, node.start)}`;
}

function declaredNames(declaration: SyntaxNode): string[] {
  const declarators = (declaration.declarations as SyntaxNode[] | undefined) ?? [declaration];
  return declarators.map((declarator) => (declarator.id as SyntaxNode | undefined)?.name).filter((name) => typeof name === 'string');
}

/** Whether a TSDoc comment ends right before the statement; line comments (of tools) may stand between. */
function hasDoc(file: SourceFile, statement: SyntaxNode): boolean {
  const before = file.text.slice(0, statement.start).replace(/(\s|\/\/[^\n]*\n)*$/, '');
  return before.endsWith('*/') && before.startsWith('/**', before.lastIndexOf('/*'));
}
