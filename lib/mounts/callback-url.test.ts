import { expect, test } from "vitest";
import { callbackPathOf } from "./callback-url.ts";

test.each([
  [undefined, "/o"],
  ["/o/a/p/b/keys?status=all", "/o/a/p/b/keys?status=all"],
  ["https://evil.example/o", "/o"],
  ["//evil.example", "/o"],
  ["/\\evil.example", "/o"],
  ["/.//evil.example", "/o"],
  ["/..//evil.example", "/o"],
  ["http://portal.invalid//evil.example", "/o"],
  ["/o//a", "/o//a"],
  ["javascript:alert(1)", "/o"],
  [["/a", "/b"], "/o"],
])("%j leads to %s", (asked, path) => {
  expect(callbackPathOf(asked)).toBe(path);
});
