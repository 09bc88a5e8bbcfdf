/** UTF-8 bytes a token stands for at least in what Outlay writes: figures, ids and English sentences. */
const bytesPerToken = 3;

/**
 * How many tokens a text is about: a third of its bytes, rounded up. No tokenizer is public for the models
 * meant, so this errs on the high side: English prose has four bytes and more a token, JSON about three.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / bytesPerToken);
}

/** The bytes so many tokens are estimated from. */
export function bytesOfTokens(tokens: number): number {
  return tokens * bytesPerToken;
}
