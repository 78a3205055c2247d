export { makeClient, type Client, type ClientOptions, type HouseApi } from './client.ts'
export { applyEvents, connectRoom, type RoomLine, type RoomOptions, type RoomStatus, type You,
} from './room.ts'
export { sdkRefusals } from './refusals.ts'
