interface Listens {
  addEventListener(name: string, listen: () => void): void
  removeEventListener(name: string, listen: () => void): void
}
interface Page {
  document?: Listens & { visibilityState: string }
  addEventListener?: Listens['addEventListener']
  removeEventListener?: Listens['removeEventListener']
}

/** Tells when the network comes back and when the page is looked at again. */
export function watchPage(on: { online(): void; shown(): void }): () => void {
  const page = globalThis as Page
  const { document } = page
  const shown = () => { if (document?.visibilityState === 'visible') on.shown() }
  document?.addEventListener('visibilitychange', shown)
  page.addEventListener?.('online', on.online)
  return () => {
    document?.removeEventListener('visibilitychange', shown)
    page.removeEventListener?.('online', on.online)
  }
}
