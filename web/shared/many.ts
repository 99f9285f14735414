/** A number of things in Romanian: "12 zile", but "20 de zile" and "100 de zile", and again "101 zile". */
export function manyOf(count: number, things: string): string {
  const rest = Math.abs(count) % 100
  const is_bare = count === 0 || (rest >= 1 && rest <= 19)
  return `${count.toLocaleString('ro-RO')} ${is_bare ? '' : 'de '}${things}`
}
