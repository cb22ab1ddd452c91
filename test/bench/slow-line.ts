import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What TCP puts into one packet, in bytes. */
const PACKET_BYTES = 1460;
/** How many packets a new connection may have under way before the first answer (RFC 6928). */
const FIRST_FLIGHT = 10;

/** A visitor's line: all connections share its bandwidth. */
export class Line {
  readonly roundTripMs: number;
  readonly #msPerByte: number;
  #free = 0;

  constructor(roundTripMs: number, bitsPerSecond: number) {
    this.roundTripMs = roundTripMs;
    this.#msPerByte = 8000 / bitsPerSecond;
  }

  /** Puts so many bytes on the line; returns when the last of them has left it, in milliseconds of the process's clock. */
  send(bytes: number): number {
    return (this.#free = Math.max(this.#free, performance.now()) + bytes * this.#msPerByte);
  }
}

/** Does things at their time and in their order. */
class Queue {
  readonly #things: { at: number; act: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  put(at: number, act: () => void): void {
    this.#things.push({ at: Math.max(at, this.#things.at(-1)?.at ?? 0), act });
    this.#arm();
  }

  #arm(): void {
    const next = this.#things[0];
    if (!next || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        while ((this.#things[0]?.at ?? Infinity) <= performance.now()) this.#things.shift()?.act();
        this.#arm();
      },
      Math.max(0, next.at - performance.now()),
    );
  }
}

/** From the server to the visitor: the line's bandwidth, half a round trip, and TCP's slow start. */
function down(server: Socket, visitor: Socket, line: Line): void {
  const arrivals = new Queue();
  const answers = new Queue();
  const waiting: Buffer[] = [];
  let window = FIRST_FLIGHT * PACKET_BYTES;
  let underWay = 0;
  const pump = () => {
    for (let next = waiting[0]; next && underWay + next.length <= window; next = waiting[0]) {
      const packet = next;
      waiting.shift();
      underWay += packet.length;
      const at = line.send(packet.length) + line.roundTripMs / 2;
      arrivals.put(at, () => visitor.write(packet));
      answers.put(at + line.roundTripMs / 2, () => {
        underWay -= packet.length;
        window += packet.length;
        pump();
      });
    }
  };
  server.on('data', (data: Buffer) => {
    for (let from = 0; from < data.length; from += PACKET_BYTES) {
      waiting.push(data.subarray(from, from + PACKET_BYTES));
    }
    pump();
  });
}

/** From the visitor to the server: half a round trip, and for the first bytes the one that TCP's greeting takes. */
function up(visitor: Socket, server: Socket, line: Line): void {
  const arrivals = new Queue();
  const open = performance.now() + line.roundTripMs;
  visitor.on('data', (data: Buffer) => {
    arrivals.put(Math.max(performance.now(), open) + line.roundTripMs / 2, () => server.write(data));
  });
}

/**
 * Puts a line before a server of this machine. Unlike the browser's own emulation, which delays each answer, it also
 * makes connecting, TLS and the first flight take what they take.
 * @returns the port to visit instead
 */
export async function behind(line: Line, port: number): Promise<{ port: number; close: () => void }> {
  const open = new Set<Socket>();
  const proxy = createServer({ noDelay: true }, (visitor) => {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [visitor, server],
      [server, visitor],
    ] as const) {
      open.add(one);
      // A visitor that goes in the middle of something is nothing to tell of.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
    down(server, visitor, line);
    up(visitor, server, line);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    close: () => {
      proxy.close();
      for (const socket of open) socket.destroy();
    },
  };
}
