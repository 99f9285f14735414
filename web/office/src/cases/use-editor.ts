/** What is being changed in a case, the version it began from, and what happens when somebody else was faster. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, get, put } from '../../../shared/api.ts'
import { type Change, changesBetween, withChanges } from '../../../shared/case/changes.ts'
import type { CaseData, CaseView, Fault } from '../../../shared/case/model.ts'
import { useUnsaved } from '../../../shared/unsaved.tsx'

export type Conflict = {
  readonly theirs: CaseView
  /** What I had changed when I pressed. */
  readonly mine: readonly Change[]
}

export type Editor = {
  /** What it began from: the version that saves and moves name. */
  readonly base: CaseView
  readonly data: CaseData
  readonly changes: readonly Change[]
  readonly conflict: Conflict | undefined
  readonly error: unknown
  /** Of the last save that was refused. */
  readonly refused: readonly Fault[]
  /** How often a save was refused. */
  readonly pressed: number
  readonly is_saving: boolean
  set(data: CaseData): void
  /** @param notified how an approved partner told of it */
  save(notified?: string): void
  discard(): void
  /** After a conflict: my changes onto theirs, or theirs alone. */
  resolve(how: 'mine' | 'theirs'): void
}

/** @param view the newest that is known; taken over whenever nothing is being changed */
export function useEditor(view: CaseView): Editor {
  const queries = useQueryClient()
  const [base, setBase] = useState(view)
  const [data, setData] = useState(view.data)
  const [conflict, setConflict] = useState<Conflict>()
  const [pressed, setPressed] = useState(0)
  const changes = changesBetween(base.data, data)
  const is_changed = changes.length > 0
  // Documents, screenings and states come and go without a version: they are always shown as they are now.
  if (view !== base && (!is_changed || view.version === base.version)) {
    setBase(view)
    if (!is_changed) setData(view.data)
  }
  useUnsaved(is_changed)

  const path = `/cases/${base.case_id}`
  const save = useMutation({
    mutationFn: async (notified: string | undefined) => {
      await put(`${path}/data`, { version: base.version, data, ...(notified !== undefined && { notified }) })
      return await get<CaseView>(path)
    },
    onSuccess(fresh) {
      setBase(fresh)
      setData(fresh.data)
      queries.setQueryData(['case', fresh.case_id], fresh)
    },
    async onError(error) {
      if (error instanceof ApiError && error.code === 'CASE_CHANGED')
        setConflict({ theirs: await get<CaseView>(path), mine: changes })
      else setPressed((count) => count + 1)
    },
  })
  const is_conflict = save.error instanceof ApiError && save.error.code === 'CASE_CHANGED'
  return {
    base,
    data,
    changes,
    conflict,
    error: is_conflict ? undefined : save.error,
    refused: save.error instanceof ApiError ? (save.error.faults as readonly Fault[]) : [],
    pressed,
    is_saving: save.isPending,
    set: setData,
    save: (notified) => save.mutate(notified),
    discard() {
      setData(base.data)
      save.reset()
    },
    resolve(how) {
      if (conflict === undefined) return
      const { theirs, mine } = conflict
      setBase(theirs)
      setData(how === 'mine' ? withChanges(theirs.data, mine) : theirs.data)
      queries.setQueryData(['case', theirs.case_id], theirs)
      setConflict(undefined)
      save.reset()
    },
  }
}
