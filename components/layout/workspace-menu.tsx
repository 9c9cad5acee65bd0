import { ChevronsUpDown } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from "#components/ui/menu";

type Place = { id: string; slug: string; name: string };
type Workspace = { org: Place; project: Place };
type WorkspaceMenuProps = {
  current: Workspace;
  workspaces: readonly Workspace[];
  /** There are more than are named here. */
  isCut: boolean;
};

/** Names organisation and project, and leads to the others when there are any. */
export function WorkspaceMenu({ current, workspaces, isCut }: WorkspaceMenuProps) {
  const t = useTranslations("layout");
  if (workspaces.length < 2) {
    return (
      <div className="flex min-w-0 items-center px-1.5">
        <Names {...current} />
      </div>
    );
  }
  const label = t("switchProject", { organization: current.org.name, project: current.project.name });
  return (
    <Menu>
      <MenuTrigger
        aria-label={label}
        className="flex h-9 min-w-0 items-center gap-1.5 rounded-md px-1.5 hover:bg-hover pointer-coarse:h-11"
      >
        <Names {...current} />
        <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
      </MenuTrigger>
      <MenuContent align="start" className="max-h-80 w-64 overflow-y-auto">
        <MenuLabel>{t("projects")}</MenuLabel>
        {workspaces.map(({ org, project }) => (
          <MenuItem key={project.id} asChild>
            <Link href={`/o/${org.slug}/p/${project.slug}/keys`}>
              <span className="truncate">{org.name}</span>
              <span className="truncate text-ink-faint">{project.name}</span>
            </Link>
          </MenuItem>
        ))}
        {isCut && <MenuLabel>{t("moreProjects", { count: workspaces.length })}</MenuLabel>}
      </MenuContent>
    </Menu>
  );
}

const Names = ({ org, project }: Workspace) => (
  <span className="flex min-w-0 flex-col text-left leading-tight sm:flex-row sm:items-center sm:gap-2">
    <span className="truncate font-medium">{org.name}</span>
    <svg
      aria-hidden="true"
      viewBox="0 0 8 16"
      className="hidden h-4 w-2 shrink-0 stroke-line-strong sm:block"
      fill="none"
    >
      <path d="M6.5 1.5l-5 13" strokeWidth="1.25" strokeLinecap="round" />
    </svg>
    <span className="truncate text-ink-soft max-sm:text-xs sm:max-w-48 sm:shrink-0">{project.name}</span>
  </span>
);
