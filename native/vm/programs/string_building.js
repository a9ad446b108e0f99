// The work of string_building.rhai, for comparison.
export const main = () => { let s = ""; for (let i = 0; i < 300000; i++) { s += "ab"; s += "c"; } return s.length; };
