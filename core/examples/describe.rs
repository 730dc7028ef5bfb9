//! Prints the description of models and calls that the stubs of other languages are written from.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &kernel_client::describe::describe())?;
    Ok(())
}
