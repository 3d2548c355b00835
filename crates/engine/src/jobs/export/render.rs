//! The second of three: writes records as the bytes of files, on a thread that may take its
//! time.

use kith_format::write::{Error as FormatError, FileFormat, PARQUET_ROWS_MAX, Part, Shape, Writer};
use kith_model::time::Timestamp;
use tokio::sync::mpsc;

use super::ask::Compression;
use super::course::Place;
use super::read::{Item, Stretch};
use super::shown::Shown;
use crate::error::{Error, Result};

/// Bytes that are kept together, before they are compressed: enough that keeping them
/// costs less than making them.
const PIECE_BYTES: usize = 3 * 1024 * 1024;

/// How an object's records are written.
pub(super) struct Rendering {
    pub(super) shown: Shown,
    pub(super) format: FileFormat,
    pub(super) compression: Compression,
    pub(super) shape: Shape,
    /// The time that virtual fields are evaluated at.
    pub(super) now: Timestamp,
    /// Whether a file goes on that was begun before.
    pub(super) part: Part,
}

/// Bytes of a file, to be kept as one.
pub(super) struct Rendered {
    pub(super) bytes: Vec<u8>,
    /// The place behind the last row of them; none within a file that can only be written
    /// as a whole.
    pub(super) place: Option<Place>,
    /// Rows that they add, of which some say that a record is gone.
    pub(super) rows: i64,
    pub(super) deleted: i64,
    /// Records passed over as they were purged.
    pub(super) purged: i64,
    /// Whether the file ends with them.
    pub(super) ends_file: bool,
    /// Whether the object does.
    pub(super) is_last: bool,
}

/// The counts of what was written and not yet given on.
#[derive(Default)]
struct Counts {
    rows: i64,
    deleted: i64,
    purged: i64,
}

/// A file being written.
struct Renderer {
    rendering: Rendering,
    writer: Option<Writer>,
    counts: Counts,
    pieces: mpsc::Sender<Rendered>,
}

/// Renders all stretches, as long as somebody takes what comes of them. It blocks.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn render(
    rendering: Rendering,
    mut stretches: mpsc::Receiver<Stretch>,
    pieces: mpsc::Sender<Rendered>,
) -> Result<()> {
    let mut renderer = Renderer { rendering, writer: None, counts: Counts::default(), pieces };
    renderer.begin()?;
    while let Some(stretch) = stretches.blocking_recv() {
        let Stretch { items, place, is_last } = stretch;
        for item in items {
            if !renderer.item(item)? {
                return Ok(());
            }
        }
        if is_last {
            renderer.end_file(place, true)?;
            return Ok(());
        }
    }
    Ok(())
}

impl Renderer {
    fn begin(&mut self) -> Result<()> {
        let Rendering { shown, format, compression: _, shape, now: _, part } = &mut self.rendering;
        let (object, catalog) = (shown.object.clone(), shown.catalog.clone());
        self.writer = Some(Writer::new(*format, object, catalog, *shape, *part).map_err(failed)?);
        *part = Part::First;
        Ok(())
    }

    /// Writes one item; answers false when nobody takes it.
    fn item(&mut self, item: Item) -> Result<bool> {
        if self.writer.is_none() {
            self.begin()?;
        }
        let Some(writer) = &mut self.writer else { return Ok(false) };
        let place = match item {
            Item::Record(place, row) => {
                writer.record(&row, self.rendering.now).map_err(failed)?;
                place
            }
            Item::Deleted(place, id) => {
                writer.deleted(id).map_err(failed)?;
                self.counts.deleted += 1;
                place
            }
            Item::Purged => {
                self.counts.purged += 1;
                return Ok(true);
            }
        };
        self.counts.rows += 1;
        let is_parquet = self.rendering.format == FileFormat::Parquet;
        if is_parquet && i64::try_from(writer.rows()).unwrap_or(i64::MAX) >= PARQUET_ROWS_MAX {
            return self.end_file(place, false);
        }
        if writer.ready() < PIECE_BYTES {
            return Ok(true);
        }
        let bytes = writer.take();
        // The counts wait for a place: a file that has none may have to begin again.
        self.give(bytes, Some(place).filter(|_| !is_parquet), (false, false))
    }

    fn end_file(&mut self, place: Place, is_last: bool) -> Result<bool> {
        match self.writer.take() {
            Some(writer) => {
                let bytes = writer.finish().map_err(failed)?;
                self.give(bytes, Some(place), (true, is_last))
            }
            None => self.give(Vec::new(), Some(place), (false, is_last)),
        }
    }

    fn give(
        &mut self,
        bytes: Vec<u8>,
        place: Option<Place>,
        (ends_file, is_last): (bool, bool),
    ) -> Result<bool> {
        let Counts { rows, deleted, purged } =
            if place.is_some() { std::mem::take(&mut self.counts) } else { Counts::default() };
        let bytes = match bytes {
            bytes if bytes.is_empty() => bytes,
            bytes => self.rendering.compression.apply(bytes).map_err(Error::internal)?,
        };
        let rendered = Rendered { bytes, place, rows, deleted, purged, ends_file, is_last };
        Ok(self.pieces.blocking_send(rendered).is_ok())
    }
}

fn failed(error: FormatError) -> Error {
    Error::internal(error)
}
