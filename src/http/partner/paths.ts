/**
 * Every call answers under four paths: as today's clients write it and as the interface text does (its segment doubled),
 * each with and without `/gateway`. The first is the one that is documented.
 */
export function bothSpellings(
  base: string,
  doubled: string,
  call: string,
): { readonly path: string; readonly hide: boolean }[] {
  const spellings = [`${base}${call}`, `${base}/${doubled}${call}`]
  return [...spellings.map((path) => `/gateway${path}`), ...spellings].map((path, index) => ({ path, hide: index > 0 }))
}
