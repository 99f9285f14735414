import { startApp } from '../../shared/start.tsx'
import { App } from './app.tsx'

startApp('portal', <App />)
