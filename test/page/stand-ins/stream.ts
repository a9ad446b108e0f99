// What the conformance suite uses of node:stream, in a page.

export const Readable = {
  async *from<T>(items: Iterable<T>): AsyncGenerator<T> {
    for (const item of items) yield item;
  },
};
