import { expect, test } from "vitest";
import { moneyText } from "./money.ts";

test.each([
  ["0", "$0.00"],
  ["1", "<$0.0001"],
  ["99999", "<$0.0001"],
  ["100000", "$0.0001"],
  ["123456", "$0.000123"],
  ["9999999", "$0.0100"],
  ["10000000", "$0.0100"],
  ["123456789", "$0.1235"],
  ["1000000000", "$1.00"],
  ["1234567890000", "$1,234.57"],
  ["-2500000000", "-$2.50"],
])("%s nano-dollars read %s", (nano, text) => {
  expect(moneyText(nano, "en")).toBe(text);
});

test("a Chinese reader sees the same figures", () => {
  expect(moneyText("1234567890000", "zh")).toBe("$1,234.57");
});
