import { classNames } from "#components/ui/class-names";

/** The mark: one track that a switch turns into two. */
export const BrandMark = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={classNames("size-6", className)}>
    <rect width="24" height="24" rx="6" className="fill-primary" />
    <path
      d="M4.5 16.5h15M8.5 16.5c4.5 0 4-9 8.5-9h2.5"
      strokeWidth="2"
      strokeLinecap="round"
      className="stroke-on-primary"
    />
    <circle cx="8.5" cy="16.5" r="2" className="fill-good-solid" />
  </svg>
);
