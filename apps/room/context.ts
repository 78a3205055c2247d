import { createContext, use } from 'react'
import type { House, RoomState } from './house.ts'
import { useStore } from './store.ts'

export const HouseContext = createContext<House | null>(null)

export function useHouse(): House {
  const house = use(HouseContext)
  if (!house) throw new Error('bug: no HouseContext above')
  return house
}

export const useRoom = <Part>(pick: (state: RoomState) => Part): Part =>
  useStore(useHouse().state, pick)
