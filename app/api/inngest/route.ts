import { inngestRoute } from "#inngest/functions";

export const { GET, POST, PUT } = inngestRoute;
