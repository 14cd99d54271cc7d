import { connect, type Socket } from 'node:net';

const PACKET_HEAD = 8;
const OPTION_HEAD = 5;
const OPTIONS_END = 0xff;
const ENCRYPTION = 1;
/** Answers of a server that goes on encrypted. */
const ENCRYPTS = [1, 3];

/** Where to connect to. */
export interface SocketPlace {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/**
 * Connects to a server. The driver sends the password in the clear to one that says that it does not encrypt, even where that
 * was asked for: so its first answer is looked at, and such a connection is cut off before the driver goes on.
 * @param mustEncrypt whether it is
 */
export function openSocket({ host, port, timeoutMs }: SocketPlace, mustEncrypt: boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      if (mustEncrypt) refuseClear(socket);
      resolve(socket);
    });
  });
}

function refuseClear(socket: Socket): void {
  let answer = Buffer.alloc(0);
  const look = (data: Buffer): void => {
    answer = Buffer.concat([answer, data]);
    const encrypts = encryptionOf(answer);
    if (encrypts === null) return;
    socket.off('data', look);
    if (!encrypts) socket.destroy(new Error('the server does not support encryption'));
  };
  socket.prependListener('data', look);
}

/** Whether the first answer of a server says that it encrypts; null: it has not said all. */
function encryptionOf(answer: Buffer): boolean | null {
  if (answer.length < PACKET_HEAD || answer.length < answer.readUInt16BE(2)) return null;
  for (let at = PACKET_HEAD; at + OPTION_HEAD <= answer.length && answer[at] !== OPTIONS_END; at += OPTION_HEAD) {
    if (answer[at] !== ENCRYPTION) continue;
    const value = answer[PACKET_HEAD + answer.readUInt16BE(at + 1)];
    return value !== undefined && ENCRYPTS.includes(value);
  }
  return false;
}
