/**
 * `crm dedupe review` on a terminal with evidence made by hand: the search for duplicates is not needed.
 * Arguments: database, limit. Prints the counts as JSON on standard output at the end. With KILLED_AT=N in the environment
 * it dies, as of kill -9, when it is about to show its Nth pair.
 */
import { reviewOnTerminal } from '../../dist/commands/dedupe-review.js';
import { openRepository } from '../../dist/repository/repository.js';
import { processIo } from '../../dist/ui/io.js';

const [, , database, limit] = process.argv;
const repository = await openRepository(database, { actor: 'tester' });
let shown = 0;
const explain = async (_repository, pairs) => {
  if (++shown === Number(process.env.KILLED_AT)) process.kill(process.pid, 'SIGKILL');
  return pairs.map(({ left, right }) => {
    const fields = [
      { field: 'given_name', left: 'Ada', right: 'Ada', level: 'exact', bits: 7.25, m: 0.9, u: 0.006, termFrequency: null },
      { field: 'family_name', left: 'Lovelace', right: 'Lovelase', level: 'one_edit', bits: 4.5, m: 0.05, u: 0.002, termFrequency: null },
      { field: 'email', left: 'ada@example.com', right: null, level: 'null', bits: 0, m: null, u: null, termFrequency: null },
    ];
    return {
      ...{ left, right, priorBits: -12, fields, bits: -0.25, score: 0.457, verdict: 'review', guards: ['shared_phone'], rules: ['email'] },
      ...{ cluster: null, decision: null },
    };
  });
};
try {
  const options = limit === undefined ? {} : { limit: Number(limit) };
  const counts = await reviewOnTerminal(processIo(), repository, options, explain, new AbortController().signal);
  process.stdout.write(`done ${JSON.stringify(counts)}\n`);
} catch (error) {
  process.stdout.write(`failed ${error.code}: ${error.message}\n`);
  process.exitCode = error.exitCode ?? 1;
} finally {
  await repository.close();
}
