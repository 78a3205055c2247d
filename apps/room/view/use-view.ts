import { useEffect, useLayoutEffect, useReducer } from 'react'
import { useHouse, useRoom } from '../context.ts'
import { useSpatial } from '../keys/use-spatial.ts'
import { hasFullScreen, hasPip, isFullScreen, isInPip, watchPip } from '../stage/screen.ts'

/** Sets the page to the view that this person chose: sheets and toasts follow too. */
export function useView(): void {
  const view = useRoom((state) => state.view)
  useLayoutEffect(() => {
    document.documentElement.dataset['view'] = view
  }, [view])
  useSpatial(view === 'tv')
}

/** What the window around the picture can do here, and does now. */
export function useScreen() {
  const house = useHouse()
  const [, renew] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const stop = watchPip(() => house.state.get().room.show.state === 'live', renew)
    document.addEventListener('fullscreenchange', renew)
    // Whether Safari can is only known of an element that has its film.
    document.addEventListener('loadedmetadata', renew, true)
    return () => {
      stop()
      document.removeEventListener('fullscreenchange', renew)
      document.removeEventListener('loadedmetadata', renew, true)
    }
  }, [house])
  return {
    hasPip: hasPip(), isInPip: isInPip(),
    hasFullScreen: hasFullScreen(), isFullScreen: isFullScreen(),
  }
}

export type Screen = ReturnType<typeof useScreen>
