import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  /** Ends every connection, in the middle of whatever is said. */
  cut(): void;
  close(): void;
}

/**
 * A TCP proxy: stands in front of the servers as a load balancer does, and in front of a database so that its connections
 * can be cut.
 * @param target - the port for the next connection
 */
export async function startProxy(target: () => number, host = '127.0.0.1'): Promise<Proxy> {
  const open = new Set<Socket>();
  const keep = (socket: Socket, other: Socket) => {
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      other.destroy();
    });
    // A broken connection is what this is for; `close` follows.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((incoming) => {
    const outgoing = connect(target(), host);
    keep(incoming, outgoing);
    keep(outgoing, incoming);
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => open.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}
