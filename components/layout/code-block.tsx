import { useTranslations } from "next-intl";
import { CopyButton } from "#components/ui/copy-button";

type CodeBlockProps = { title: string; code: string };

/** Code under a title, to be copied. */
export function CodeBlock({ title, code }: CodeBlockProps) {
  const t = useTranslations("common");
  return (
    <figure className="min-w-0 overflow-hidden rounded-xl border bg-surface shadow-card">
      <figcaption className="flex h-10 items-center justify-between border-b pr-1.5 pl-4 font-medium text-ink-soft text-sm pointer-coarse:h-12">
        {title}
        <CopyButton text={code} label={t("copy")} isIconOnly variant="ghost" size="sm" />
      </figcaption>
      <Code text={code} />
    </figure>
  );
}

/** Scrollable code; the keyboard can scroll it too. */
export const Code = ({ text }: { text: string }) => (
  <pre
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    tabIndex={0}
    className="overflow-x-auto bg-code px-4 py-3.5 font-mono text-[0.8125rem] leading-6 outline-offset-[-3px]"
  >
    <code>{text}</code>
  </pre>
);
