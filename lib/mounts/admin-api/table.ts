import type { AdminRoute } from "./route.ts";
import { auditRoutes } from "./routes/audit.ts";
import { configRoutes } from "./routes/config.ts";
import { healthRoutes } from "./routes/health.ts";
import { keyRoutes } from "./routes/keys.ts";
import { organizationRoutes } from "./routes/organizations.ts";
import { projectRoutes } from "./routes/projects.ts";
import { requestRoutes } from "./routes/requests.ts";
import { usageRoutes } from "./routes/usage.ts";
import { userRoutes } from "./routes/users.ts";

/** Where the Admin API lives. */
export const ADMIN_PATH = "/api/admin/v1";

/** Every route of the Admin API; the server and its OpenAPI document are both made of this. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ...organizationRoutes,
  ...projectRoutes,
  ...keyRoutes,
  ...userRoutes,
  ...configRoutes,
  ...usageRoutes,
  ...requestRoutes,
  ...auditRoutes,
  ...healthRoutes,
];
