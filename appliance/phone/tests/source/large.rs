//! A large library is listed in few exchanges, and tells how far it is.

use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_engine::{Found, Source};
use heirloom_phone::PhoneSource;

use crate::phone::{self, Phone, QUICK};

const FOLDERS: u32 = 200;
const FILES_IN_EACH: u32 = 100;

#[test]
fn twenty_thousand_files_are_listed_in_a_thousand_exchanges() {
    let phone = Phone::new();
    {
        let mut state = phone.state();
        state.operations.push(phone::GET_OBJECT_PROP_LIST);
        state.folder(1, 0, "DCIM");
        for folder in 0..FOLDERS {
            let handle = 10 + folder;
            state.folder(handle, 1, &format!("{folder:03}"));
            for file in 0..FILES_IN_EACH {
                let name = format!("IMG_{folder:03}_{file:03}.JPG");
                let number = 1000 + folder * FILES_IN_EACH + file;
                state.file(number, handle, &name, "20240131T235959", &[7; 10]);
            }
        }
    }
    let mut source = PhoneSource::over(Arc::clone(&phone) as _, None, QUICK).expect("open");
    phone.state().log.clear();
    let mut told = Vec::new();
    let mut object_count = 0;
    let listed = source.list(&mut |found| {
        match found {
            Found::Seen(count) => told.push(count),
            Found::Object(_) => object_count += 1,
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    });
    assert_eq!(listed, Ok(()));
    assert_eq!(object_count, FOLDERS * FILES_IN_EACH);
    // At least once for each exchange that describes many.
    assert!(told.is_sorted() && told.len() > 4 * FOLDERS as usize);

    let state = phone.state();
    let counts = [
        phone::GET_STORAGE_IDS,
        phone::GET_STORAGE_INFO,
        phone::GET_OBJECT_HANDLES,
        phone::GET_OBJECT_PROP_LIST,
        phone::GET_OBJECT_INFO,
    ]
    .map(|operation| state.count(operation));
    // The root, DCIM and each folder: handles. DCIM and each folder: four lists. DCIM and a sample of three: by themselves.
    assert_eq!(counts, [1, 1, 202, 804, 4]);
    assert_eq!(state.log.len(), counts.iter().sum::<usize>());
}
