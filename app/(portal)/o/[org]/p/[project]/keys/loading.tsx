import { Card } from "#components/ui/card";
import { Skeleton } from "#components/ui/skeleton";

const ROWS = ["first", "second", "third"];

/** The shape of the page, while its data is on its way. */
export default function KeysLoading() {
  return (
    <div aria-busy="true">
      <div className="flex items-start justify-between gap-4">
        <div className="grid gap-2.5">
          <Skeleton className="h-7 w-32" />
          <Skeleton className="h-4 w-64 max-w-full" />
        </div>
        <Skeleton className="h-9 w-28" />
      </div>
      <Card className="mt-6 overflow-hidden">
        <Skeleton className="h-9 rounded-none" />
        {ROWS.map((row) => (
          <div key={row} className="flex h-11 items-center gap-6 border-t px-4">
            <Skeleton className="h-3.5 w-28" />
            <Skeleton className="h-3.5 w-40" />
            <Skeleton className="ml-auto h-3.5 w-16" />
          </div>
        ))}
      </Card>
      <Skeleton className="mt-12 h-6 w-24" />
      <Skeleton className="mt-5 h-72 w-full rounded-xl" />
    </div>
  );
}
