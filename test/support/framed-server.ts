import { createServer, type Server, type Socket } from 'node:net';
import { afterAll } from 'vitest';

/** A server for tests on this machine whose protocol has frames that tell their length. All stop when the test file ends. */
export abstract class FramedServer {
  readonly #server: Server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();

  /** Where it listens. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Bytes of the frame that begins here; null while too little of it has come to tell. */
  protected abstract lengthOf(held: Buffer): number | null;

  /** Is given each whole frame. */
  protected abstract frame(socket: Socket, frame: Buffer): void;

  protected async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    running.push(this);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    let held = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
      for (let length = this.lengthOf(held); length !== null && held.length >= length; length = this.lengthOf(held)) {
        const frame = held.subarray(0, length);
        held = held.subarray(length);
        this.frame(socket, frame);
      }
    });
  }
}

const running: FramedServer[] = [];

afterAll(async () => {
  for (const server of running.splice(0)) await server.stop();
});
