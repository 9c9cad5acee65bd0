import { expect, it } from "vitest";
import { addGrowing, mergeMetrics, parseMetrics } from "./merge-metrics.ts";

const textOf = (requests: number, inFlight: number) => `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{model="a b",status="200"} ${requests}
# HELP seconds Durations.
# TYPE seconds histogram
seconds_bucket{le="1"} ${requests}
seconds_sum ${requests / 2}

# HELP in_flight Under way.
# TYPE in_flight gauge
in_flight ${inFlight}
in_flight{kind="x"} 1
`;

const partOf = (process: string, text: string) => ({ process, families: parseMetrics(text) });

it("adds up what only grows and tells each level by process", () => {
  const merged = mergeMetrics([partOf("1", textOf(3, 5)), partOf("2", textOf(4, 6))], new Map());
  expect(merged).toBe(`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{model="a b",status="200"} 7
# HELP seconds Durations.
# TYPE seconds histogram
seconds_bucket{le="1"} 7
seconds_sum 3.5
# HELP in_flight Under way.
# TYPE in_flight gauge
in_flight{process="1"} 5
in_flight{kind="x",process="1"} 1
in_flight{process="2"} 6
in_flight{kind="x",process="2"} 1
`);
});

it("what a process had counted before it went still counts; its levels are gone with it", () => {
  const gone = new Map();
  addGrowing(gone, parseMetrics(textOf(10, 9)));
  const merged = mergeMetrics([partOf("1", textOf(1, 0))], gone);
  expect(merged).toContain('requests_total{model="a b",status="200"} 11');
  expect(merged).not.toContain(" 9");
});

it("a metric that only one process has is told as it is", () => {
  const other = "# HELP only_total Once.\n# TYPE only_total counter\nonly_total 2\n";
  expect(mergeMetrics([partOf("1", textOf(1, 0)), partOf("2", other)], new Map())).toContain(other);
});
