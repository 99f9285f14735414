/**
 * How the hosted page is bundled. One script and one style sheet with hashed names, nothing inlined into the HTML: the
 * page is served under a Content-Security-Policy that allows neither inline script nor inline style.
 */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/checkout/',
  plugins: [react()],
  // Whatever the caller's environment says, payers get React's production build.
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    sourcemap: false,
    reportCompressedSize: false,
  },
})
