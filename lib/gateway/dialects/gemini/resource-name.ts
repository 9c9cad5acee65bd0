/** Gives the name of a model as Google's bodies have it: `models/m`, unless it says its collection itself. */
export const resourceNameOf = (model: string): string =>
  /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`;
