//! What a program spends in natives when rhai's evaluator runs it: the same natives' work, on the same data, done
//! directly in Rust with rhai's own types. (Reading and writing elements and entries is the evaluator's own work, and so is
//! calling a callback; they are no natives.) A lower bound: it leaves out finding and calling them.

use rhai::{Array, Dynamic, ImmutableString, INT};
use std::hint::black_box;

/// The natives' work of a program; a program that is not named here calls none, or a handful.
pub fn work(program: &str) {
    match program {
        "array_index" => drop(black_box(vec![Dynamic::from_int(1); 1_000])),
        "array_push_sum" => push(300_000),
        "closures" => closures(),
        "interpolation" => interpolation(),
        "mandelbrot" => (0..7_200_i64).for_each(|i| drop(black_box(Dynamic::from(black_box(i) as f64)))),
        "map_read_write" => (0..100).for_each(|i| drop(black_box(ImmutableString::from(format!("key{i}"))))),
        "sieve" => drop(black_box(vec![Dynamic::from(true); 200_001])),
        "sort_callback" => sort(),
        "string_building" => string_building(),
        "string_search" => string_search(),
        _ => {}
    }
}

fn push(n: INT) {
    let mut array = Array::new();
    (0..n).for_each(|i| array.push(black_box(Dynamic::from_int(i))));
    black_box(array);
}

/// `map`, `filter` and `reduce` without what their callbacks do.
fn closures() {
    push(1_000);
    let array: Array = (0..1_000).map(Dynamic::from_int).collect();
    for _ in 0..80 {
        let mapped: Array = array.iter().map(|x| black_box(x.clone())).collect();
        let kept: Array = mapped.into_iter().filter(|x| black_box(x.as_int().unwrap_or(0)) % 2 == 0).collect();
        let _ = black_box(kept.into_iter().fold(Dynamic::from_int(0), |_, x| black_box(x)));
    }
}

fn interpolation() {
    for i in 0..100_000_i64 {
        let mut text = ImmutableString::from("");
        let parts = [
            "item ",
            &i.to_string(),
            ": ",
            &(i * 2).to_string(),
            " (",
            if i % 2 == 0 { "true" } else { "false" },
            ")",
        ];
        parts.iter().for_each(|part| text += *part);
        black_box(text.chars().count());
    }
}

/// The sort alone, with a comparison that costs nothing.
fn sort() {
    let mut seed = 42_i64;
    let mut array = Array::new();
    for _ in 0..4_000 {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        array.push(seed.into());
    }
    for _ in 0..4 {
        let mut copy = array.clone();
        copy.sort_by_key(|x| x.as_int().unwrap_or(0));
        array.reverse();
        black_box(copy);
    }
}

fn string_building() {
    let mut text = ImmutableString::from("");
    for _ in 0..300_000 {
        text += black_box("ab");
        text += black_box('c');
    }
    black_box(text.chars().count());
}

fn string_search() {
    let text = "lorem ipsum dolor ".repeat(2_000) + "needle";
    let words: Vec<ImmutableString> = text.split(' ').map(Into::into).collect();
    for _ in 0..300 {
        black_box(black_box(text.as_str()).contains("needle"));
    }
    for _ in 0..20 {
        for word in &words {
            black_box(black_box(word.as_str()).starts_with("ips"));
            black_box(black_box(word.as_str()).find(black_box("lor")));
        }
    }
}
