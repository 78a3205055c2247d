/** The sheets of the Room that a person opens; the purchase has its own machine. */
export type Opened = 'bag' | 'chat' | 'orders' | 'places' | 'comfort' | 'keys' | 'more'
