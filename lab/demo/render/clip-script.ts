/** One product of the clip: what is shown and what is said while it is shown. */
export type Scene = { key: string, lines: readonly string[] }

/** How many seconds one picture melts into the next. */
export const DISSOLVE_SECONDS = 0.9

export const SCENES: readonly Scene[] = [
  {
    key: 'tea-set',
    lines: [
      'Hello, and welcome to Lantern and Loom.',
      'We begin with the celadon tea set: one pot and three cups, in stoneware, glazed by hand.',
      'The pot holds six hundred millilitres, and comes with a walnut tray.',
    ],
  },
  {
    key: 'silk-scarf',
    lines: [
      'Next, our silk scarf.',
      'Mulberry silk twill, ninety by ninety centimetres, with edges rolled and sewn by hand.',
      'Wash it cold, and dry it in the shade.',
    ],
  },
  {
    key: 'leather-bag',
    lines: [
      'This is the leather bag.',
      'Vegetable tanned cowhide, with buckles of solid brass.',
      'A thirteen inch laptop fits inside, and the leather darkens a little with the years.',
    ],
  },
  {
    key: 'earbuds',
    lines: [
      'Now, the earbuds.',
      'Six hours of music on one charge, and eighteen more from the case.',
      'Three sizes of soft tips come in the box.',
    ],
  },
  {
    key: 'dried-fruit',
    lines: [
      'Something sweet: dried mango and apricot, two hundred and fifty grams.',
      'Only fruit, with no sugar added.',
      'Keep the pouch closed, and somewhere cool.',
    ],
  },
  {
    key: 'stacking-toy',
    lines: [
      'And for the little ones, stacking rings.',
      'Solid beech and water based paint: six rings, a ball, and a block.',
      'Ask me anything in the chat, and thank you for watching.',
    ],
  },
]
