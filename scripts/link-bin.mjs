/** After a build in a checkout: makes `npx crm` run this checkout at once. Without it npx would install the folder into its cache first. */
import { existsSync, rmSync, symlinkSync } from 'node:fs';

if (process.platform !== 'win32' && existsSync('node_modules/.bin')) {
  rmSync('node_modules/.bin/crm', { force: true });
  symlinkSync('../../bin/crm.js', 'node_modules/.bin/crm');
}
