import { LoaderCircle } from "lucide-react";
import { classNames } from "./class-names.tsx";

export const Spinner = ({ className }: { className?: string }) => (
  <LoaderCircle aria-hidden className={classNames("size-4 animate-spin", className)} />
);
