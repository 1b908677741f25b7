//! What a printer says of itself (IEEE 1284, section 7.6): `KEY:value;` in one line, of which the command set decides how we print.

/// The languages into which a page can be put here, best first: PostScript is resolution-independent, PCL 5 is what all office lasers speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    PostScript,
    Pcl,
}

impl Language {
    /// How PJL calls it (HP's PJL Technical Reference Manual, `ENTER LANGUAGE`).
    pub(super) fn in_pjl(self) -> &'static str {
        match self {
            Self::PostScript => "POSTSCRIPT",
            Self::Pcl => "PCL",
        }
    }

    /// The name of its description for CUPS, in `/usr/share/heirloom/printing`.
    pub(super) fn ppd(self) -> &'static str {
        match self {
            Self::PostScript => "postscript.ppd",
            Self::Pcl => "pcl.ppd",
        }
    }
}

/// A printer's device id, parsed as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PrinterId {
    /// As the printer gives them, upper case.
    languages: Vec<String>,
}

impl PrinterId {
    pub(super) fn parse(text: &str) -> Self {
        let mut fields = text.split(';').filter_map(|field| field.split_once(':'));
        let languages = fields.find_map(|(key, value)| {
            let key = key.trim().to_ascii_uppercase();
            matches!(key.as_str(), "CMD" | "COMMAND SET").then_some(value)
        });
        let languages = languages.unwrap_or_default().split(',');
        Self {
            languages: languages
                .map(|language| language.trim().to_ascii_uppercase())
                .filter(|language| !language.is_empty())
                .collect(),
        }
    }

    /// The one to print in; `None` for a printer whose computer has to do its work.
    pub(super) fn language(&self) -> Option<Language> {
        let speaks = |wanted: fn(&str) -> bool| self.languages.iter().any(|it| wanted(it));
        // PCL3GUI and PCLXL are other languages than PCL 5, by name only alike. Who speaks PCLXL alone is rare, and has PostScript beside it as a rule.
        let pcl = |it: &str| {
            matches!(
                it,
                "PCL"
                    | "PCL4"
                    | "PCL5"
                    | "PCL5E"
                    | "PCL5C"
                    | "PCL5CE"
                    | "PCL6"
                    | "HP PCL5"
                    | "PCL 5E"
            )
        };
        let postscript = |it: &str| {
            it.starts_with("POSTSCRIPT")
                || matches!(it, "PS" | "PS2" | "PS3" | "BR-SCRIPT" | "BRSCRIPT")
        };
        match () {
            () if speaks(postscript) => Some(Language::PostScript),
            () if speaks(pcl) => Some(Language::Pcl),
            () => None,
        }
    }

    /// Whether it tells of jams and covers by HP's Printer Job Language.
    pub(super) fn speaks_pjl(&self) -> bool {
        self.languages.iter().any(|it| it == "PJL")
    }

    /// For a person who looks for a driver.
    pub(super) fn in_words(&self) -> String {
        self.languages.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_set_decides() {
        let table = [
            (
                "MFG:Hewlett-Packard;MDL:HP LaserJet 1320;CMD:PJL,MLC,PCL,PCL5E;CLS:PRINTER;",
                Some(Language::Pcl),
                true,
            ),
            (
                "MANUFACTURER:Lexmark;COMMAND SET:POSTSCRIPT;",
                Some(Language::PostScript),
                false,
            ),
            (
                "MFG:Brother;CMD:PJL,PCL,PCLXL, PostScript Level 3;",
                Some(Language::PostScript),
                true,
            ),
            ("MFG:HP;MDL:LaserJet 1020;CMD:ACL,ZJS;", None, false),
            ("MFG:HP;MDL:DeskJet;CMD:PCL3GUI,PJL,DW-PCL;", None, true),
            ("MFG:Samsung;CMD:SPL,URF,FWV;", None, false),
            ("MFG:Canon;CMD:;", None, false),
            ("cmd:pcl", Some(Language::Pcl), false),
            ("no fields at all", None, false),
        ];
        for (text, language, pjl) in table {
            let id = PrinterId::parse(text);
            assert_eq!(id.language(), language, "{text}");
            assert_eq!(id.speaks_pjl(), pjl, "{text}");
        }
        let host_based = PrinterId::parse("MFG:HP;CMD: acl ,ZJS;");
        assert_eq!(host_based.in_words(), "ACL, ZJS");
    }
}
