/** Pages that need no account, and for all else the frame of who is signed in. */
import { Skeleton } from '@mantine/core'
import { type ComponentType, lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router'
import { Frame } from '../../shared/frame.tsx'
import { StandingBanner } from './company/banner.tsx'
import { NAME, PAGES } from './pages.ts'

const lazily = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await load() }))

/** Opened by a link in a mail, whose secret stands behind the #. */
const InvitationPage = lazily(() => import('./invitation/invitation.tsx').then((module) => module.InvitationPage))

/** The form of an applicant, who has an invitation and no account. */
const ApplyPage = lazily(() => import('./apply/apply.tsx').then((module) => module.ApplyPage))

export function App() {
  return (
    <Suspense fallback={<Skeleton h="100vh" />}>
      <Routes>
        <Route path="/invitation" element={<InvitationPage />} />
        <Route path="/apply" element={<ApplyPage />} />
        <Route path="*" element={<Frame name={NAME} pages={PAGES} Banner={StandingBanner} />} />
      </Routes>
    </Suspense>
  )
}
