/**
 * Whether the gateway's words say that it has no such order. Nobody documents them, so only what can hardly mean anything
 * else counts; for every other refusal the order stays unknown.
 */
export function meansNotFound(text: unknown): boolean {
  return (
    typeof text === 'string' && /\bnot (?:be )?found\b|(?:\bnot|n't) exist|\bno such\b|不存在/i.test(text)
  );
}

/** Whether the gateway's words say that a card was not saved under this cardId (source: IOTPay, "Query card"). */
export function meansNotBound(text: unknown): boolean {
  return typeof text === 'string' && /\bnot (?:yet )?b(?:ind|ound)/i.test(text);
}
