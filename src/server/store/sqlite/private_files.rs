//! The database's files, readable by the user of this process alone: they hold what people own.

use std::{
    fs::{DirBuilder, OpenOptions, Permissions, set_permissions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Read and write for the owner.
const FILE_MODE: u32 = 0o600;
/// The same for a folder.
const FOLDER_MODE: u32 = 0o700;

/// Creates the database file and its folder where they are missing, and closes files of earlier
/// versions to others.
///
/// SQLite gives the write-ahead log and the shared memory beside it the file's own mode.
///
/// # Errors
/// When a file or folder cannot be created. A mode that cannot be changed, as on some file systems,
/// is a warning.
pub(super) fn create(database: &Path) -> io::Result<()> {
    if let Some(folder) = database.parent().filter(|folder| *folder != Path::new("")) {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    }
    // An empty file is an empty database.
    OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(database)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut file = database.as_os_str().to_owned();
        file.push(suffix);
        close_to_others(&PathBuf::from(file));
    }
    Ok(())
}

fn close_to_others(file: &Path) {
    let Ok(known) = file.metadata() else { return };
    if known.permissions().mode() & 0o777 == FILE_MODE {
        return;
    }
    if let Err(error) = set_permissions(file, Permissions::from_mode(FILE_MODE)) {
        tracing::warn!(%error, "database file stays readable by other users");
    }
}
