const utf8 = new TextDecoder();

/**
 * Reads a body to its end. It is decoded in one piece: a decoder that takes parts costs more than the reading.
 * @param reader - of the body; `undefined`: there is none
 * @returns its text; `undefined`, and the rest is not read, where it has more bytes than `most`
 */
export async function readText(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  most: number,
): Promise<string | undefined> {
  if (!reader) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await reader.read();
    if (part.done) return utf8.decode(joined(parts, size));
    size += part.value.byteLength;
    if (size > most) {
      await reader.cancel();
      return undefined;
    }
    parts.push(part.value);
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}
