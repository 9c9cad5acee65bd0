"use client";

import { Tabs as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.tsx";

export const Tabs = Primitive.Root;
export const TabsContent = Primitive.Content;

export const TabsList = ({ className, ...props }: ComponentProps<typeof Primitive.List>) => (
  <Primitive.List className={classNames("flex items-center gap-4", className)} {...props} />
);

export const TabsTrigger = ({ className, ...props }: ComponentProps<typeof Primitive.Trigger>) => (
  <Primitive.Trigger
    className={classNames(
      "-mb-px h-9 border-transparent border-b-2 font-medium text-ink-faint text-sm transition-colors hover:text-ink",
      "data-[state=active]:border-ink data-[state=active]:text-ink pointer-coarse:h-11",
      className,
    )}
    {...props}
  />
);
