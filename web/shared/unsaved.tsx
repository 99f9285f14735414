/**
 * What somebody typed and has not saved is not lost by a slip: before the page is left (the browser's "back", a link, signing
 * out) he is asked in a dialog; a reload or a closed tab is asked about by the browser itself. Forms say `useUnsaved`.
 */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react'
import { useBlocker } from 'react-router'
import { useTexts } from './texts.tsx'

const TEXTS = {
  ro: {
    title: 'Ai schimbări nesalvate',
    text: 'Dacă pleci de pe pagină, ce ai scris se pierde.',
    stay: 'Rămân pe pagină',
    leave: 'Plec fără să salvez',
  },
  en: {
    title: 'You have unsaved changes',
    text: 'If you leave this page, what you typed is lost.',
    stay: 'Stay on the page',
    leave: 'Leave without saving',
  },
}

type Kept = 'page' | 'place'

/** Forms that hold something unsaved now. Not a state: it is asked for when somebody is about to leave. */
const unsaved = new Map<object, Kept>()

/**
 * While `is_changed`, whoever is about to leave is asked first.
 * @param of what the form lives as long as: the page, or a place of it that the query names (a section)
 */
export function useUnsaved(is_changed: boolean, of: Kept = 'page'): void {
  useEffect(() => {
    if (!is_changed) return
    const form = {}
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault()
    unsaved.set(form, of)
    window.addEventListener('beforeunload', onUnload)
    return () => {
      unsaved.delete(form)
      window.removeEventListener('beforeunload', onUnload)
    }
  }, [is_changed, of])
}

const Leaving = createContext<(leave: () => void) => void>((leave) => leave())

/** Does what leaves every page, as signing out; asks first where something is unsaved. */
export const useLeaving = () => useContext(Leaving)

/** Whether the way from one address to the other loses something. */
function isLosing(from: Address, to: Address): boolean {
  if (from.pathname !== to.pathname) return unsaved.size > 0
  return from.search !== to.search && [...unsaved.values()].includes('place')
}
type Address = { readonly pathname: string; readonly search: string }

/** Around everything that navigates. */
export function UnsavedGuard({ children }: { readonly children: ReactNode }) {
  const t = useTexts(TEXTS)
  const blocker = useBlocker(({ currentLocation, nextLocation }) => isLosing(currentLocation, nextLocation))
  const [wanted, setWanted] = useState<{ readonly leave: () => void }>()
  const ask = useCallback((leave: () => void) => (unsaved.size === 0 ? leave() : setWanted({ leave })), [])
  const stay = () => {
    setWanted(undefined)
    blocker.reset?.()
  }
  const go = () => {
    unsaved.clear()
    setWanted(undefined)
    if (wanted !== undefined) wanted.leave()
    else blocker.proceed?.()
  }
  return (
    <Leaving value={ask}>
      {children}
      <Modal
        opened={wanted !== undefined || blocker.state === 'blocked'}
        onClose={stay}
        title={t.title}
        withCloseButton={false}
        zIndex={1100}
      >
        <Stack gap="md">
          <Text size="sm">{t.text}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={go}>
              {t.leave}
            </Button>
            <Button onClick={stay} data-autofocus>
              {t.stay}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Leaving>
  )
}
