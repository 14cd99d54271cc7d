import type { Snapshot } from '../connectors/connector.ts';
import type { CopyOptions } from './copy-options.ts';
import { type Digester, openDigester } from './digest-thread.ts';
import type { DigestRequest, RowsDigest } from './rows-digest.ts';

/** Both ends of a copy, each opened once more to hash rows of it, where that is wanted. */
export class CopyDigests {
  readonly #addresses: { readonly from: string; readonly to: string };
  readonly #moment: string | null;
  readonly #options: CopyOptions;
  /** What was asked for already, by table. */
  readonly #begun = new Map<string, { readonly request: string; readonly digest: Promise<RowsDigest | null> }>();
  #source: Digester | null = null;
  #target: Digester | null = null;

  /** @param snapshot of the source */
  constructor(addresses: { readonly from: string; readonly to: string }, snapshot: Snapshot, options: CopyOptions) {
    this.#addresses = addresses;
    this.#moment = snapshot.moment ?? null;
    this.#options = options;
  }

  /** See `Digester.digest`. What is asked for a second time is not read again, unless something else is to be left out by now. */
  ofSource(request: DigestRequest): Promise<RowsDigest | null> {
    const { table, converted, leftOut } = request;
    const name = JSON.stringify([converted, leftOut.rejects.length]);
    const begun = this.#begun.get(table);
    if (begun?.request === name) return begun.digest;
    this.#source ??= this.#open(this.#addresses.from, this.#moment);
    const digest = this.#source.digest(request, this.#options.signal);
    // Told to whoever waits for it.
    digest.catch(() => undefined);
    this.#begun.set(table, { request: name, digest });
    return digest;
  }

  /** See `Digester.digest`; what is committed by now. */
  ofTarget(request: DigestRequest): Promise<RowsDigest | null> {
    this.#target ??= this.#open(this.#addresses.to, null);
    return this.#target.digest(request, this.#options.signal);
  }

  /** Ends what is on its way. */
  async close(): Promise<void> {
    await Promise.all([this.#source?.close(), this.#target?.close()]);
  }

  #open(address: string, moment: string | null): Digester {
    const { busyTimeoutMs, key } = this.#options;
    return openDigester({ address, moment, options: { busyTimeoutMs, ...(key === null ? {} : { key }) } });
  }
}
