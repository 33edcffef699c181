import { NotificationType, RequestType0, RequestType, type MessageConnection } from 'vscode-jsonrpc/node';

/** What of the Language Server Protocol is needed to find what is still to do in a document. */
export const initialize = new RequestType<{ rootUri: string | null }, { capabilities: object }, void>(
  'initialize',
);
export const didOpen = new NotificationType<{ textDocument: { uri: string; text: string } }>(
  'textDocument/didOpen',
);
export const publishDiagnostics = new NotificationType<Diagnostics>('textDocument/publishDiagnostics');
export const shutdown = new RequestType0<null, void>('shutdown');
export const exit = new NotificationType<void>('exit');

export interface Diagnostics {
  readonly uri: string;
  readonly diagnostics: readonly { readonly line: number; readonly message: string }[];
}

/** Answers one editor. */
export function languageServer(editor: MessageConnection): void {
  editor.onRequest(initialize, () => ({ capabilities: { textDocumentSync: 1 } }));
  editor.onNotification(didOpen, async ({ textDocument: { uri, text } }) => {
    await editor.sendNotification(publishDiagnostics, { uri, diagnostics: todosOf(text) });
  });
  editor.onRequest(shutdown, () => null);
  editor.onNotification(exit, () => {
    editor.dispose();
  });
}

function todosOf(text: string): Diagnostics['diagnostics'] {
  return text
    .split('\n')
    .flatMap((message, line) => (message.includes('TODO') ? [{ line, message: message.trim() }] : []));
}
