/** What stands around every page: who is signed in, where one can go, and the language; without a session, the way in. */
import { Alert, Anchor, AppShell, Box, Burger, Button, Group, NavLink, ScrollArea, Skeleton, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useMemo, useRef } from 'react'
import { Link, Route, Routes, useLocation, useNavigate } from 'react-router'
import { ApiError, get, post } from './api.ts'
import { LanguageSwitch } from './language-switch.tsx'
import { ME_KEY, type Me, MeContext } from './me.ts'
import { Mishaps } from './mishap.tsx'
import { Page } from './page.tsx'
import { Problem } from './problem.tsx'
import { SessionWatch } from './session-watch.tsx'
import { SignInPage } from './sign-in/sign-in-page.tsx'
import { type Texts, useLanguage, useTexts } from './texts.tsx'
import { useLeaving } from './unsaved.tsx'

/** A row of an app's table of pages. */
export type PageRow = {
  /** Below the app: `/payments/:payment_id`. */
  readonly path: string
  readonly label: Texts<string>
  /** Who may open it; absent: whoever is signed in. Of several, one is enough. */
  readonly act?: string | readonly string[]
  /** Stands in the navigation under this heading; absent: it is reached from another page. */
  readonly group?: Texts<string>
  /** How many things wait there. */
  readonly Badge?: ComponentType
  load(): Promise<ComponentType>
}

type Props = {
  readonly name: Texts<string>
  readonly pages: readonly PageRow[]
  /** Stands over every page of whoever is signed in. */
  readonly Banner?: ComponentType
}

const TEXTS = {
  ro: {
    skip: 'Sari la conținut',
    menu: 'Meniu',
    out: 'Ieși',
    missing: 'Pagina nu există',
    missing_text: 'Adresa nu duce nicăieri, sau rolul tău nu deschide această pagină.',
    account: 'Contul meu',
    days: (left: number) =>
      left === 0
        ? 'Parola trebuie schimbată azi.'
        : left === 1
          ? 'Parola trebuie schimbată până mâine.'
          : `Parola trebuie schimbată în cel mult ${left} zile.`,
    change: 'Schimb-o acum',
  },
  en: {
    skip: 'Skip to content',
    menu: 'Menu',
    out: 'Sign out',
    missing: 'Page not found',
    missing_text: 'This address leads nowhere, or your role cannot open this page.',
    account: 'My account',
    days: (left: number) =>
      left === 0
        ? 'Your password must be changed today.'
        : left === 1
          ? 'Your password must be changed by tomorrow.'
          : `Your password must be changed within ${left} days.`,
    change: 'Change it now',
  },
}

/** Every app has it; reached from the name in the header. */
const ACCOUNT: PageRow = {
  path: '/account',
  label: { ro: TEXTS.ro.account, en: TEXTS.en.account },
  load: () => import('./account/account-page.tsx').then(({ AccountPage }) => AccountPage),
}

/** How long what somebody typed waits under the way in. */
const KEPT_MS = 30 * 60_000

export function Frame(props: Props) {
  const queries = useQueryClient()
  const me = useQuery({ queryKey: ME_KEY, queryFn: () => askWho(queries), staleTime: 60_000 })
  const is_out = me.error instanceof ApiError && me.error.status === 401
  const is_locked = is_out && me.data !== undefined
  useEffect(() => {
    if (!is_locked) return
    const timer = setTimeout(() => void forget(queries), KEPT_MS)
    return () => clearTimeout(timer)
  }, [is_locked, queries])
  useCovered(is_locked)
  if (me.isPending) return <Skeleton h="100vh" />
  if (me.data === undefined && !is_out) return <Problem error={me.error} />
  return (
    <>
      {me.data !== undefined && (
        // Whoever signs in next gets pages of his own; the same person finds what he had typed.
        <div key={me.data.user_name} hidden={is_locked} inert={is_locked}>
          <MeContext value={me.data}>
            <SignedIn {...props} me={me.data} told_at={me.dataUpdatedAt} is_locked={is_locked} />
          </MeContext>
        </div>
      )}
      {is_out && <SignInPage name={props.name} ended={me.data?.user_name} />}
    </>
  )
}

/** Another one may have signed in, in another tab: what was kept of the one before goes before his pages come. */
async function askWho(queries: QueryClient): Promise<Me> {
  const before = queries.getQueryData<Me>(ME_KEY)
  const me = await get<Me>('/me', { background: true })
  if (before !== undefined && before.user_name !== me.user_name) dropOthers(queries)
  return me
}

const dropOthers = (queries: QueryClient): void =>
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME_KEY[0] })

/** Nothing of whoever was signed in is left; the way in is shown. */
async function forget(queries: QueryClient): Promise<void> {
  dropOthers(queries)
  await queries.resetQueries({ queryKey: ME_KEY })
}

/** Dialogs stand beside the pages, not within: they are covered with them. */
function useCovered(is_locked: boolean): void {
  useEffect(() => {
    if (!is_locked) return
    const portals = [...document.querySelectorAll<HTMLElement>('body > [data-portal]')]
    for (const portal of portals) Object.assign(portal, { hidden: true, inert: true })
    return () => {
      for (const portal of portals) Object.assign(portal, { hidden: false, inert: false })
    }
  }, [is_locked])
}

const mayOpen = ({ act }: PageRow, me: Me): boolean =>
  act === undefined || [act].flat().some((one) => me.acts.includes(one))

type SignedInProps = Props & { readonly me: Me; readonly told_at: number; readonly is_locked: boolean }

function SignedIn({ name, pages, Banner, me, told_at, is_locked }: SignedInProps) {
  const t = useTexts(TEXTS)
  const title = useTexts(name)
  const [is_open, menu] = useDisclosure()
  const queries = useQueryClient()
  const navigate = useNavigate()
  // By what it says, not by when it was told: pages must not be loaded anew with each word of the server.
  const acts = me.acts.join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the acts are what of `me` decides
  const open_pages = useMemo(() => [...pages, ACCOUNT].filter((page) => mayOpen(page, me)), [pages, acts])
  const leaving = useLeaving()
  const signOut = () =>
    leaving(async () => {
      await post('/sign-out').catch(() => undefined)
      navigate('/')
      await forget(queries)
    })
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !is_open } }}
      padding="md"
    >
      <AppShell.Header>
        <a className="punte-skip" href="#content">
          {t.skip}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger opened={is_open} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label={t.menu} />
            <Text fw={700} truncate>
              {title}
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Box visibleFrom="sm">
              <LanguageSwitch />
            </Box>
            <Anchor size="sm" visibleFrom="sm" component={Link} to="/account" aria-label={`${t.account}: ${me.name}`}>
              {me.name}
            </Anchor>
            <Button variant="subtle" size="compact-sm" onClick={signOut}>
              {t.out}
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t.menu}>
        <ScrollArea onClick={menu.close}>
          <Navigation pages={open_pages} />
          <Box hiddenFrom="sm" pt="md">
            <NavLink component={Link} to="/account" label={t.account} description={me.name} />
            <Box p="sm">
              <LanguageSwitch />
            </Box>
          </Box>
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className="punte-main">
        <FocusOnNewPage />
        {!is_locked && <SessionWatch me={me} told_at={told_at} onSignOut={signOut} />}
        {me.password_days_left !== undefined && (
          <Alert color="orange" variant="light" role="status" mb="md" p="xs">
            {t.days(me.password_days_left)}{' '}
            <Anchor component={Link} to="/account" size="sm" underline="always">
              {t.change}
            </Anchor>
          </Alert>
        )}
        {Banner !== undefined && <Banner />}
        <PageRoutes pages={open_pages} missing={<Page title={t.missing}>{t.missing_text}</Page>} />
      </AppShell.Main>
    </AppShell>
  )
}

/** The focus goes where the new page begins; else it stays on a link that is gone, and Tab begins at the top again. */
function FocusOnNewPage() {
  const { pathname } = useLocation()
  const before = useRef(pathname)
  useEffect(() => {
    if (before.current === pathname) return
    before.current = pathname
    document.getElementById('content')?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [pathname])
  return null
}

// The Suspense stands inside, under the routes: what suspends before it was shown once is made anew on the next try, and a
// page that is declared anew each time would never have loaded.
function PageRoutes({ pages, missing }: { readonly pages: readonly PageRow[]; readonly missing: ReactNode }) {
  const { pathname } = useLocation()
  const routes = useMemo(
    () =>
      pages.map(({ path, load }) => {
        const Loaded = lazy(async () => ({ default: await load() }))
        return <Route key={path} path={path} element={<Loaded />} />
      }),
    [pages],
  )
  return (
    <Mishaps key={pathname}>
      <Suspense fallback={<Skeleton h={240} />}>
        <Routes>
          {routes}
          <Route path="*" element={missing} />
        </Routes>
      </Suspense>
    </Mishaps>
  )
}

function Navigation({ pages }: { readonly pages: readonly PageRow[] }) {
  const { language } = useLanguage()
  const { pathname } = useLocation()
  const shown = pages.filter(({ group }) => group !== undefined)
  const groups = [...new Set(shown.map(({ group }) => group?.[language] ?? ''))]
  return groups.map((group) => (
    <div key={group}>
      <Text size="xs" fw={700} c="gray.7" px="sm" pt="sm">
        {group}
      </Text>
      {shown
        .filter((page) => page.group?.[language] === group)
        .map(({ path, label, Badge }) => (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={label[language]}
            active={path === '/' ? pathname === '/' : pathname.startsWith(path)}
            {...(Badge !== undefined && { rightSection: <Badge /> })}
          />
        ))}
    </div>
  ))
}
