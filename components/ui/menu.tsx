"use client";

import { Check } from "lucide-react";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.tsx";

export const Menu = Primitive.Root;
export const MenuTrigger = Primitive.Trigger;
export const MenuRadioGroup = Primitive.RadioGroup;

const itemClasses = classNames(
  "flex min-h-8 select-none items-center gap-2 rounded-md px-2 text-ink-soft text-sm outline-none pointer-coarse:min-h-11",
  "data-highlighted:bg-hover data-highlighted:text-ink data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
);

export const MenuContent = ({ className, ...props }: ComponentProps<typeof Primitive.Content>) => (
  <Primitive.Portal>
    <Primitive.Content
      align="end"
      sideOffset={6}
      collisionPadding={8}
      className={classNames("z-50 min-w-44 animate-enter rounded-lg bg-raised p-1 shadow-pop", className)}
      {...props}
    />
  </Primitive.Portal>
);

export const MenuItem = ({ className, ...props }: ComponentProps<typeof Primitive.Item>) => (
  <Primitive.Item className={classNames(itemClasses, className)} {...props} />
);

export const MenuSeparator = () => <Primitive.Separator className="mx-1 my-1 h-px bg-line" />;

export const MenuLabel = ({ className, ...props }: ComponentProps<typeof Primitive.Label>) => (
  <Primitive.Label className={classNames("px-2 py-1.5 text-ink-faint text-xs", className)} {...props} />
);

export const MenuRadioItem = ({ className, children, ...props }: ComponentProps<typeof Primitive.RadioItem>) => (
  <Primitive.RadioItem className={classNames(itemClasses, "pr-8 relative", className)} {...props}>
    {children}
    <Primitive.ItemIndicator className="absolute right-2">
      <Check aria-hidden />
    </Primitive.ItemIndicator>
  </Primitive.RadioItem>
);
