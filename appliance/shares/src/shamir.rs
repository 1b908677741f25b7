//! Sharing a value: a polynomial through random points, the value at 255, and a digest of the value at 254, so that a wrong share is noticed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::field::{multiply, weight};
use crate::secret::Value;

/// Where the polynomial has the shared value.
const VALUE_PLACE: u8 = 255;
/// Where it has the digest of the value, and the random bytes which that was made with.
const DIGEST_PLACE: u8 = 254;
const DIGEST_BYTES: usize = 4;

/// One point of the polynomial.
pub(crate) struct Point {
    pub(crate) place: u8,
    pub(crate) value: Value,
}

/// The points at 0 to `made` - 1, any `needed` of which give `secret` back. With `needed` 1, each is the secret.
/// The numbers are those of a scheme that was checked.
pub(crate) fn split<E>(
    secret: &Value,
    needed: u8,
    made: u8,
    random: &mut impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<Vec<Point>, E> {
    if needed == 1 {
        let point = |place| Point {
            place,
            value: secret.clone(),
        };
        return Ok((0..made).map(point).collect());
    }
    let mut points = Vec::with_capacity(usize::from(made) + 2);
    for place in 0..needed - 2 {
        let mut value = Value::zero(secret.length());
        random(value.bytes_mut())?;
        points.push(Point { place, value });
    }
    let mut base: Vec<Point> = points.iter().map(Point::copy).collect();
    base.push(digest_point(secret, random)?);
    base.push(Point {
        place: VALUE_PLACE,
        value: secret.clone(),
    });
    points.extend((needed - 2..made).map(|place| Point {
        place,
        value: interpolate(&base, place),
    }));
    Ok(points)
}

/// The shared value, from exactly as many points as are needed, at places that differ. `None` when they don't belong together.
pub(crate) fn recover(points: &[Point]) -> Option<Value> {
    if let [point] = points {
        return Some(point.value.clone());
    }
    let secret = interpolate(points, VALUE_PLACE);
    let digest_value = interpolate(points, DIGEST_PLACE);
    let (digest, random_part) = digest_value.bytes().split_at(DIGEST_BYTES);
    let expected = digest_of(&secret, random_part);
    bool::from(expected.ct_eq(digest)).then_some(secret)
}

impl Point {
    fn copy(&self) -> Self {
        Self {
            place: self.place,
            value: self.value.clone(),
        }
    }
}

/// The polynomial's value at `place`, by its `points`, of which there is at least one.
fn interpolate(points: &[Point], place: u8) -> Value {
    let mut sum = Value::zero(points[0].value.length());
    for point in points {
        let places = points.iter().map(|point| point.place);
        let weight = weight(point.place, places, place);
        for (sum, byte) in sum.bytes_mut().iter_mut().zip(point.value.bytes()) {
            *sum ^= multiply(weight, *byte);
        }
    }
    sum
}

fn digest_point<E>(
    secret: &Value,
    random: &mut impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<Point, E> {
    let mut value = Value::zero(secret.length());
    let (digest, random_part) = value.bytes_mut().split_at_mut(DIGEST_BYTES);
    random(random_part)?;
    digest.copy_from_slice(&*digest_of(secret, random_part));
    Ok(Point {
        place: DIGEST_PLACE,
        value,
    })
}

fn digest_of(secret: &Value, random_part: &[u8]) -> Zeroizing<[u8; DIGEST_BYTES]> {
    let mut hmac =
        Hmac::<Sha256>::new_from_slice(random_part).expect("HMAC takes a key of any length");
    hmac.update(secret.bytes());
    let whole = Zeroizing::new(<[u8; 32]>::from(hmac.finalize().into_bytes()));
    let mut digest = Zeroizing::new([0; DIGEST_BYTES]);
    digest.copy_from_slice(&whole[..DIGEST_BYTES]);
    digest
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::secret::SecretLength;

    /// Bytes that differ at each call.
    fn counted() -> impl FnMut(&mut [u8]) -> Result<(), Infallible> {
        let mut count = 0_u8;
        move |room| {
            for byte in room {
                count = count.wrapping_mul(5).wrapping_add(17);
                *byte = count;
            }
            Ok(())
        }
    }

    fn chosen(points: &[Point], choice: u32) -> Vec<Point> {
        let is_chosen = |point: &&Point| choice >> point.place & 1 == 1;
        points.iter().filter(is_chosen).map(Point::copy).collect()
    }

    #[test]
    fn as_many_as_needed_give_the_secret_and_fewer_never_do() {
        for length in SecretLength::ALL {
            let mut secret = Value::zero(length);
            secret.bytes_mut()[3] = 77;
            for made in 1..=8_u8 {
                for needed in (1..=made).filter(|needed| *needed > 1 || made == 1) {
                    let Ok(points) = split(&secret, needed, made, &mut counted());
                    assert_eq!(points.len(), usize::from(made));
                    for choice in 1..1_u32 << made {
                        let points = chosen(&points, choice);
                        let found = recover(&points).is_some_and(|found| found == secret);
                        // More points than are needed are on the same polynomial.
                        let enough = choice.count_ones() >= u32::from(needed);
                        assert_eq!(found, enough, "{needed} of {made}: {choice:b}");
                    }
                }
            }
        }
    }

    #[test]
    fn sixteen_of_sixteen_is_the_most() {
        let mut secret = Value::zero(SecretLength::Bits128);
        secret.bytes_mut()[15] = 200;
        let Ok(points) = split(&secret, 16, 16, &mut counted());
        assert!(recover(&points).is_some_and(|found| found == secret));
        for without in 0..16 {
            assert!(recover(&chosen(&points, 0xffff ^ 1 << without)).is_none());
        }
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let mut secret = Value::zero(SecretLength::Bits128);
        secret.bytes_mut()[0] = 1;
        let Ok(mut points) = split(&secret, 3, 5, &mut counted());
        points.truncate(3);
        for at in 0..3 {
            for byte in 0..16 {
                points[at].value.bytes_mut()[byte] ^= 0x40;
                assert!(recover(&points).is_none(), "byte {byte} of share {at}");
                points[at].value.bytes_mut()[byte] ^= 0x40;
            }
        }
        assert!(recover(&points).is_some());
    }

    #[test]
    fn each_share_but_the_last_two_is_random_by_itself() {
        let secret = Value::zero(SecretLength::Bits128);
        let mut calls = Vec::new();
        let mut random = |room: &mut [u8]| {
            calls.push(room.len());
            room.fill(u8::try_from(calls.len()).expect("few calls"));
            Ok::<(), Infallible>(())
        };
        let Ok(points) = split(&secret, 5, 5, &mut random);
        // Three shares, and the random part of the digest's point.
        assert_eq!(calls, [16, 16, 16, 12]);
        assert!(points[2].value.bytes() == [3; 16]);
    }

    #[test]
    fn a_failure_of_the_random_source_is_handed_on() {
        let secret = Value::zero(SecretLength::Bits128);
        for fails_at in 0..4 {
            let mut calls = 0;
            let mut random = |_: &mut [u8]| {
                calls += 1;
                if calls > fails_at {
                    Err("no random bytes")
                } else {
                    Ok(())
                }
            };
            assert!(split(&secret, 5, 5, &mut random).is_err());
        }
    }
}
