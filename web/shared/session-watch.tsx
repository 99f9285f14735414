/**
 * Watches the end of the session by the server's time: a minute before it idles out a dialog asks whether one stays. Typing and
 * pressing count as being there, polls do not; what other tabs do is asked of the server before anybody is warned.
 */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { get } from './api.ts'
import { manyOf } from './many.ts'
import { ME_KEY, type Me } from './me.ts'
import { Problem } from './problem.tsx'
import { useTexts } from './texts.tsx'

const WARNED_MS = 60_000
/** Being there is told to the server at most this often. */
const TOLD_EVERY_MS = 60_000
/** The server ends it at the very moment: asked a little later it says so. */
const AFTER_END_MS = 500

const TEXTS = {
  ro: {
    title: 'Mai ești aici?',
    text: 'Din lipsă de activitate, sesiunea se închide în',
    seconds: (count: number) => (count === 1 ? '1 secundă' : manyOf(count, 'secunde')),
    last: 'O sesiune ține cel mult 12 ore. Salvează ce ai de salvat, apoi intră din nou.',
    stay: 'Rămân',
    out: 'Ieși',
  },
  en: {
    title: 'Are you still there?',
    text: 'For lack of activity, your session ends in',
    seconds: (count: number) => (count === 1 ? '1 second' : `${count} seconds`),
    last: 'A session lasts at most 12 hours. Save your work, then sign in again.',
    stay: 'Stay',
    out: 'Sign out',
  },
}

type Props = {
  readonly me: Me
  /** When `me` was told, by this machine's clock: the server's may be another. */
  readonly told_at: number
  readonly onSignOut: () => void
}

export function SessionWatch({ me, told_at, onSignOut }: Props) {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const left_ms = useTimeLeft(me, told_at)
  const is_warned = left_ms <= WARNED_MS
  const stay = useMutation({
    mutationFn: () => get<Me>('/me'),
    onSuccess: (now) => void queries.setQueryData(ME_KEY, now),
    // It has ended already, perhaps.
    onError: () => void queries.invalidateQueries({ queryKey: ME_KEY }),
  })
  usePresence(!is_warned, told_at, () => {
    if (!stay.isPending) stay.mutate()
  })
  // Of the 12 hours nothing can be added.
  const is_last = Date.parse(me.ends_at) <= Date.parse(me.idle_ends_at)
  const seconds = Math.max(0, Math.ceil(left_ms / 1000))
  return (
    <Modal opened={is_warned} onClose={() => stay.mutate()} withCloseButton={false} title={t.title} zIndex={1000}>
      <Stack gap="md">
        <Problem error={stay.error} />
        <Text size="sm" role="timer">
          {is_last ? t.last : `${t.text} ${t.seconds(seconds)}.`}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onSignOut}>
            {t.out}
          </Button>
          <Button onClick={() => stay.mutate()} loading={stay.isPending} data-autofocus>
            {t.stay}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/** Milliseconds that are left; told each second in the last minute, and before that when it begins. */
function useTimeLeft(me: Me, told_at: number): number {
  const queries = useQueryClient()
  const ends_at = told_at + Date.parse(me.idle_ends_at) - Date.parse(me.now)
  const end = me.idle_ends_at
  const [now, setNow] = useState(() => Date.now())
  const asked_for = useRef('')
  useEffect(() => {
    const ask = () => void queries.invalidateQueries({ queryKey: ME_KEY })
    const look = () => {
      const left = ends_at - Date.now()
      // Somebody may have been busy in another tab: once before the warning, and when it is over.
      const reason = left <= -AFTER_END_MS ? `over ${end}` : left <= WARNED_MS ? `before ${end}` : ''
      if (reason !== '' && asked_for.current !== reason) {
        asked_for.current = reason
        ask()
      }
      setNow(Date.now())
    }
    const timer = setInterval(() => {
      if (ends_at - Date.now() <= WARNED_MS) look()
    }, 1000)
    // A machine that slept looks at once.
    const onWake = () => {
      if (document.visibilityState === 'visible') ask()
    }
    document.addEventListener('visibilitychange', onWake)
    window.addEventListener('focus', onWake)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', onWake)
      window.removeEventListener('focus', onWake)
    }
  }, [ends_at, end, queries])
  return ends_at - Math.max(now, told_at)
}

/** Tells of somebody who types or presses, where nothing else has told of him for a while. */
function usePresence(is_on: boolean, told_at: number, tell: () => void): void {
  const latest = useRef({ tell, told_at })
  latest.current = { tell, told_at }
  useEffect(() => {
    if (!is_on) return
    let last = 0
    const onActivity = () => {
      const now = Date.now()
      if (now - Math.max(last, latest.current.told_at) < TOLD_EVERY_MS) return
      last = now
      latest.current.tell()
    }
    const options = { capture: true, passive: true }
    for (const type of ['keydown', 'pointerdown'] as const) document.addEventListener(type, onActivity, options)
    return () => {
      for (const type of ['keydown', 'pointerdown'] as const) document.removeEventListener(type, onActivity, options)
    }
  }, [is_on])
}
