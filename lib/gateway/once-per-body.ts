/** Gives what `make` makes of a call, made once for its body however often it is asked for. What throws is not remembered. */
export function oncePerBody<Asked extends { readonly bytes: Uint8Array }, Made extends object>(
  make: (asked: Asked) => Made,
): (asked: Asked) => Made {
  const known = new WeakMap<Uint8Array, Made>();
  return (asked) => {
    const before = known.get(asked.bytes);
    if (before !== undefined) return before;
    const made = make(asked);
    known.set(asked.bytes, made);
    return made;
  };
}
