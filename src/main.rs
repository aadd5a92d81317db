//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    usher::cli::main()
}
