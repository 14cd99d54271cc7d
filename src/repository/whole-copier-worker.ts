/** Thread that copies customers for `CopierThread`: a list of ids is copied, null ends the work. */
import { parentPort, workerData } from 'node:worker_threads';
import { toCrmError } from '../errors.ts';
import type { CopierAnswer } from './copier-thread.ts';
import { type CopierFiles, WholeCopier } from './whole-copier.ts';

const port = parentPort;
if (port === null) throw new Error('runs as a thread only');

const answer = (message: CopierAnswer): void => port.postMessage(message);
const opened = WholeCopier.open(workerData as CopierFiles);
opened.catch(() => {}); // told when something is asked for

port.on('message', (ids: readonly number[] | null) => {
  if (ids === null) {
    void opened
      .then((copier) => copier.close())
      .catch(() => {})
      .then(() => port.close());
    return;
  }
  opened
    .then((copier) => copier.copy(ids, (collisions) => answer({ kind: 'chosen', collisions })))
    .then(
      (copied) => answer({ kind: 'copied', copied }),
      (error: unknown) => {
        const { code, message, hint, details } = toCrmError(error);
        answer({ kind: 'error', code, message, hint, details });
      },
    );
});
