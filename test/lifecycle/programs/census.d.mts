// Types of what tests themselves use of census.mjs.
export function afterSeconds(seconds: number, late: () => void): () => void;
