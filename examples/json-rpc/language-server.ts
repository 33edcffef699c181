import { NotificationType, RequestType0, RequestType, type MessageConnection } from 'vscode-jsonrpc/node';

/** What of the Language Server Protocol is needed to find what is still to do in a document. */
export const initialize: RequestType<{ rootUri: string | null }, { capabilities: object }, void> =
  new RequestType('initialize');
export const didOpen: NotificationType<{ textDocument: { uri: string; text: string } }> =
  new NotificationType('textDocument/didOpen');
export const publishDiagnostics: NotificationType<Diagnostics> = new NotificationType(
  'textDocument/publishDiagnostics',
);
export const shutdown: RequestType0<null, void> = new RequestType0('shutdown');
export const exit: NotificationType<void> = new NotificationType('exit');

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
