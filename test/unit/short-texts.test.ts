// The table of short texts gives the text of the bytes, whatever it held before.
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { MAX_SHORT_TEXT, ShortTexts } from '../../src/protocol/short-texts.js';

const make = (bytes: Uint8Array) => (start: number, end: number) =>
  String.fromCharCode(...bytes.subarray(start, end));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer);
const asciiOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

test('every text is its bytes, however many share a place in the table', () => {
  const table = new ShortTexts();
  const ascii = fc.uint8Array({ max: 127, maxLength: MAX_SHORT_TEXT });
  fc.assert(
    fc.property(ascii, fc.nat({ max: 3 }), fc.nat({ max: 20 }), (text, before, behind) => {
      const bytes = Uint8Array.of(...new Uint8Array(before), ...text, ...new Uint8Array(behind).fill(120));
      for (let again = 0; again < 2; again++)
        expect(table.get(viewOf(bytes), before, text.length, make(bytes))).toBe(String.fromCharCode(...text));
    }),
    { numRuns: 5000 },
  );
});

test('a text that comes again is not made again', () => {
  const table = new ShortTexts();
  const bytes = asciiOf('value 7, and what stands behind it');
  let made = 0;
  const count = (start: number, end: number): string => (made++, make(bytes)(start, end));
  for (let i = 0; i < 3; i++) table.get(viewOf(bytes), 0, 7, count);
  expect(made).toBe(1);
});

test('texts that differ in one char do not drive each other out', () => {
  for (let length = 1; length <= MAX_SHORT_TEXT; length++) {
    for (let at = 0; at < length; at++) {
      const table = new ShortTexts();
      let made = 0;
      const get = (digit: number): void => {
        const bytes = asciiOf('x'.repeat(at) + digit + 'x'.repeat(MAX_SHORT_TEXT));
        table.get(viewOf(bytes), 0, length, (start, end) => (made++, make(bytes)(start, end)));
      };
      for (let round = 0; round < 10; round++) for (let digit = 0; digit < 10; digit++) get(digit);
      expect(made).toBeLessThan(40); // of 100: some may share a place
    }
  }
});
