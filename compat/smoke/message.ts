/** What the program of the smoke tells its parent. */
export type Message =
  | { readonly kind: 'begun'; readonly index: number; readonly name: string }
  | {
      readonly kind: 'ended';
      readonly index: number;
      readonly name: string;
      /** Undefined if it is as promised. */
      readonly error?: string | undefined;
      /** What went wrong the first time, if it was as promised when it was tried again. */
      readonly again?: string | undefined;
    }
  | { readonly kind: 'done' };
