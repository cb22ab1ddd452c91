/** Largest answer that is read, in bytes. */
const MAX_BYTES = 20 * 1024 * 1024;

/** An answer, read to its end. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly text: string;
}

export interface VisitOptions {
  readonly timeoutMs: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent to the first address's own origin only. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined;
  readonly body?: string;
  /** Follows redirects, as browsers do. Default: false. */
  readonly follow?: boolean;
}

/** How many redirects are followed. */
const MAX_REDIRECTS = 5;

/**
 * Asks an address and reads the whole answer.
 * @throws Error in words, with the system's own (`ECONNREFUSED`) where it has some
 */
export async function visit(address: string, options: VisitOptions): Promise<Answer> {
  const { origin } = new URL(address);
  let url = address;
  for (let i = 0; i <= MAX_REDIRECTS; i++) {
    const own = new URL(url).origin === origin ? options.ownHeaders : {};
    const answer = await ask(url, { ...options, headers: { ...options.headers, ...own } });
    const next = answer.headers.get('Location');
    if (!options.follow || !isRedirect(answer) || next === null || !URL.canParse(next, url)) return answer;
    url = new URL(next, url).href;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

export const isRedirect = ({ status }: Pick<Answer, 'status'>): boolean => status >= 300 && status < 400;

async function ask(url: string, options: VisitOptions): Promise<Answer> {
  const { timeoutMs, method = 'GET', headers = {}, body } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    });
    const bytes = await readBytes(response);
    const text = new TextDecoder().decode(bytes);
    return { url, status: response.status, headers: response.headers, body: bytes, text };
  } catch (cause) {
    if (signal.aborted) throw new Error(`no full answer within ${timeoutMs} ms`, { cause });
    throw new Error(wordsOf(cause), { cause });
  }
}

async function readBytes(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await reader.read();
    if (part.done) return Buffer.concat(chunks);
    const chunk = part.value as Uint8Array;
    size += chunk.byteLength;
    if (size > MAX_BYTES) {
      await reader.cancel();
      throw new Error(`more than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
}

/** `fetch` hides what the system says in the cause of its error. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  const inner = error.cause === undefined ? '' : wordsOf(error.cause);
  const words = typeof code === 'string' ? code : error.message;
  return inner || words || error.name;
}
