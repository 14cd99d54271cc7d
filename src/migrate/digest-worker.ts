/** Thread that hashes rows for `DigestThread`: the digest of each request is answered; null ends the work. */
import { parentPort, workerData } from 'node:worker_threads';
import type { DigestAnswer } from './digest-thread.ts';
import { OpenedPlace } from './opened-place.ts';
import type { DigestPlace, DigestRequest } from './rows-digest.ts';

const port = parentPort;
if (port === null) throw new Error('runs as a thread only');

const answer = (message: DigestAnswer): void => port.postMessage(message);
const opened = OpenedPlace.open(workerData as DigestPlace);
opened.catch(() => {}); // told when something is asked for

port.on('message', (request: DigestRequest | null) => {
  if (request === null) {
    void opened
      .then((place) => place.close())
      .catch(() => {})
      .then(() => port.close());
    return;
  }
  opened
    .then((place) => place.digest(request))
    .then(
      (digest) => answer({ digest }),
      () => answer({ digest: null }),
    );
});
