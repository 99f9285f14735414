import { Frame } from '../../shared/frame.tsx'
import { startApp } from '../../shared/start.tsx'
import { NAME, PAGES } from './pages.ts'

startApp('office', <Frame name={NAME} pages={PAGES} />)
