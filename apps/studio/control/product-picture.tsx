import type { Product } from '#trade/catalog/contract'
import { BoxIcon } from '#ui/primitives/icons.tsx'

/** Decoration beside the title; a plain box when there is no picture yet. */
export function ProductPicture(
  { product, size }: { product: Pick<Product, 'pictures'>, size: number }
) {
  const [picture] = product.pictures
  if (!picture) {
    return (
      <span className="product-picture" data-empty style={{ inlineSize: size, blockSize: size }}>
        <BoxIcon size={Math.round(size / 2)} />
      </span>
    )
  }
  return (
    <img
      className="product-picture" src={`${picture.url}-320.webp`} alt="" width={size} height={size}
      loading="lazy" style={{ inlineSize: size, blockSize: size }}
    />
  )
}
