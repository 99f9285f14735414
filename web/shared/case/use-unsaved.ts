/** Asks before a page is left on which something is not saved: by a reload, a closed tab, or a link of the page. */
import { useEffect } from 'react'
import { useTexts } from '../texts.tsx'

const TEXTS = {
  ro: { leave: 'Ai schimbări nesalvate. Pleci de pe pagină fără ele?' },
  en: { leave: 'You have unsaved changes. Leave the page without them?' },
}

export function useUnsaved(is_changed: boolean): void {
  const { leave } = useTexts(TEXTS)
  useEffect(() => {
    if (!is_changed) return
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault()
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null
      const is_elsewhere =
        link instanceof HTMLAnchorElement && link.target !== '_blank' && !link.href.includes('download=')
      if (!is_elsewhere || event.ctrlKey || event.metaKey || window.confirm(leave)) return
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('beforeunload', onUnload)
    // Before the router hears of it.
    document.addEventListener('click', onClick, true)
    return () => {
      window.removeEventListener('beforeunload', onUnload)
      document.removeEventListener('click', onClick, true)
    }
  }, [is_changed, leave])
}
