mod desk;
mod folder;
mod journal;
mod records;
mod retention;
mod schema;
