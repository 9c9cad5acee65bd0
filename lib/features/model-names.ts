import { z } from "zod";
import { modelName } from "#lib/gateway/configuration/names";

const NAMES_MAX = 200;

const distinct = <Item>(items: readonly Item[]) => [...new Set(items)];

/** The models that somebody may use, by id or alias; an empty list does not restrict. */
export const ModelNames = z.array(modelName).max(NAMES_MAX).transform(distinct);

/** A list as one value of an audit row; null where it does not restrict. */
export const listed = (items: readonly string[]) => items.join(" ") || null;
