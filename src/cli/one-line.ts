/** What an error says, in one line: those of OpenSSL have two. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replaceAll(/:?\s*\n\s*:/gu, ':')
    .replaceAll(/\s*\n\s*/gu, ' ')
    .trim();
}
