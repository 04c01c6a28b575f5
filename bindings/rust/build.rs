// SPDX-License-Identifier: MIT
//! Finds the shared library libweft_c: in the folder `WEFT_LIB_DIR`, or by pkg-config (`PKG_CONFIG`
//! and `PKG_CONFIG_PATH` have their usual meaning), or where the linker looks by itself.

use std::env;
use std::process::Command;

/// Asks pkg-config how to link the component; `None` if there is no pkg-config or no component.
fn ask_pkg_config() -> Option<String> {
    let program = env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    let asked = Command::new(program).args(["--libs", "weft-c"]).output();
    let answer = asked.ok().filter(|answer| answer.status.success())?;
    String::from_utf8(answer.stdout).ok()
}

fn main() {
    for name in ["WEFT_LIB_DIR", "PKG_CONFIG", "PKG_CONFIG_PATH"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let folder = env::var("WEFT_LIB_DIR").unwrap_or_default();
    if !folder.is_empty() {
        println!("cargo:rustc-link-search=native={folder}");
    } else if let Some(flags) = ask_pkg_config() {
        for flag in flags.split_whitespace() {
            if let Some(folder) = flag.strip_prefix("-L") {
                println!("cargo:rustc-link-search=native={folder}");
            } else if let Some(library) = flag.strip_prefix("-l") {
                println!("cargo:rustc-link-lib=dylib={library}");
            }
        }
        return;
    }
    println!("cargo:rustc-link-lib=dylib=weft_c");
}
