/** The control of the cold start: a module with nothing in it. */
export {};
