//! GF(256), the field of bytes in which secrets are shared: addition is XOR, multiplication is modulo x^8 + x^4 + x^3 + x + 1.
//!
//! No branch and no address depends on a value, so that time and caches say nothing about a secret.

/// x^8 in the field: the modulus without its highest bit.
const REDUCTION: u8 = 0x1b;

/// The product of two elements.
pub(crate) const fn multiply(a: u8, b: u8) -> u8 {
    let (mut a, mut product, mut bit) = (a, 0, 0);
    while bit < 8 {
        product ^= a & mask((b >> bit) & 1);
        a = (a << 1) ^ (REDUCTION & mask(a >> 7));
        bit += 1;
    }
    product
}

/// All ones for 1, and zero for 0.
const fn mask(bit: u8) -> u8 {
    bit.wrapping_neg()
}

/// The inverse of an element, which is its power of 254; zero for zero, which has none.
pub(crate) const fn invert(a: u8) -> u8 {
    // 254 is 2 + 4 + 8 + ... + 128.
    let (mut square, mut inverse, mut step) = (a, 1, 0);
    while step < 7 {
        square = multiply(square, square);
        inverse = multiply(inverse, square);
        step += 1;
    }
    inverse
}

/// By which to multiply the value at `own`, among values at `all`, for its part of the value at `wanted`: Lagrange's basis polynomial.
/// The places in `all` must differ.
pub(crate) fn weight(own: u8, all: impl Iterator<Item = u8>, wanted: u8) -> u8 {
    let (mut above, mut below) = (1, 1);
    for other in all.filter(|other| *other != own) {
        above = multiply(above, wanted ^ other);
        below = multiply(below, own ^ other);
    }
    multiply(above, invert(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by tables of powers of x + 1, which generates the field: another way to all products.
    fn tables() -> ([u8; 255], [usize; 256]) {
        let (mut powers, mut logarithms, mut power) = ([0; 255], [0; 256], 1_u16);
        for (exponent, room) in powers.iter_mut().enumerate() {
            *room = u8::try_from(power).expect("a byte");
            logarithms[usize::from(*room)] = exponent;
            power ^= power << 1;
            if power > 0xff {
                power ^= 0x11b;
            }
        }
        (powers, logarithms)
    }

    #[test]
    fn every_product_is_right() {
        let (powers, logarithms) = tables();
        for a in 0..=255_u8 {
            for b in 0..=255_u8 {
                let exponent = logarithms[usize::from(a)] + logarithms[usize::from(b)];
                let expected = if a == 0 || b == 0 {
                    0
                } else {
                    powers[exponent % 255]
                };
                assert_eq!(multiply(a, b), expected, "{a} times {b}");
            }
        }
    }

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        assert_eq!(invert(0), 0);
        for a in 1..=255 {
            assert_eq!(multiply(a, invert(a)), 1, "{a}");
        }
    }

    #[test]
    fn a_polynomial_is_found_by_its_values() {
        let polynomial = |x: u8| 7 ^ multiply(200, x) ^ multiply(31, multiply(x, x));
        let places = [3, 9, 254];
        for wanted in 0..=255 {
            let parts = places
                .map(|own| multiply(polynomial(own), weight(own, places.into_iter(), wanted)));
            assert_eq!(
                parts[0] ^ parts[1] ^ parts[2],
                polynomial(wanted),
                "{wanted}"
            );
        }
    }
}
