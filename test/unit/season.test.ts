// A season is on from the first touch until a second has passed without one.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Season } from '../../src/backend/season.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('begins once, lasts as long as it is touched, ends once, and can begin again', () => {
  const changes: boolean[] = [];
  const season = new Season((isOn) => changes.push(isOn));
  for (let i = 0; i < 10; i++) {
    season.touch();
    season.touch();
    vi.advanceTimersByTime(900);
  }
  expect(changes).toEqual([true]);
  vi.advanceTimersByTime(2_000);
  expect(changes).toEqual([true, false]);
  vi.advanceTimersByTime(10_000);
  season.touch();
  expect(changes).toEqual([true, false, true]);
  vi.runAllTimers();
  expect(changes).toEqual([true, false, true, false]);
});
