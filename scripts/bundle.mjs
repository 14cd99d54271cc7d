/**
 * After `tsc`: joins the modules of the command into a few files, `dist/bundle/`. Node loads each module with some cost,
 * and a query would load 67 of them; the library is used as `tsc` made it. Packages stay outside.
 */
import { rolldown } from 'rolldown';

const bundle = await rolldown({
  // Every entry is also found beside the others by a relative URL: threads are started so.
  input: {
    main: 'dist/main.js',
    'file-worker': 'dist/import/file-worker.js',
    'sqlite-word-worker': 'dist/engines/sqlite-word-worker.js',
  },
  platform: 'node',
  external: /^(?:node:|@|[a-z])/,
});
// As deep as the modules themselves, so that `../../schemas` and `../../package.json` are where they look for them.
await bundle.write({ dir: 'dist/bundle', format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
await bundle.close();
