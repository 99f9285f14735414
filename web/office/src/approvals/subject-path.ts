/** The pages of what proposals are about. */
import type { SubjectKind } from '../../../../src/http/office/code-contract.ts'

const PAGES: { readonly [Kind in SubjectKind]?: string } = {
  partner: '/partners/',
  case: '/cases/',
  payment: '/payments/',
  order: '/orders/',
}

/** The page of what a proposal is about, where there is one. */
export function subjectPath({ kind, id }: { readonly kind: SubjectKind; readonly id: string }): string | undefined {
  const before = PAGES[kind]
  if (kind === 'key') return '/keys'
  return before === undefined ? undefined : before + id.split('/').map(encodeURIComponent).join('/')
}
