import type { Snapshot } from '../connectors/connector.ts';
import type { CopyOptions } from './copy-options.ts';
import { type Digester, openDigester } from './digest-thread.ts';
import type { DigestRequest, RowsDigest } from './rows-digest.ts';

/** Both ends of a copy, each opened once more to hash rows of it, where that is wanted. */
export class CopyDigests {
  readonly #addresses: { readonly from: string; readonly to: string };
  readonly #moment: string | null;
  readonly #options: CopyOptions;
  #source: Digester | null = null;
  #target: Digester | null = null;

  /** @param snapshot of the source */
  constructor(addresses: { readonly from: string; readonly to: string }, snapshot: Snapshot, options: CopyOptions) {
    this.#addresses = addresses;
    this.#moment = snapshot.moment ?? null;
    this.#options = options;
  }

  /** There will be something to hash of the source: it is opened now, so that it is seen as the copy sees it. */
  begin(): void {
    this.#source ??= this.#open(this.#addresses.from, this.#moment);
  }

  /** See `Digester.digest`. */
  ofSource(request: DigestRequest): Promise<RowsDigest | null> {
    this.begin();
    return (this.#source as Digester).digest(request, this.#options.signal);
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
