/** What the applicant is typing: saved step by step, onto the version that was seen. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, get, post, put } from '../../../shared/api.ts'
import { type Change, changesBetween, detailsBetween, withChanges } from '../../../shared/case/changes.ts'
import type { ApplicantView, CaseData, Fault } from '../../../shared/case/model.ts'
import { useUnsaved } from '../../../shared/unsaved.tsx'

type Input = {
  readonly view: ApplicantView
  readonly headers: Readonly<Record<string, string>>
  onView(view: ApplicantView): void
}

export function useApplication({ view, headers, onView }: Input) {
  const [data, setData] = useState(view.data)
  // What the data was before it was changed here: the view itself changes with every document.
  const [base, setBase] = useState(view.data)
  /** What somebody else saved while this was being typed. */
  const [theirs, setTheirs] = useState<readonly Change[]>([])
  const is_changed = changesBetween(base, data).length > 0
  useUnsaved(is_changed)

  const take = (next: ApplicantView, typed: CaseData) => {
    setBase(next.data)
    setData(typed)
    onView(next)
  }
  const save = useMutation({
    mutationFn: () => put<ApplicantView>('/application', { version: view.version, data }, { headers }),
    onSuccess(next) {
      setTheirs([])
      take(next, next.data)
    },
    async onError(error) {
      if (!isChangedElsewhere(error)) return
      const now = await get<ApplicantView>('/application', { headers })
      setTheirs(detailsBetween(base, now.data))
      take(now, withChanges(now.data, changesBetween(base, data)))
    },
  })
  const submit = useMutation({
    mutationFn: (version: number) => post<ApplicantView>('/application/submission', { version }, { headers }),
    onSuccess: (next) => take(next, next.data),
  })
  const faultsOf = (error: unknown): readonly Fault[] =>
    error instanceof ApiError ? (error.faults as readonly Fault[]) : []
  return {
    data,
    set: setData,
    is_changed,
    theirs,
    /** Saves what is not saved yet. @returns what is there then; undefined where it was refused */
    async save(): Promise<ApplicantView | undefined> {
      if (!is_changed) return view
      return await save.mutateAsync().catch(() => undefined)
    },
    submit: (version: number) => submit.mutate(version),
    is_busy: save.isPending || submit.isPending,
    refused: [...faultsOf(save.error), ...faultsOf(submit.error)],
    error: [save.error, submit.error].find(
      (error) => error !== null && !isChangedElsewhere(error) && faultsOf(error).length === 0,
    ),
  }
}

const isChangedElsewhere = (error: unknown): boolean => error instanceof ApiError && error.code === 'CASE_CHANGED'
