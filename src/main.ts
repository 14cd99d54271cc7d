import type { Invocation } from './cli.ts';
import type { CrmError, CrmErrorOptions } from './errors.ts';
import { flush, type Io, OutputClosedError, processIo, write } from './ui/io.ts';

/**
 * Runs the program with these arguments and sets `process.exitCode`. The only place that catches everything.
 * What is not always needed is loaded on use: start-up is most of what a short command costs.
 * @param argv arguments without `node` and the script
 */
export async function main(argv: readonly string[]): Promise<void> {
  const io = processIo();
  const interruption = new AbortController();
  const stop = watchSignals(interruption);
  const invoked: Invocation = { name: '', options: {} };
  try {
    if (argv.length === 0) await printStart(io, interruption.signal);
    else if (argv.length === 1 && argv[0] === '--version') await printVersion(io);
    else if (argv[0] === '__complete') await printOffers(io, argv.slice(1), interruption.signal);
    else await (await import('./cli.ts')).runCommand(io, argv, interruption.signal, invoked);
    await flush(io.stdout);
  } catch (thrown) {
    process.exitCode = await report(io, argv, thrown, interruption.signal, invoked);
  } finally {
    stop();
  }
}

async function printVersion(io: Io): Promise<void> {
  const { programVersion } = await import('./ui/version.ts');
  await write(io.stdout, `${programVersion()}\n`);
}

/** What the completion scripts ask: `crm __complete segments crm query --segment`. */
async function printOffers(io: Io, [kind = '', ...words]: readonly string[], signal: AbortSignal): Promise<void> {
  await (await import('./commands/complete-values.ts')).printOffers(io, kind, words, signal);
}

/** `crm` alone: what there is, and what to do; nobody is asked for anything. */
async function printStart(io: Io, signal: AbortSignal): Promise<void> {
  const { showStart } = await import('./commands/start.ts');
  const { withContext } = await import('./context.ts');
  await withContext(io, { input: false }, signal, showStart);
}

/** How long a command may take to roll back and say so after a signal, in milliseconds. */
const GRACE_MS = 3000;

/** The first signal asks the command to stop and roll back; a second one ends the process at once. */
function watchSignals(interruption: AbortController): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const handler = (): void => {
      if (interruption.signal.aborted) {
        stop();
        process.kill(process.pid, name);
      }
      interruption.abort(name);
      // A server that does not answer must not hold the user: what was under way is rolled back without us too.
      const endSoon = (): void => {
        setTimeout(() => {
          stop();
          process.kill(process.pid, name);
        }, GRACE_MS).unref();
      };
      import('./grace.ts').then(({ mayTakeItsTime }) => {
        if (!mayTakeItsTime(interruption.signal)) endSoon();
      }, endSoon);
    };
    process.on(name, handler);
    return { name, handler };
  });
  // The step of a job stops with the job, even where that is killed: the channel between them is closed then.
  const [, terminated] = handlers;
  const orphaned = (): void => {
    if (!interruption.signal.aborted) terminated?.handler();
  };
  if (process.env.CRM_JOB_STEP !== undefined) {
    process.once('disconnect', orphaned);
    process.channel?.unref();
    // Closed while this process was still starting: the event is over.
    if (process.connected === false) orphaned();
  }
  const stop = (): void => {
    for (const { name, handler } of handlers) process.off(name, handler);
    process.off('disconnect', orphaned);
  };
  return stop;
}

/** Tells of a failure. @returns the exit status */
async function report(io: Io, argv: readonly string[], thrown: unknown, signal: AbortSignal, invoked: Invocation): Promise<number> {
  if (thrown instanceof OutputClosedError) return 0;
  const { CrmError, toCrmError } = await import('./errors.ts');
  const error: CrmError = signal.aborted
    ? new CrmError(signal.reason === 'SIGTERM' ? 'TERMINATED' : 'INTERRUPTED', ...whatIsKept(toCrmError(thrown)))
    : toCrmError(thrown);
  const { printError } = await import('./ui/envelope.ts');
  const { withoutColour } = await import('./ui/style.ts');
  const json = invoked.options.json ?? argv.includes('--json');
  await printError(argv.includes('--no-color') ? withoutColour(io) : io, { json, debug: argv.includes('--debug') }, invoked.name, error);
  return error.exitCode;
}

/** Commands whose work stays when they are stopped say so, with details. */
function whatIsKept({ code, message, hint, details }: CrmError): [message: string, options?: CrmErrorOptions] {
  if (code !== 'INTERRUPTED' || details === undefined) return ['interrupted; nothing was changed'];
  return [message, { details, ...(hint === undefined ? {} : { hint }) }];
}
