//! What happens to paper: each is a function of pixels, the same at each run.

use super::picture::Picture;

/// What is done to a page that was printed and scanned at 300 dots per inch.
pub(crate) struct Damage {
    pub(crate) name: &'static str,
    pub(crate) apply: fn(&Picture) -> Picture,
}

/// All that the codes are held to.
pub(crate) const ALL: [Damage; 8] = [
    Damage {
        name: "none",
        apply: Picture::clone,
    },
    Damage {
        name: "noise",
        apply: |page| noise(page, 1, 25.0),
    },
    Damage {
        name: "tilt of 3 degrees",
        apply: |page| tilt(page, 3.0),
    },
    Damage {
        name: "out of focus",
        apply: |page| blur(&blur(page, 3), 3),
    },
    Damage {
        name: "a fold through the code, tilted",
        apply: |page| tilt(&fold(&fold(page, false), true), -1.0),
    },
    Damage {
        name: "a stain of coffee",
        apply: |page| noise(&stain(page), 2, 12.0),
    },
    Damage {
        name: "a photocopy of a photocopy",
        apply: |page| photocopy(&photocopy(page, 3), 4),
    },
    Damage {
        name: "a fax",
        apply: fax,
    },
];

/// A number from -1 to 1 for each pixel and seed (a few rounds of xorshift over its index).
fn chance(seed: u64, index: u64) -> f32 {
    let mut state =
        (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed.wrapping_mul(0xd1b5_4a32_d192_ed03);
    for _ in 0..2 {
        state ^= state >> 32;
        state = state.wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    ((state >> 40) as f32 / (1_u32 << 23) as f32) - 1.0
}

/// Of a scanner's sensor and of the paper.
fn noise(page: &Picture, seed: u64, amplitude: f32) -> Picture {
    let mut noisy = page.clone();
    for (index, pixel) in (0..).zip(&mut noisy.pixels) {
        let shifted = f32::from(*pixel) + amplitude * chance(seed, index);
        *pixel = shifted.clamp(0.0, 255.0) as u8;
    }
    noisy
}

/// The page lay askew.
fn tilt(page: &Picture, degrees: f32) -> Picture {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = (page.width as f32 / 2.0, page.height as f32 / 2.0);
    page.map(|x, y| {
        let (x, y) = (x - middle_x, y - middle_y);
        page.between(
            middle_x + x * cosine - y * sine,
            middle_y + x * sine + y * cosine,
        )
    })
}

/// The mean of the neighbours up to this far, across and then down.
fn blur(page: &Picture, radius: i64) -> Picture {
    let count = (2 * radius + 1) as f32;
    let across = page.map(|x, y| {
        let sum: f32 = (-radius..=radius)
            .map(|shift| page.at(x as i64 + shift, y as i64))
            .sum();
        sum / count
    });
    across.map(|x, y| {
        let sum: f32 = (-radius..=radius)
            .map(|shift| across.at(x as i64, y as i64 + shift))
            .sum();
        sum / count
    })
}

/// Where the code of a page lies, for what must hit it: the middle of what has the most changes from black to white.
fn middle_of_code(page: &Picture) -> (f32, f32) {
    const CELL: usize = 60;
    let busy = |left: usize, top: usize| -> usize {
        (top..(top + CELL).min(page.height))
            .step_by(4)
            .map(|y| {
                let row = &page.pixels[y * page.width + left..][..CELL.min(page.width - left)];
                row.windows(2)
                    .filter(|pair| pair[0].abs_diff(pair[1]) > 120)
                    .count()
            })
            .sum()
    };
    let (mut sum_x, mut sum_y, mut weight) = (0.0, 0.0, 0.0);
    for top in (0..page.height).step_by(CELL) {
        for left in (0..page.width).step_by(CELL) {
            let dark = (top..(top + CELL).min(page.height))
                .step_by(4)
                .flat_map(|y| {
                    page.pixels[y * page.width + left..][..CELL.min(page.width - left)]
                        .iter()
                        .step_by(4)
                });
            let (mut count, mut all) = (0, 0);
            dark.for_each(|pixel| {
                all += 1;
                count += usize::from(*pixel < 128);
            });
            // Text has less black than a code, a rule fewer changes.
            if count * 10 > all * 3 && count * 10 < all * 8 && busy(left, top) > 30 {
                sum_x += left as f32 + CELL as f32 / 2.0;
                sum_y += top as f32 + CELL as f32 / 2.0;
                weight += 1.0;
            }
        }
    }
    assert!(weight > 20.0, "the page has a code");
    (sum_x / weight, sum_y / weight)
}

/// A crease through the code: the paper's fibres show white, with a shadow beside, and the part behind lies a little off.
fn fold(page: &Picture, is_upright: bool) -> Picture {
    let (code_x, code_y) = middle_of_code(page);
    page.map(|x, y| {
        let from_crease = if is_upright { x - code_x } else { y - code_y };
        let shift = if from_crease > 0.0 { 1.5 } else { 0.0 };
        let seen = if is_upright {
            page.between(x + shift, y)
        } else {
            page.between(x, y + shift)
        };
        match from_crease.abs() {
            distance if distance < 4.0 => seen.max(215.0),
            distance if distance < 40.0 => seen * (0.7 + 0.3 * distance / 40.0),
            _ => seen,
        }
    })
}

/// A cup's ring over the code, and a drop that hides a part of it.
fn stain(page: &Picture) -> Picture {
    let (code_x, code_y) = middle_of_code(page);
    page.map(|x, y| {
        let seen = page.at(x as i64, y as i64);
        let from_cup = ((x - code_x - 150.0).powi(2) + (y - code_y - 100.0).powi(2)).sqrt();
        let from_drop = ((x - code_x + 90.0).powi(2) + (y - code_y - 60.0).powi(2)).sqrt();
        match (from_drop, (from_cup - 420.0).abs()) {
            (drop, _) if drop < 45.0 => 70.0,
            (_, ring) if ring < 14.0 => seen * 0.55,
            _ if from_cup < 420.0 => seen * 0.8,
            _ => seen,
        }
    })
}

/// More contrast, less sharp, a little smaller, askew, with specks.
fn photocopy(page: &Picture, seed: u64) -> Picture {
    let soft = tilt(&blur(page, 1), 0.6);
    let (middle_x, middle_y) = (page.width as f32 / 2.0, page.height as f32 / 2.0);
    let copied = soft.map(|x, y| {
        let seen = soft.between(
            middle_x + (x - middle_x) * 1.02,
            middle_y + (y - middle_y) * 1.02,
        );
        (seen - 128.0) * 1.8 + 120.0
    });
    let mut specked = noise(&copied, seed, 25.0);
    for (index, pixel) in (0..).zip(&mut specked.pixels) {
        if chance(seed ^ 0xff, index / 2) > 0.9985 {
            *pixel = 20;
        }
    }
    specked
}

/// 200 dots per inch, black or white, through a noisy line: some rows are lost and repeat the one before.
fn fax(page: &Picture) -> Picture {
    const SHRINK: f32 = 1.5;
    let soft = blur(&noise(&tilt(page, 0.7), 5, 40.0), 1);
    let (width, height) = (page.width * 2 / 3, page.height * 2 / 3);
    let mut sent = Picture {
        width,
        height,
        pixels: vec![255; width * height],
    };
    for y in 0..height {
        let is_lost = chance(6, y as u64) > 0.97 && y > 0;
        for x in 0..width {
            sent.pixels[y * width + x] = if is_lost {
                sent.pixels[(y - 1) * width + x]
            } else {
                let seen = soft.between(x as f32 * SHRINK, y as f32 * SHRINK);
                if seen < 140.0 { 0 } else { 255 }
            };
        }
    }
    sent
}
