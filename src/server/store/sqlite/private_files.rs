//! Restricts access to the database files, which contain private portfolios, to the user account
//! that runs this process.

use std::{
    fs::{DirBuilder, OpenOptions, Permissions, set_permissions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Access mode of the database files: only their owner may read and write them.
const FILE_MODE: u32 = 0o600;
/// Access mode of the database folder: only its owner has access.
const FOLDER_MODE: u32 = 0o700;

/// Creates the database file and its folder if they are missing. If an earlier version created
/// files that other users can access, removes that access.
///
/// SQLite creates the write-ahead log and the shared-memory file with the same mode as the database
/// file.
///
/// # Errors
/// Returns an error if a file or folder cannot be created. If the mode of a file cannot be changed,
/// as on some file systems, this is only logged as a warning.
pub(super) fn create(database: &Path) -> io::Result<()> {
    if let Some(folder) = database.parent().filter(|folder| *folder != Path::new("")) {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    }
    // Creates an empty file, which SQLite accepts as an empty database.
    OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(database)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut file = database.as_os_str().to_owned();
        file.push(suffix);
        restrict_to_owner(&PathBuf::from(file));
    }
    Ok(())
}

fn restrict_to_owner(file: &Path) {
    let Ok(metadata) = file.metadata() else { return };
    if metadata.permissions().mode() & 0o777 == FILE_MODE {
        return;
    }
    if let Err(error) = set_permissions(file, Permissions::from_mode(FILE_MODE)) {
        tracing::warn!(%error, "database file stays readable by other users");
    }
}
