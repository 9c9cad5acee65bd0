import { expect, it } from "vitest";
import { flatName } from "./name.ts";

it("a tool of a group is named after both", () => {
  expect(flatName("mcp__docs", "look_up")).toBe("mcp__docs__look_up");
});

it("a name is never longer than upstreams take, nor of other letters, and no two are the same", () => {
  const long = "look_up_everything_there_is_to_know_about_a_topic_in_all_documents";
  const names = [
    flatName("mcp__docs", long),
    flatName("mcp__docs", `${long}2`),
    flatName("mcp docs", "a"),
    flatName("mcp.docs", "a"),
  ];
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  expect(new Set(names).size).toBe(names.length);
  expect(flatName("mcp__docs", long)).toBe(names[0]);
});
