//! QR codes: how large, and how much of them may be lost.

use std::rc::Rc;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use crate::error::SheetError;
use crate::paper::MM;

/// White around a code, in modules, as its standard asks.
pub(crate) const QUIET_MODULES: i32 = 4;
/// Larger modules gain nothing.
const MODULE_MAX_PT: f32 = 1.2 * MM;

/// A code, and the size of its modules.
pub(crate) struct Code {
    pub(crate) code: Rc<QrCode>,
    pub(crate) module_pt: f32,
}

impl Code {
    /// Of any text. A quarter of it may be lost (level Q): a fold and a stain, on a page whose text is there as well.
    ///
    /// # Errors
    /// [`SheetError::CodeTooLong`]
    pub(crate) fn of_text(text: &str, room_pt: f32) -> Result<Self, SheetError> {
        let code = QrCode::encode_text(text, QrCodeEcc::Quartile);
        Ok(Self::within(
            code.map_err(|_| SheetError::CodeTooLong)?,
            room_pt,
        ))
    }

    /// Of upper-case words, which take half the room. Nearly a third of it may be lost (level H).
    ///
    /// # Errors
    /// [`SheetError::CodeTooLong`]
    pub(crate) fn of_words(words: &str, room_pt: f32) -> Result<Self, SheetError> {
        let segments = [QrSegment::make_alphanumeric(words)];
        let code = QrCode::encode_segments(&segments, QrCodeEcc::High);
        Ok(Self::within(
            code.map_err(|_| SheetError::CodeTooLong)?,
            room_pt,
        ))
    }

    fn within(code: QrCode, room_pt: f32) -> Self {
        // Never more than 177 modules.
        let modules = code.size() as f32;
        Self {
            module_pt: (room_pt / modules).min(MODULE_MAX_PT),
            code: Rc::new(code),
        }
    }

    /// Its width and height, without the white around it.
    pub(crate) fn side_pt(&self) -> f32 {
        self.code.size() as f32 * self.module_pt
    }

    /// The white around it.
    pub(crate) fn quiet_pt(&self) -> f32 {
        QUIET_MODULES as f32 * self.module_pt
    }
}
