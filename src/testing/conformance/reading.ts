import { Recording } from './recording.ts';

/** What a reader of bytes got. */
export class Reading extends Recording<Uint8Array> {
  get length(): number {
    return this.values.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.values);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** Waits for so many bytes, and gives all that came. */
  async reaches(bytes: number): Promise<Buffer> {
    await this.until(`${this.what}: byte number ${bytes}`, () => this.length >= bytes);
    return this.bytes;
  }

  /** Waits for the completion, and gives all that came before it. */
  async whole(): Promise<Buffer> {
    await this.completes();
    return this.bytes;
  }

  async wholeText(): Promise<string> {
    return (await this.whole()).toString();
  }
}
