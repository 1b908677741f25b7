//! How a key is made of a passphrase, within bounds that the caller sets: a header may come from anyone, and must not take all memory or a day.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroizing;

use crate::error::{Inconsistency, SlotFault};
use crate::hash::Hash;

/// The largest number of lanes that is taken. cryptsetup makes at most 4.
const LANES_MAX: u32 = 64;

/// What opening a key slot may cost. What needs more is refused before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Memory that Argon2 may take.
    pub memory_kib: u32,
    /// Memory times passes of Argon2.
    pub argon2_kib_passes: u64,
    /// Iterations of PBKDF2, of a key slot and of the key's digest each.
    pub iterations: u32,
}

impl Default for Bounds {
    /// What cryptsetup makes by itself on the fastest computers, several times over: it takes at most 1 GiB and two seconds.
    fn default() -> Self {
        Self {
            memory_kib: 1024 * 1024,
            argon2_kib_passes: 64 * 1024 * 1024,
            iterations: 50_000_000,
        }
    }
}

/// A key derivation with its parameters. None of them is secret.
#[derive(Clone, Debug)]
pub(crate) enum Kdf {
    Argon2 {
        algorithm: Algorithm,
        passes: u32,
        memory_kib: u32,
        lanes: u32,
        salt: Vec<u8>,
    },
    Pbkdf2 {
        hash: Hash,
        iterations: u32,
        salt: Vec<u8>,
    },
}

impl Kdf {
    /// Makes a key of `key_bytes`.
    pub(crate) fn derive(
        &self,
        passphrase: &[u8],
        key_bytes: usize,
        bounds: &Bounds,
    ) -> Result<Zeroizing<Vec<u8>>, SlotFault> {
        let mut key = Zeroizing::new(vec![0; key_bytes]);
        match self {
            Self::Argon2 {
                algorithm,
                passes,
                memory_kib,
                lanes,
                salt,
            } => {
                check_memory(*memory_kib, bounds)?;
                let steps = u64::from(*memory_kib) * u64::from(*passes);
                check_work(steps, bounds.argon2_kib_passes)?;
                let bad = SlotFault::Inconsistent(Inconsistency::SlotSize);
                if *lanes > LANES_MAX {
                    return Err(bad);
                }
                let Ok(params) = Params::new(*memory_kib, *passes, *lanes, Some(key_bytes)) else {
                    return Err(bad);
                };
                let mut memory = blocks(&params, *memory_kib)?;
                let argon2 = Argon2::new(*algorithm, Version::V0x13, params);
                argon2
                    .hash_password_into_with_memory(passphrase, salt, &mut key, &mut *memory)
                    .map_err(|_| bad)?;
            }
            Self::Pbkdf2 {
                hash,
                iterations,
                salt,
            } => {
                check_iterations(*iterations, bounds)?;
                hash.pbkdf2(passphrase, salt, *iterations, &mut key);
            }
        }
        Ok(key)
    }
}

/// Zero iterations are no PBKDF2 at all.
pub(crate) fn check_iterations(iterations: u32, bounds: &Bounds) -> Result<(), SlotFault> {
    if iterations == 0 {
        return Err(SlotFault::Inconsistent(Inconsistency::SlotSize));
    }
    check_work(iterations.into(), bounds.iterations.into())
}

fn check_memory(needed_kib: u32, bounds: &Bounds) -> Result<(), SlotFault> {
    let allowed_kib = bounds.memory_kib;
    if needed_kib > allowed_kib {
        return Err(SlotFault::TooMuchMemory {
            needed_kib,
            allowed_kib,
        });
    }
    Ok(())
}

fn check_work(needed_steps: u64, allowed_steps: u64) -> Result<(), SlotFault> {
    if needed_steps > allowed_steps {
        return Err(SlotFault::TooMuchWork {
            needed_steps,
            allowed_steps,
        });
    }
    Ok(())
}

/// Argon2's memory, which is wiped after use. A computer that does not have it says so, instead of ending the program.
fn blocks(params: &Params, needed_kib: u32) -> Result<Zeroizing<Vec<Block>>, SlotFault> {
    let count = params.block_count();
    let mut memory = Zeroizing::new(Vec::new());
    memory
        .try_reserve_exact(count)
        .map_err(|_| SlotFault::OutOfMemory { needed_kib })?;
    memory.resize(count, Block::new());
    Ok(memory)
}
