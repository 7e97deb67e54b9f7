//! The prose check of `make test`: `prose` reads every tracked file that people read and lists what
//! breaks the style of CONTRIBUTING.md. `prose sample SEED COUNT` prints random comment blocks.

mod files;
mod passage;
mod rules;
mod sample;

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => check(),
        ["sample", seed, count] => sample(seed, count),
        _ => Err("usage: prose, or prose sample SEED COUNT".to_owned()),
    };
    result.unwrap_or_else(|error| {
        eprintln!("prose: {error}");
        ExitCode::FAILURE
    })
}

fn check() -> Result<ExitCode, String> {
    let files = files::tracked()?;
    let findings = rules::check(&files);
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        println!("prose: {} files follow the style of CONTRIBUTING.md", files.len());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("prose: {} findings; CONTRIBUTING.md explains the style", findings.len());
    Ok(ExitCode::FAILURE)
}

fn sample(seed: &str, count: &str) -> Result<ExitCode, String> {
    let seed = seed.parse().map_err(|_| "SEED must be a number")?;
    let count = count.parse().map_err(|_| "COUNT must be a number")?;
    for (number, block) in sample::draw(&files::tracked()?, seed, count).iter().enumerate() {
        println!("[{}] {}:{}\n{}\n", number + 1, block.path, block.line, block.text.replace("\n ", "\n"));
    }
    Ok(ExitCode::SUCCESS)
}
