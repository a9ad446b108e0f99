// What the conformance suite uses of node:vm, in a page: a frame is another realm too.

interface Frame {
  contentWindow: { eval(code: string): unknown };
}
declare const document: { body: { append(frame: Frame): void }; createElement(tag: 'iframe'): Frame };

export function runInNewContext(code: string): unknown {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  return frame.contentWindow.eval(code);
}
