// The table of short texts gives the text of the bytes, whatever it held before.
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { MAX_SHORT_TEXT, ShortTexts } from '../../src/protocol/short-texts.js';

const make = (bytes: Uint8Array) => (start: number, end: number) =>
  String.fromCharCode(...bytes.subarray(start, end));

test('every text is its bytes, however many share a place in the table', () => {
  const table = new ShortTexts();
  const ascii = fc.uint8Array({ max: 127, maxLength: MAX_SHORT_TEXT });
  fc.assert(
    fc.property(ascii, fc.nat({ max: 3 }), (text, offset) => {
      const bytes = Uint8Array.of(...new Uint8Array(offset), ...text, 120);
      for (let again = 0; again < 2; again++)
        expect(table.get(bytes, offset, text.length, make(bytes))).toBe(String.fromCharCode(...text));
    }),
    { numRuns: 5000 },
  );
});

test('a text that comes again is not made again', () => {
  const table = new ShortTexts();
  const bytes = Uint8Array.from('value 7', (char) => char.charCodeAt(0));
  let made = 0;
  const count = (start: number, end: number): string => (made++, make(bytes)(start, end));
  for (let i = 0; i < 3; i++) table.get(bytes, 0, 7, count);
  expect(made).toBe(1);
});
