/**
 * URL of a module that runs in a thread or process of its own. From the sources themselves, which node cannot run, it is
 * the one that was built from them.
 * @param path relative to the module that names it
 * @param from `import.meta.url` of that module
 */
export function builtModule(path: string, from: string): URL {
  return new URL(path, from.endsWith('.ts') ? from.replace(/\/src\/(?!.*\/src\/)/, '/dist/') : from);
}
