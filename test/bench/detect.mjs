/** Finds out how a file is to be read, and no more: `node test/bench/detect.mjs FILE` after a build. */
const { openInput } = await import('../../dist/import/local-input.js');
const { understandFile } = await import('../../dist/import/understand-file.js');

const { file, dispose } = await openInput(process.argv[2]);
const { format, findings } = understandFile(file, {});
dispose();
console.log(format, findings.map(({ what, value }) => `${what}=${value}`).join(' '));
