/**
 * After `tsc`: joins the modules of the command into a few files, `dist/bundle/`. Node loads each module with some cost,
 * and a query would load 67 of them; the library is used as `tsc` made it. Packages stay outside.
 */
import { rolldown } from 'rolldown';

/** Modules that are needed together: by every command, and by every command that reads customers. */
const GROUPS = {
  start: ['errors', 'config', 'cli', 'context', 'model/nearest', 'commands/(index|help-layout)', 'ui/(io|style|envelope|version|number)'],
  customers: [
    'model/(customer|fields|currency|fold|filter.*|search-words)',
    'normalize/(email|keys|text|half-width|same-name)',
    'repository/(repository|customer-(rows|details|query)|query-.*|filter-.*|run-log|segments|stored-json|find-customer-ids|login-name)',
    'engines/(index|migrator|mutex|sqlite|sqlite-(errors|facts|connection))',
    'query/(selected-customers|interruptible)',
    'commands/selection',
    'ui/(width|json-row|render)',
  ],
};

const bundle = await rolldown({
  // Every entry is also found beside the others by a relative URL: threads are started so.
  input: {
    main: 'dist/main.js',
    'file-worker': 'dist/import/file-worker.js',
    'search-worker': 'dist/dedupe/search-worker.js',
    'whole-copier-worker': 'dist/repository/whole-copier-worker.js',
    'sqlite-word-worker': 'dist/engines/sqlite-word-worker.js',
    'image-hash-worker': 'dist/backup/image-hash-worker.js',
    'unpack-worker': 'dist/backup/unpack-worker.js',
    'digest-worker': 'dist/migrate/digest-worker.js',
    'sqlite-snapshot-worker': 'dist/engines/sqlite-snapshot-worker.js',
  },
  platform: 'node',
  external: /^(?:node:|@|[a-z])/,
});
// As deep as the modules themselves, so that `../../schemas` and `../../package.json` are where they look for them.
await bundle.write({
  dir: 'dist/bundle',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: {
    groups: Object.entries(GROUPS).map(([name, modules]) => ({
      name,
      test: new RegExp(`dist/(?:${modules.join('|')})\\.js$`.replaceAll('/', '[\\\\/]')),
    })),
  },
});
await bundle.close();
