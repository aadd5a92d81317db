//! The register of a desk that stands alone: what the store holds, indexed again when it changed. Beside the loops it is theirs.

use std::time::Duration;

use super::Desk;
use crate::people::codes::Seal;

const PAUSE: Duration = Duration::from_secs(5);

/// Keeps the register in force up to date for ever.
pub(super) async fn keep(desk: Desk, seal: Seal) {
    let mut version = None;
    loop {
        match desk.store.directory_status().await {
            Ok(Some(status)) if Some(status.version) != version => match desk.store.indexed(&seal).await {
                Ok(Some((newer, directory))) => {
                    version = Some(newer);
                    desk.in_force.put(directory);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!("the desk cannot take the register in: {}", error.kind()),
            },
            Ok(_) => {}
            Err(error) => tracing::warn!("the desk cannot take the register in: {}", error.kind()),
        }
        desk.clock.rest(PAUSE).await;
    }
}
