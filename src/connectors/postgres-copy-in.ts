import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';

/** One COPY … FROM STDIN on its way. */
export class CopyIn {
  readonly #stream: CopyStreamQuery;
  readonly #done: Promise<void>;
  #hasFailed = false;

  /** @param sql the COPY statement; the session takes no other one until `end` or `abort` */
  constructor(client: pg.Client, sql: string) {
    this.#stream = client.query(copyFrom(sql));
    this.#done = finished(this.#stream);
    // Told by `end`.
    this.#done.catch(() => {
      this.#hasFailed = true;
    });
  }

  /** Sends bytes, waiting where the server is slower; what the server has against them is told by `end`. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#hasFailed || this.#stream.write(bytes)) return;
    await Promise.race([once(this.#stream, 'drain'), this.#done]).catch(() => undefined);
  }

  /** @throws what the server has answered */
  async end(): Promise<void> {
    if (!this.#hasFailed) this.#stream.end();
    await this.#done;
  }

  /** Lets the server forget what was sent. */
  async abort(): Promise<void> {
    if (!this.#hasFailed) this.#stream.destroy();
    await this.#done.catch(() => undefined);
  }
}
